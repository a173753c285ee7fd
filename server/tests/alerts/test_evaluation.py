"""Rules of every kind over real rows: what each series comes to, and when that cannot be told."""

from typing import Any

import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, span
from watchglass.alerts.evaluation import evaluate
from watchglass.alerts.kinds.budget import period_start_ns
from watchglass.alerts.reading import Reading
from watchglass.alerts.rule import Rule
from watchglass.errors import InvalidInput, TooExpensive
from watchglass.query.asked import Asking
from watchglass.query.reader import Reader
from watchglass.settings import Settings
from watchglass.store.engine import Engine

MINUTE_NS = 60 * SECOND_NS
AT_NS = NOW_NS // (300 * SECOND_NS) * 300 * SECOND_NS
"""When rules are evaluated: a multiple of five minutes."""

DAY_S = 86_400


def rule(query: dict[str, Any], when: dict[str, Any], **fields: Any) -> Rule:
    """A rule of project `p` that waits for nothing."""
    return Rule.model_validate({"name": "r", "project": "p", "query": query, "when": when, "delay_s": 0, **fields})


def usage(*measures: str, **fields: Any) -> dict[str, Any]:
    return {"source": "usage", "measures": list(measures), **fields}


def asking(engine: Engine, max_time_s: float = 30.0) -> Asking:
    return Asking(engine, Reader(engine, max_time_s, 10**9), Settings(), NOW_NS)


def read(engine: Engine, watched: Rule, at_ns: int = AT_NS) -> dict[tuple[str, ...], Reading]:
    """Readings by their labels' values."""
    return {tuple(it.labels.values()): it for it in evaluate(watched, asking(engine), at_ns)}


def fill(engine: Engine, rows: list[tuple[float, dict[str, Any]]]) -> None:
    """Put spans of model calls so many seconds before AT_NS."""
    insert_rows(engine, "spans", [
        span(number, number, at_s=(AT_NS - NOW_NS) / SECOND_NS - ago_s, is_model_call=True, **columns)
        for number, (ago_s, columns) in enumerate(rows, 1)
    ])  # fmt: skip


def point(ago_s: float, value: float, **columns: Any) -> dict[str, Any]:
    """A point of the gauge `m` so many seconds before AT_NS."""
    return {
        "project_id": "p", "received_at": NOW_NS // 10**6, "metric_name": "m", "metric_type": "gauge", "unit": "", "temporality": "unspecified",
        "series_id": 1, "time": AT_NS - round(ago_s * SECOND_NS), "start_time": 0, "service_name": "s", "attributes": {}, "value": value, **columns,
    }  # fmt: skip


def test_threshold_tells_groups_apart_and_waits_for_traffic(engine: Engine) -> None:
    """A model with many errors is breached, one with few is not, one with little traffic cannot be told."""
    rows = [(10 + number, {"model": "bad", "status_code": "error" if number < 5 else "ok"}) for number in range(10)]
    rows += [(10 + number, {"model": "good", "status_code": "error" if number < 1 else "ok"}) for number in range(20)]
    rows += [(10, {"model": "rare", "status_code": "error"}), (400, {"model": "old", "status_code": "error"})]
    fill(engine, rows)
    watched = rule(
        usage("error_count", per="span_count", group_by=["model"]), {"kind": "threshold", "above": 0.2, "recover": 0.04}, minimum_traffic=5
    )
    found = read(engine, watched)
    assert {name: (it.value, it.is_breached, it.is_recovered) for name, it in found.items()} == {
        ("bad",): (0.5, True, False), ("good",): (0.05, False, False), ("rare",): (1.0, None, False),
    }  # fmt: skip
    assert found["bad",].threshold == 0.2
    assert found["bad",].at_ns == AT_NS
    assert found["rare",].note == "1 of 5 needed to tell"


def test_what_is_late_is_waited_for(engine: Engine) -> None:
    """The window ends the delay before the moment of evaluation, at a whole minute."""
    fill(engine, [(30, {}), (90, {})])
    assert read(engine, rule(usage("span_count"), {"kind": "threshold", "above": 0}, window_s=60))[()].value == 1
    late = rule(usage("span_count"), {"kind": "threshold", "above": 0}, window_s=60, delay_s=60)
    found = read(engine, late, AT_NS + 59 * SECOND_NS)[()]
    assert (found.at_ns, found.value) == (AT_NS - MINUTE_NS, 1)


def test_nothing_at_all_is_a_count_of_0_and_a_latency_of_none(engine: Engine) -> None:
    """Without groups there is always one series."""
    assert read(engine, rule(usage("span_count"), {"kind": "threshold", "below": 1}))[()].is_breached is True
    latency = read(engine, rule(usage("duration_p95_ns"), {"kind": "threshold", "above": 1}))[()]
    assert (latency.value, latency.is_breached, latency.note) == (None, None, "no value in the window")


def test_calls_without_a_price_are_no_cost_of_0(engine: Engine) -> None:
    """A threshold under which cost must not fall is not breached by unknown costs."""
    fill(engine, [(10, {"input_tokens": 5, "cost_usd": None})])
    found = read(engine, rule(usage("cost_usd"), {"kind": "threshold", "below": 1}))[()]
    assert (found.value, found.is_breached) == (None, None)


@pytest.mark.parametrize(("against", "days"), [("yesterday", 1), ("last_week", 7)])
def test_change_is_held_against_the_same_time_before(engine: Engine, against: str, days: int) -> None:
    """A model at three times what it was is breached; a new one cannot be told."""
    rows = [(60, {"model": "a"})] * 6 + [(60 + days * DAY_S, {"model": "a"})] * 2 + [(60, {"model": "new"})]
    fill(engine, rows)
    watched = rule(usage("span_count", group_by=["model"]), {"kind": "change", "against": against, "above": 2})
    found = read(engine, watched)
    assert (found["a",].value, found["a",].expected, found["a",].threshold, found["a",].is_breached) == (6, 2, 4, True)
    assert (found["new",].is_breached, found["new",].expected) == (None, None)
    by = rule(usage("span_count", group_by=["model"]), {"kind": "change", "against": against, "by": "difference", "above": 4})
    found = read(engine, by)
    assert (found["a",].threshold, found["a",].is_breached, found["a",].note) == (6, False, f"+4 since {against.replace('_', ' ')}")


def test_absence_names_the_group_that_stopped(engine: Engine) -> None:
    """A service that came an hour ago and not now is breached; one that came two days ago is forgotten."""
    fill(engine, [(60, {"service_name": "web"}), (3600, {"service_name": "bot"}), (2 * DAY_S, {"service_name": "gone"})])
    found = read(engine, rule(usage("span_count", group_by=["service_name"]), {"kind": "absence"}))
    assert {name: (it.is_breached, it.is_recovered) for name, it in found.items()} == {("web",): (False, True), ("bot",): (True, False)}
    of_all = read(engine, rule(usage("span_count", filter="service:nobody"), {"kind": "absence"}))
    assert of_all[()].is_breached is True


def test_absence_of_a_metric(engine: Engine) -> None:
    """A gauge of 0 is there; one that is not reported any more is absent."""
    insert_rows(engine, "metric_points", [point(60, 0, service_name="a"), point(1000, 1, service_name="b", series_id=2)])
    found = read(engine, rule({"source": "metrics", "name": "m", "group_by": ["service_name"]}, {"kind": "absence"}))
    assert {name: it.is_breached for name, it in found.items()} == {("a",): False, ("b",): True}
    nothing = read(engine, rule({"source": "metrics", "name": "never"}, {"kind": "absence"}))
    assert nothing[()].is_breached is True


def test_metric_over_a_window_that_is_no_multiple_of_its_length(engine: Engine) -> None:
    """The window slides: five minutes that end at any minute."""
    insert_rows(engine, "metric_points", [point(270, 10), point(30, 20), point(-30, 60)])
    watched = rule({"source": "metrics", "name": "m", "aggregation": "avg"}, {"kind": "threshold", "above": 25})
    assert read(engine, watched)[()].value == 15
    assert read(engine, watched, AT_NS + MINUTE_NS)[()].value == 40
    assert read(engine, watched, AT_NS + MINUTE_NS)[()].is_breached is True


def test_counter_as_a_rate(engine: Engine) -> None:
    """Of a counter that grew by 600 within five minutes the rate is 2 a second."""
    columns = {"metric_type": "sum", "temporality": "cumulative", "is_monotonic": True}
    insert_rows(engine, "metric_points", [point(310, 1000, **columns), point(150, 1300, **columns), point(1, 1600, **columns)])
    found = read(engine, rule({"source": "metrics", "name": "m", "aggregation": "rate"}, {"kind": "threshold", "above": 1.5}))
    assert (found[()].value, found[()].is_breached) == (2, True)


def test_ratio_of_two_queries(engine: Engine) -> None:
    """Tokens over a metric; a ratio by nothing cannot be told; groups meet by their labels."""
    fill(engine, [(10, {"model": "a", "output_tokens": 30}), (10, {"model": "b", "output_tokens": 50})])
    insert_rows(engine, "metric_points", [point(60, 4)])
    over = {"source": "metrics", "name": "m"}
    found = read(engine, rule(usage("output_tokens", group_by=["model"]), {"kind": "ratio", "over": over, "above": 10}))
    assert {name: (it.value, it.is_breached) for name, it in found.items()} == {("a",): (7.5, False), ("b",): (12.5, True)}
    over = usage("span_count", group_by=["model"], filter="model:a")
    found = read(engine, rule(usage("output_tokens", group_by=["model"]), {"kind": "ratio", "over": over, "above": 10}))
    assert {name: it.value for name, it in found.items()} == {("a",): 30}
    over = usage("span_count", filter="model:nobody")
    [nothing] = read(engine, rule(usage("output_tokens"), {"kind": "ratio", "over": over, "above": 10})).values()
    assert (nothing.value, nothing.is_breached, nothing.note) == (None, None, "nothing to divide by")


def test_objective_needs_the_long_and_the_short_window(engine: Engine) -> None:
    """Errors throughout the last hour burn; when they ended before the short window they do not."""
    when = {"kind": "objective", "target": 0.99, "speed": "fast"}
    watched = rule(usage("error_count", per="span_count"), when)
    rows: list[tuple[float, dict[str, Any]]] = [(number * 30 + 1, {"status_code": "error" if number % 4 == 0 else "ok"}) for number in range(120)]
    fill(engine, rows)
    found = read(engine, watched)[()]
    assert found.is_breached is True
    assert (found.value, found.threshold) == (pytest.approx(25), 6)
    later = read(engine, watched, AT_NS + 2400 * SECOND_NS)[()]
    assert later.is_breached is False
    assert later.is_recovered is True


def test_objective_of_money(engine: Engine) -> None:
    """An hour that costs fifty times its share of the month burns fifty times too fast."""
    fill(engine, [(number * 60 + 1, {"cost_usd": 1.0}) for number in range(60)])
    when = {"kind": "objective", "budget": 60 / 3600 * 30 * 86400 / 50, "speed": "fast"}
    found = read(engine, rule(usage("cost_usd"), when))[()]
    assert (found.value, found.is_breached) == (pytest.approx(50), True)


def test_budget_of_each_user_since_the_day_began(engine: Engine) -> None:
    """What was spent yesterday does not count today; the largest spenders are told apart."""
    since_s = (AT_NS - period_start_ns(AT_NS, "day")) / SECOND_NS
    fill(engine, [(1, {"user_id": "u1", "cost_usd": 3.0}), (since_s - 1, {"user_id": "u1", "cost_usd": 2.5}), (since_s + 1, {"user_id": "u2", "cost_usd": 9.0}), (2, {"user_id": "u2", "cost_usd": 1.0})])
    found = read(engine, rule(usage("cost_usd", group_by=["user_id"]), {"kind": "budget", "limit": 6, "period": "day", "at_ratio": 0.8}))
    assert {name: (it.value, it.is_breached) for name, it in found.items()} == {("u1",): (5.5, True), ("u2",): (1.0, False)}
    assert found["u1",].note == "92% of the day's budget"


def test_sql_over_one_window(engine: Engine) -> None:
    """A statement without a bucket is asked once for the window; its text columns are labels."""
    fill(engine, [(10, {"model": "a"}), (20, {"model": "a"}), (20, {"model": "b"}), (400, {"model": "b"})])
    text = "SELECT model, count() AS n FROM spans WHERE start_time >= {start:DateTime64(9)} AND start_time < {end:DateTime64(9)} GROUP BY model"
    found = read(engine, rule({"source": "sql", "query": text}, {"kind": "threshold", "above": 1}))
    assert {name: (it.value, it.is_breached) for name, it in found.items()} == {("a",): (2, True), ("b",): (1, False)}


def test_sql_by_bucket(engine: Engine) -> None:
    """A statement with buckets is read at whole windows."""
    fill(engine, [(10, {}), (20, {}), (301, {})])
    text = (
        "SELECT toStartOfInterval(start_time, toIntervalSecond({interval_s:UInt32})) AS time, count() AS n FROM spans "
        "WHERE start_time >= {start:DateTime64(9)} AND start_time < {end:DateTime64(9)} GROUP BY time"
    )
    watched = rule({"source": "sql", "query": text}, {"kind": "threshold", "above": 1})
    assert read(engine, watched, AT_NS + 100 * SECOND_NS)[()].value == 2


@pytest.mark.parametrize("text", ["SELECT 1 AS a, 2 AS b", "SELECT 'x' AS name", "SELECT 'x' AS name, number AS n FROM numbers(3)"])
def test_sql_without_one_value_a_series_is_refused(engine: Engine, text: str) -> None:
    """Two numbers, none, or several rows of one series cannot be watched."""
    with pytest.raises(InvalidInput, match=r"query\.(values|query)"):
        evaluate(rule({"source": "sql", "query": text}, {"kind": "threshold", "above": 1}), asking(engine), AT_NS)


def test_what_costs_too_much_is_stopped(engine: Engine) -> None:
    """A statement that runs on is ended by the limit of time."""
    text = "SELECT sum(cityHash64(number)) AS n FROM numbers(100000000000)"
    with pytest.raises(TooExpensive):
        evaluate(rule({"source": "sql", "query": text}, {"kind": "threshold", "above": 1}), asking(engine, 0.2), AT_NS)


def test_a_rule_for_all_projects_is_evaluated_for_each(engine: Engine) -> None:
    """Which one has to be said first."""
    with pytest.raises(InvalidInput, match="project"):
        evaluate(rule(usage("span_count"), {"kind": "threshold", "above": 1}, project=None), asking(engine), AT_NS)
