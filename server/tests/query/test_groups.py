"""Sessions and users: who was active last, and what their whole traces cost."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, span
from watchglass.errors import NotFound
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.groups import MAX_NAMES, Group, find_calls, list_groups
from watchglass.query.largest import Amount, list_largest
from watchglass.query.owned import Owner
from watchglass.query.owner_usage import course_of
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sessions import find_session
from watchglass.query.span_texts import SpanKey
from watchglass.store.engine import Engine

SCOPE = Scope("p", NOW_NS - 3600 * SECOND_NS, NOW_NS)
HOSTILE = "it's \\ \"{x}\" --\n"


def reader(engine: Engine) -> Reader:
    """A reader with the limits of a user's query."""
    return Reader(engine, 30.0, 2**30)


def walked(engine: Engine, scope: Scope, owner: Owner, text: str, limit: int) -> list[Group]:
    """The groups of all pages."""
    found: list[Group] = []
    cursor = None
    for _ in range(1000):
        walk = begin(scope, cursor, NOW_NS, owner, text)
        groups, cursor = list_groups(reader(engine), walk, owner, parse(text), limit)
        found += groups
        if cursor is None:
            return found
        assert len(groups) == limit
    raise AssertionError("the walk does not end")


def brute_force(rows: list[dict[str, Any]], owner: Owner, fits: Callable[[dict[str, Any]], bool]) -> list[Group]:
    """All groups of `rows`, those of one scope, as they should be listed."""
    unsaid = {row["trace_id"] for row in rows if not row[owner] and fits(row)}
    fitting = [row for row in rows if row[owner] and (fits(row) or row["trace_id"] in unsaid)]
    latest = {row[owner]: row["start_time"] for row in sorted(fitting, key=lambda row: row["start_time"])}
    return [_group(rows, owner, key) for key in sorted(latest, key=lambda key: (latest[key], key), reverse=True)]


def _group(rows: list[dict[str, Any]], owner: Owner, key: str) -> Group:
    own = [row for row in rows if row[owner] == key]
    traces = {row["trace_id"] for row in own}
    spans = [*own, *(row for row in rows if row["trace_id"] in traces and not row[owner])]
    calls = sorted((row for row in spans if row["is_model_call"]), key=lambda row: (row["start_time"], row["span_id"]))
    tokens = [row["input_tokens"] for row in calls if row["input_tokens"] is not None]
    return Group(
        id=key, first_ns=min(row["start_time"] for row in own), last_ns=max(row["start_time"] for row in own),
        trace_count=len(traces), session_count=len({row["session_id"] for row in own if row["session_id"]}),
        user_ids=sorted({row["user_id"] for row in own if row["user_id"]}),
        span_count=len(spans), error_count=sum(row["status_code"] == "error" for row in spans),
        model_call_count=len(calls), input_tokens=sum(tokens) if tokens else None, output_tokens=None, cost_usd=None,
        unpriced_count=len(tokens), first_call=None,
    )  # fmt: skip


def some_users(group: Group) -> Group:
    """The group without what is the engine's choice: its first call, and which users it names of more than are named."""
    return replace(group, user_ids=group.user_ids if len(group.user_ids) < MAX_NAMES else [], first_call=None)


def random_span(random: Random, number: int) -> dict[str, Any]:
    """A span of some trace, session and user, some of which come back for days while others come once."""
    return span(
        int(random.triangular(0, 700, 0)),
        number,
        at_s=-round(10 ** random.uniform(0, 6.4), random.choice((0, 9))),
        session_id=f"s{int(60 * random.random() ** 3)}",
        user_id=random.choice(("", "", f"u{int(200 * random.random() ** 4)}")),
        name=random.choice("xyz"),
        status_code=random.choice(("ok", "error")),
        is_model_call=random.random() < 0.5,
        input_tokens=random.choice((None, 1, 10)),
    )


def test_group_counts_whole_traces(engine: Engine) -> None:
    """The tokens of a trace belong to the session that its root says, though the model call does not say it."""
    call = {"is_model_call": True, "input_tokens": 10, "output_tokens": 2, "cost_usd": 0.5}
    insert_rows(
        engine,
        "spans",
        [
            span(1, 1, at_s=-30, session_id=HOSTILE, user_id="u"),
            span(1, 2, parent=1, at_s=-29, **call),
            span(2, 3, at_s=-20, session_id=HOSTILE, status_code="error"),
            span(2, 4, parent=3, at_s=-19, **{**call, "cost_usd": None}),
            span(3, 5, at_s=-10, **call),
            span(4, 6, at_s=-10, session_id=HOSTILE, project_id="q", **call),
        ],
    )
    groups, cursor = list_groups(reader(engine), begin(SCOPE, None, NOW_NS), "session_id", parse(""), 10)
    assert cursor is None
    assert find_calls(reader(engine), "p", groups) == {HOSTILE: SpanKey(f"{1:032x}", f"{2:016x}", NOW_NS - 29 * SECOND_NS)}
    assert [some_users(group) for group in groups] == [
        Group(
            id=HOSTILE, first_ns=NOW_NS - 30 * SECOND_NS, last_ns=NOW_NS - 20 * SECOND_NS, trace_count=2,
            session_count=1, user_ids=["u"], span_count=4, error_count=1, model_call_count=2, input_tokens=20, output_tokens=4, cost_usd=0.5, unpriced_count=1,
            first_call=None,
        )
    ]  # fmt: skip
    users, _ = list_groups(reader(engine), begin(SCOPE, None, NOW_NS), "user_id", parse(""), 10)
    assert [(user.id, user.trace_count, user.cost_usd) for user in users] == [("u", 1, 0.5)]


def test_the_dearest_come_first_with_the_cost_of_spans_that_say_no_user(engine: Engine) -> None:
    """A call without a user costs the user of its trace; a call of another user in the same trace does not."""
    call = {"is_model_call": True, "input_tokens": 10}
    insert_rows(
        engine,
        "spans",
        [
            span(1, 1, user_id="a"),
            span(1, 2, parent=1, cost_usd=0.5, **call),
            span(1, 3, parent=1, user_id="b", cost_usd=0.25, **call),
            span(2, 4, user_id="c", cost_usd=0.6, **call),
            span(3, 5, cost_usd=9.0, **call),
        ],
    )
    users = list_largest(reader(engine), begin(SCOPE, None, NOW_NS), "user_id", parse(""), "cost_usd", 10)
    assert [(user.id, user.cost_usd) for user in users] == [("b", 0.75), ("c", 0.6), ("a", 0.5)]


def test_a_users_course_adds_up_to_the_users_totals(engine: Engine) -> None:
    """Each bucket has what was done in it, in spans that say the user and in those of the same trace that say none."""
    call = {"is_model_call": True, "input_tokens": 10, "cost_usd": 0.5}
    insert_rows(
        engine,
        "spans",
        [
            span(1, 1, at_s=-3000, user_id=HOSTILE),
            span(1, 2, parent=1, at_s=-2999, **call),
            span(2, 3, at_s=-30, user_id=HOSTILE, status_code="error", **call),
            span(3, 4, at_s=-30, user_id="other", **call),
        ],
    )
    course = course_of(reader(engine), SCOPE, "user_id", HOSTILE, 600)
    assert course.times_ns[0] <= SCOPE.start_ns < course.times_ns[1]
    assert len(course.times_ns) == len(course.cost_usd) == 7
    busy = [(at, course.trace_count[at], course.cost_usd[at], course.error_count[at]) for at in range(7) if course.trace_count[at]]
    assert [it[1:] for it in busy] == [(1, 0.5, 0), (1, 0.5, 1)]
    assert course.times_ns[busy[0][0]] <= NOW_NS - 3000 * SECOND_NS < course.times_ns[busy[0][0] + 1]
    assert sum(course.input_tokens) == 20


def test_group_without_tokens_has_none(engine: Engine) -> None:
    """Sums of what nobody said are null, not 0."""
    insert_rows(engine, "spans", [span(1, 1, user_id="u")])
    [user], _ = list_groups(reader(engine), begin(SCOPE, None, NOW_NS), "user_id", parse(""), 10)
    assert (user.input_tokens, user.output_tokens, user.cost_usd) == (None, None, None)


def test_pages_give_each_group_once(engine: Engine) -> None:
    """All pages together are the fitting groups, the latest active first, equal times too, while rows arrive."""
    rows = [span(n, n, at_s=-(n // 3) - 1, user_id=f"u{n % 10}", name="x" if n % 10 else "y") for n in range(60)]
    insert_rows(engine, "spans", rows)
    last = {f"u{n}": -(n // 3) - 1 for n in range(1, 10)}
    expected = sorted(last, key=lambda user: (last[user], user), reverse=True)
    for limit in (1, 2, 4, 100):
        found: list[str] = []
        cursor = None
        while True:
            groups, cursor = list_groups(reader(engine), begin(SCOPE, cursor, NOW_NS), "user_id", parse("name:x"), limit)
            found += [group.id for group in groups]
            insert_rows(engine, "spans", [span(99, 99, user_id="u9", name="x", at_s=-0.5, received_at=NOW_NS // 10**6 + 1)])
            if cursor is None:
                break
        assert found == expected


@pytest.mark.parametrize("owner", ["session_id", "user_id"])
@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", lambda row: True),
        ("name:x", lambda row: row["name"] == "x"),
        ("name:y status_code:error input_tokens>5", lambda row: row["name"] == "y" and row["status_code"] == "error"
         and (row["input_tokens"] or 0) > 5),
        ("session:s0 OR user:u0", lambda row: row["session_id"] == "s0" or row["user_id"] == "u0"),
    ],
    ids=["everything", "a third", "few", "two ids"],
)  # fmt: skip
def test_pages_are_what_aggregating_everything_gives(
    engine: Engine, owner: Owner, text: str, fits: Callable[[dict[str, Any]], bool]
) -> None:
    """All pages together say what reading all spans says, also when an id's spans lie all over the range."""
    random = Random(7)
    rows = [random_span(random, number) for number in range(2000)]
    for first in range(0, len(rows), 500):
        insert_rows(engine, "spans", rows[first : first + 500])
    minute_ns = NOW_NS // (60 * SECOND_NS) * 60 * SECOND_NS
    scope = Scope("p", minute_ns - 20 * 86400 * SECOND_NS, minute_ns)
    seen = [row for row in rows if scope.start_ns <= row["start_time"] < scope.end_ns]
    expected = brute_force(seen, owner, fits)
    for limit in (5, len(expected)):
        found = walked(engine, scope, owner, text, limit)
        assert [some_users(group) for group in found] == [some_users(group) for group in expected]
    walk = begin(scope, None, NOW_NS)
    by_amount: list[tuple[Amount, Callable[[Group], float]]] = [
        ("error_count", lambda group: group.error_count), ("tokens", lambda group: group.input_tokens or 0)
    ]  # fmt: skip
    for amount, size in by_amount:
        sizes = {group.id: size(group) for group in expected if size(group)}
        listed = list_largest(reader(engine), walk, owner, parse(text), amount, 20)
        assert [size(group) for group in listed] == sorted(sizes.values(), reverse=True)[:20]
        assert {group.id: size(group) for group in listed}.items() <= sizes.items()


def test_session_gives_its_traces_in_order(engine: Engine) -> None:
    """One session's traces come in the order in which they began, whatever their time; another project's do not."""
    insert_rows(
        engine,
        "spans",
        [
            span(1, 1, at_s=-5, session_id=HOSTILE),
            span(2, 2, at_s=-90_000),
            span(2, 3, parent=2, at_s=-4, session_id=HOSTILE),
            span(3, 4, session_id="other"),
            span(4, 5, session_id=HOSTILE, project_id="q"),
        ],
    )
    traces, is_truncated = find_session(reader(engine), "p", HOSTILE)
    assert [int(trace.trace_id, 16) for trace in traces] == [2, 1]
    assert not is_truncated
    for absent in ("nobody", ""):
        with pytest.raises(NotFound):
            find_session(reader(engine), "p", absent)
