"""Sessions and users: who was active last, and what their whole traces cost."""

import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, span
from watchglass.errors import NotFound
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.groups import Group, list_groups
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sessions import find_session
from watchglass.store.engine import Engine

SCOPE = Scope("p", NOW_NS - 3600 * SECOND_NS, NOW_NS)
HOSTILE = "it's \\ \"{x}\" --\n"


def reader(engine: Engine) -> Reader:
    """A reader with the limits of a user's query."""
    return Reader(engine, 30.0, 2**30)


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
    assert groups == [
        Group(
            id=HOSTILE, first_ns=NOW_NS - 30 * SECOND_NS, last_ns=NOW_NS - 20 * SECOND_NS, trace_count=2, span_count=4,
            error_count=1, model_call_count=2, input_tokens=20, output_tokens=4, cost_usd=0.5, unpriced_count=1,
        )
    ]  # fmt: skip
    users, _ = list_groups(reader(engine), begin(SCOPE, None, NOW_NS), "user_id", parse(""), 10)
    assert [(user.id, user.trace_count, user.cost_usd) for user in users] == [("u", 1, 0.5)]


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
