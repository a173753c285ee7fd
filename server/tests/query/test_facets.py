"""Facets and attribute names: counts over the real store, exact from rollups, honest about what was left out."""

from collections.abc import Callable

import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, log, span
from watchglass.clock import Clock, FixedClock
from watchglass.errors import InvalidInput
from watchglass.query.attribute_keys import find_attribute_keys
from watchglass.query.facets import Facet, FacetQuestion, TableName, count_facets, read_fields
from watchglass.query.filter import parse
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.stretches import FIRST_ROWS, count_by_time, read_back
from watchglass.query.usage_source import Kept
from watchglass.store.engine import Engine

HOUR_NS = 3600 * SECOND_NS
SCOPE = Scope("p", NOW_NS - 24 * HOUR_NS, NOW_NS)
HOSTILE = "50%_' OR 1=1 --\\<b>"


class SteppingClock:
    """A clock on which each look takes a while."""

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self._looks = 0

    def now_ns(self) -> int:
        """The present of these tests."""
        return NOW_NS

    def monotonic_s(self) -> float:
        """A step later than at the look before."""
        self._looks += 1
        return self._looks * self._step_s


def facets(
    engine: Engine, fields: str, text: str = "", containing: str = "", limit: int = 10, table: TableName = "spans",
    clock: Clock | None = None,
) -> dict[str, Facet]:  # fmt: skip
    """The facets of a day, by name."""
    question = FacetQuestion(SCOPE, table, parse(text), read_fields(fields, table), limit, containing)
    found = count_facets(Reader(engine, 30.0, 2**30), question, Kept(0, 0, 0), clock or FixedClock(NOW_NS))
    return {facet.name: facet for facet in found}


def counts(facet: Facet) -> dict[str, tuple[int, int]]:
    """Rows and rows with an error by value, in order."""
    return {it.value: (it.count, it.error_count) for it in facet.values}


def stored(engine: Engine) -> None:
    """Ten spans over the day: models a, b and the hostile one, users on some, an error in each third."""
    rows = []
    for number in range(10):
        model = ("a", "a", "b", HOSTILE, "")[number % 5]
        rows.append(
            span(number, number + 1, at_s=-60 - 7000 * number, model=model, service_name="bot" if number < 7 else "shop",
                 status_code="error" if number % 3 == 0 else "unset", user_id=f"u{number % 2}" if number < 4 else "",
                 attributes={"tier": "gold"} if number < 3 else {}, attributes_int={"tier": number} if number == 9 else {})
        )  # fmt: skip
    rows.append(span(77, 77, at_s=-25 * 3600, model="too old"))
    rows.append(span(78, 78, project_id="other", model="of others"))
    insert_rows(engine, "spans", rows)


def test_values_are_counted_with_their_errors_the_most_frequent_first(engine: Engine) -> None:
    """Dimensions come from rollups; what has no value is counted apart, and nothing of other projects or times is seen."""
    stored(engine)
    found = facets(engine, "model,service,error")
    assert counts(found["model"]) == {"a": (4, 2), "50%_' OR 1=1 --\\<b>": (2, 1), "b": (2, 0)}
    assert (found["model"].absent_count, found["model"].other_count) == (2, 0)
    assert counts(found["service"]) == {"bot": (7, 3), "shop": (3, 1)}
    assert counts(found["error"]) == {"false": (6, 0), "true": (4, 4)}
    assert all(facet.is_from_rollups and not facet.is_partial for facet in found.values())


@pytest.mark.parametrize("text", ["", "service:bot", "-model:a", "error:true", "status:error service:(bot,shop)", "has:model"])
def test_rollups_and_rows_count_the_same(engine: Engine, text: str) -> None:
    """What a dimension says in rollups is what the rows themselves say."""
    stored(engine)
    from_rollups = facets(engine, "model,service,error", text)
    # a condition that holds for all and that no rollup can answer
    from_rows = facets(engine, "model,service,error", f"{text} -host:nowhere")
    for name, facet in from_rollups.items():
        assert facet.is_from_rollups, name
        assert not from_rows[name].is_from_rollups, name
        assert counts(from_rows[name]) == counts(facet), name
        assert (from_rows[name].absent_count, from_rows[name].other_count) == (facet.absent_count, facet.other_count)


def test_a_field_s_own_conditions_do_not_hide_its_other_values(engine: Engine) -> None:
    """The chosen model narrows the services, not the models; a condition within parentheses stays."""
    stored(engine)
    found = facets(engine, "model,service,error,status", "model:b -model:a error:true")
    assert counts(found["model"]) == {"a": (2, 2), HOSTILE: (1, 1)}
    assert counts(found["service"]) == {}
    assert counts(found["error"]) == {"false": (2, 0)}
    assert counts(found["status"]) == {"unset": (2, 0)}
    assert counts(facets(engine, "model", "(model:b OR user:u0)")["model"]) == {"a": (1, 1), "b": (2, 0)}


def test_other_columns_and_attributes_are_counted_from_rows(engine: Engine) -> None:
    """An attribute is counted whatever type it was sent as; the rest beyond the limit is told."""
    stored(engine)
    found = facets(engine, "user,attributes.tier,resource.none", limit=1)
    assert counts(found["user"]) == {"u0": (2, 1)}
    assert (found["user"].absent_count, found["user"].other_count) == (6, 2)
    assert counts(found["attributes.tier"]) == {"gold": (3, 1)}
    assert (found["attributes.tier"].absent_count, found["attributes.tier"].other_count) == (6, 1)
    assert (counts(found["resource.none"]), found["resource.none"].absent_count) == ({}, 10)


@pytest.mark.parametrize("field", ["model", "name"])
def test_what_is_looked_for_is_data_and_never_a_pattern(engine: Engine, field: str) -> None:
    """Signs of LIKE, of regular expressions and of SQL stand for themselves, in any case; what begins so comes first."""
    names = ["bba", "bba", "ab", HOSTILE, "a.c"]
    insert_rows(engine, "spans", [span(it, it + 1, **{field: name}) for it, name in enumerate(names)])
    looked = lambda text: list(counts(facets(engine, field, containing=text)[field]))  # noqa: E731
    assert looked("A") == ["a.c", "ab", "bba"]
    assert looked("%_' or") == [HOSTILE]
    assert (looked("a.c"), looked(".*"), looked("%"), looked("\\")) == (["a.c"], [], [HOSTILE], [HOSTILE])


def test_logs_have_facets_too(engine: Engine) -> None:
    """They are counted from rows, and a record of severity error or worse is one with an error."""
    insert_rows(engine, "logs", [log(service_name="bot", severity_number=17), log(service_name="bot"), log(at_s=-9e4)])
    found = facets(engine, "service,level", table="logs")
    assert counts(found["service"]) == {"bot": (2, 1)}
    assert counts(found["level"]) == {"error": (1, 1)}


def test_counting_ends_when_time_is_up_and_says_where(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the newest stretch is counted on a slow machine, and the facet says from when on."""
    monkeypatch.setattr("watchglass.query.stretches.FIRST_ROWS", 3)
    stored(engine)
    found = facets(engine, "user", clock=SteppingClock(1.0))["user"]
    assert counts(found) == {"u0": (2, 1), "u1": (1, 0)}
    assert (found.is_partial, found.start_ns) == (True, (NOW_NS - 14_060 * SECOND_NS) // (60 * SECOND_NS) * 60 * SECOND_NS)
    assert not facets(engine, "user", clock=SteppingClock(0.0))["user"].is_partial


def test_stretches_follow_one_another_and_grow(engine: Engine) -> None:
    """They leave no gap, begin with about FIRST_ROWS rows, and end at the start of the range."""
    minute_ns = 60 * SECOND_NS
    scope = Scope("p", 30 * SECOND_NS, 100 * minute_ns)
    spread = [(it * minute_ns, FIRST_ROWS) for it in reversed(range(100))]
    asked: list[tuple[int, int]] = []
    ask: Callable[[int, int], None] = lambda start_ns, end_ns: asked.append((start_ns, end_ns))  # noqa: E731
    assert read_back(scope, spread, FixedClock(0), 1.0, ask) == scope.start_ns
    assert asked[0] == (99 * minute_ns, 100 * minute_ns)
    assert asked[1] == (91 * minute_ns, 99 * minute_ns)
    assert [start_ns for start_ns, _ in asked[:-1]] == [end_ns for _, end_ns in asked[1:]]
    asked.clear()
    assert read_back(scope, [], FixedClock(0), 1.0, ask) == scope.start_ns
    assert asked == [(scope.start_ns, scope.end_ns)]


def test_rows_by_time_are_those_of_the_range(engine: Engine) -> None:
    """Newest first, by the minute for short ranges and by the hour for long ones."""
    insert_rows(engine, "spans", [span(1, 1, at_s=-60), span(1, 2, at_s=-61), span(1, 3, at_s=-9000)])
    reader = Reader(engine, 30.0, 2**30)
    assert sum(count for _, count in count_by_time(reader, SCOPE, "spans")) == 3
    for hours, step_s in ((24, 60), (24 * 9, 3600)):
        found = count_by_time(reader, Scope("p", NOW_NS - hours * HOUR_NS, NOW_NS), "spans")
        starts = [time_ns for time_ns, _ in found]
        assert starts == sorted(starts, reverse=True)
        assert all(time_ns % (step_s * SECOND_NS) == 0 for time_ns in starts)


def test_names_of_attributes_come_from_all_maps(engine: Engine) -> None:
    """Each as a filter writes it, the most frequent first, and only what contains the text."""
    insert_rows(engine, "spans", [
        span(1, 1, attributes={"app.tier": "x"}, attributes_int={"n%": 1}, resource_attributes={"cloud.region": "eu"}),
        span(1, 2, attributes={"app.tier": "y"}, attributes_bool={"is_vip": True}, attributes_double={"score": 0.5}),
    ])  # fmt: skip
    reader = Reader(engine, 30.0, 2**30)
    found = find_attribute_keys(reader, SCOPE, "spans", "", 100, FixedClock(NOW_NS))
    assert next(iter(found.counts.items())) == ("attributes.app.tier", 2)
    assert set(found.counts) == {
        "attributes.app.tier", "attributes.n%", "attributes.is_vip", "attributes.score", "resource.cloud.region",
    }  # fmt: skip
    looked = lambda text: list(find_attribute_keys(reader, SCOPE, "spans", text, 9, FixedClock(NOW_NS)).counts)  # noqa: E731
    assert (looked("CLOUD"), looked("%"), looked(".*")) == (["resource.cloud.region"], ["attributes.n%"], [])


@pytest.mark.parametrize("fields", ["", "nothing", "tags", "start_time", "attributes", "input_messages", ",".join(f"attributes.a{it}" for it in range(21))])
def test_fields_that_have_no_facet_are_named(fields: str) -> None:
    """Unknown names, arrays, times, whole maps and too many are refused."""
    with pytest.raises(InvalidInput) as raised:
        read_fields(fields, "spans")
    assert raised.value.field == "fields"
