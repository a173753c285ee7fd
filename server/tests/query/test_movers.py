"""Movers over real rows: what added most to the change of the whole, by a dimension, a pair, or any dimension."""

from typing import Any

import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, span
from watchglass.errors import InvalidInput
from watchglass.query.filter import parse
from watchglass.query.movers import Movers, MoversQuestion, MovingMeasure, find_movers, read_mover_groups
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage_source import HOUR_NS, MINUTE_NS, Kept
from watchglass.store.engine import Engine

END_NS = NOW_NS // HOUR_NS * HOUR_NS
"""The end of the range, a whole hour; the range is the hour before it, compared with the hour before that."""


def rows_of(count: int, *, is_before: bool, start: int, **columns: Any) -> list[dict[str, Any]]:
    """Spans in the middle of the range, or of the hour before it."""
    at_s = (END_NS - NOW_NS) / SECOND_NS - (5400 if is_before else 1800)
    return [span(start + number, 1, at_s=at_s + number / 10, **columns) for number in range(count)]


def store(engine: Engine) -> None:
    """Model a costs 10 more, b costs 4 less, c is new; the web service answers slower; errors come from one tool."""
    rows = [
        *rows_of(20, is_before=True, start=0, model="a", service_name="web", cost_usd=1.0, is_model_call=True, duration_ns=10**9),
        *rows_of(30, is_before=False, start=100, model="a", service_name="web", cost_usd=1.0, is_model_call=True, duration_ns=3 * 10**9),
        *rows_of(40, is_before=True, start=200, model="b", service_name="bot", cost_usd=0.5, is_model_call=True, duration_ns=10**9),
        *rows_of(32, is_before=False, start=300, model="b", service_name="bot", cost_usd=0.5, is_model_call=True, duration_ns=10**9),
        *rows_of(2, is_before=False, start=400, model="c", service_name="bot", cost_usd=1.0, is_model_call=True, duration_ns=10**11),
        *rows_of(25, is_before=False, start=500, tool_name="search", service_name="bot", status_code="error", duration_ns=10**9),
        *rows_of(5, is_before=True, start=600, tool_name="search", service_name="bot", status_code="error", duration_ns=10**9),
    ]  # fmt: skip
    insert_rows(engine, "spans", rows)


def ask(engine: Engine, measure: MovingMeasure, group_by: str | None, text: str = "", limit: int = 10,
        start_ns: int = END_NS - HOUR_NS, end_ns: int = END_NS, project_id: str = "p") -> Movers:  # fmt: skip
    """The movers of the last whole hour."""
    groups, is_together = read_mover_groups(group_by)
    question = MoversQuestion(Scope(project_id, start_ns, end_ns), parse(text), groups, is_together, measure, limit)
    return find_movers(Reader(engine, 30.0, 2 * 10**9), question, Kept(0, 0, 0), NOW_NS)


def test_groups_are_ranked_by_what_they_add_to_the_change(engine: Engine) -> None:
    """Both values, the change, and its part of all that moved; what fell counts like what rose."""
    store(engine)
    found = ask(engine, "cost_usd", "model")
    assert (found.total_value, found.total_before) == (48.0, 40.0)
    assert [(it.group, it.value, it.before, it.contribution, it.contribution_ratio) for it in found.movers] == [
        ({"model": "a"}, 30.0, 20.0, 10.0, 0.625),
        ({"model": "b"}, 16.0, 20.0, -4.0, -0.25),
        ({"model": "c"}, 2.0, 0.0, 2.0, 0.125),
    ]
    assert found.now.name == found.before.name == "usage_hour"
    assert [it.group for it in ask(engine, "cost_usd", "model", limit=1).movers] == [{"model": "a"}]


def test_pairs_and_any_dimension_are_told_apart(engine: Engine) -> None:
    """A pair names both; without a name every dimension is looked at by itself, and what is empty says nothing."""
    store(engine)
    pairs = ask(engine, "error_count", "service_name,tool_name").movers
    assert [(it.group, it.value, it.before) for it in pairs] == [({"service_name": "bot", "tool_name": "search"}, 25.0, 5.0)]
    anything = [it.group for it in ask(engine, "error_count", None).movers]
    assert anything == [{"service_name": "bot"}, {"tool_name": "search"}] or anything == [{"tool_name": "search"}, {"service_name": "bot"}]


def test_a_group_that_is_everything_explains_nothing(engine: Engine) -> None:
    """The one environment is not listed among all dimensions; asked for by name it is."""
    store(engine)
    rows = [
        *rows_of(5, is_before=True, start=700, project_id="q", environment="live", model="a"),
        *rows_of(9, is_before=False, start=800, project_id="q", environment="live", model="a"),
        *rows_of(1, is_before=False, start=900, project_id="q", environment="live", model="b"),
    ]
    insert_rows(engine, "spans", rows)
    assert [it.group for it in ask(engine, "span_count", None, project_id="q").movers] == [{"model": "a"}, {"model": "b"}]
    assert [it.group for it in ask(engine, "span_count", "environment", project_id="q").movers] == [{"environment": "live"}]


def test_the_mean_duration_moves_by_groups_that_have_enough_spans(engine: Engine) -> None:
    """The slower model leads, weighed by its part of the spans; two very slow spans of a new model say nothing."""
    store(engine)
    found = ask(engine, "duration_mean_ns", "model", "is_model_call:true")
    assert [(it.group, it.value, it.before, it.span_count) for it in found.movers] == [({"model": "a"}, 3e9, 1e9, 30)]
    assert found.movers[0].contribution == pytest.approx(2e9 * 30 / 64)


def test_spans_answer_what_the_rollups_do_not_know(engine: Engine) -> None:
    """A column that is no dimension, with the same numbers as the rollups give."""
    store(engine)
    by_name = ask(engine, "cost_usd", "name", "model:a")
    assert by_name.now.name == "spans"
    assert [(it.group, it.value, it.before) for it in by_name.movers] == [({"name": "span 1"}, 30.0, 20.0)]


def test_no_row_counts_twice_where_the_stretches_meet(engine: Engine) -> None:
    """A range that begins within a minute is compared from that whole minute on."""
    store(engine)
    start_ns = END_NS - HOUR_NS + 20 * SECOND_NS
    found = ask(engine, "span_count", "model", start_ns=start_ns)
    assert found.before.end_ns == found.now.start_ns == start_ns // MINUTE_NS * MINUTE_NS
    assert found.now.end_ns - found.now.start_ns == found.before.end_ns - found.before.start_ns


def test_a_hostile_value_is_a_value(engine: Engine) -> None:
    """What a span says is compared, and never read as SQL."""
    name = "x') OR 1=1 --"
    insert_rows(engine, "spans", rows_of(3, is_before=False, start=0, model=name, cost_usd=1.0, is_model_call=True))
    assert [it.group for it in ask(engine, "cost_usd", "model").movers] == [{"model": name}]


def test_more_than_a_pair_is_refused(engine: Engine) -> None:
    """Three names are one too many, and a name must exist."""
    for group_by in ("model,service_name,release", "nothing"):
        with pytest.raises(InvalidInput) as refused:
            ask(engine, "cost_usd", group_by)
        assert refused.value.field == "group_by"
