"""Rules tried over the past: the same readings as live, and the periods in which they would have fired."""

from typing import Any

import numpy as np
import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, span
from watchglass.alerts.evaluation import evaluate
from watchglass.alerts.rule import Rule
from watchglass.alerts.try_out import step_for, try_out
from watchglass.errors import InvalidInput
from watchglass.query.asked import Asking
from watchglass.query.reader import Reader
from watchglass.settings import Settings
from watchglass.store.engine import Engine

HOUR_NS = 3600 * SECOND_NS
END_NS = NOW_NS // HOUR_NS * HOUR_NS
"""The end of the ranges: a whole hour."""

BY_MODEL = {"source": "usage", "measures": ["error_count"], "per": "span_count", "group_by": ["model"]}
SQL = (
    "SELECT toStartOfInterval(start_time, toIntervalSecond({interval_s:UInt32})) AS time, model, quantile(0.9)(duration_ns) AS ns FROM spans "
    "WHERE start_time >= {start:DateTime64(9)} AND start_time < {end:DateTime64(9)} GROUP BY time, model"
)
PLAIN_SQL = "SELECT model, count() AS n FROM spans WHERE start_time >= {start:DateTime64(9)} AND start_time < {end:DateTime64(9)} GROUP BY model"

KINDS: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (BY_MODEL, {"kind": "threshold", "above": 0.4, "recover": 0.2}, {"minimum_traffic": 3}),
    ({"source": "usage", "measures": ["duration_p95_ns"], "group_by": ["model"]}, {"kind": "threshold", "above": 3e9}, {}),
    ({"source": "usage", "measures": ["cost_usd"]}, {"kind": "threshold", "above": 1}, {"window_s": 900}),
    ({"source": "metrics", "name": "m", "aggregation": "rate", "group_by": ["service_name"]}, {"kind": "threshold", "above": 1}, {}),
    ({"source": "sql", "query": SQL}, {"kind": "threshold", "above": 3e9}, {}),
    ({"source": "sql", "query": PLAIN_SQL}, {"kind": "threshold", "above": 5}, {"every_s": 600}),
    ({"source": "usage", "measures": ["span_count"]}, {"kind": "change", "against": "yesterday", "above": 2}, {}),
    ({"source": "usage", "measures": ["span_count"], "group_by": ["model"]}, {"kind": "absence", "seen_within_s": 7200}, {}),
    ({"source": "metrics", "name": "m", "group_by": ["service_name"]}, {"kind": "absence", "seen_within_s": 3600}, {}),
    (
        {"source": "usage", "measures": ["output_tokens"], "group_by": ["model"]},
        {"kind": "ratio", "over": {"source": "usage", "measures": ["span_count"]}, "above": 20}, {},
    ),
    ({"source": "usage", "measures": ["error_count"], "per": "span_count"}, {"kind": "objective", "target": 0.9}, {}),
    ({"source": "usage", "measures": ["cost_usd"], "group_by": ["user_id"]}, {"kind": "budget", "limit": 5, "period": "day"}, {}),
]  # fmt: skip


def rule(query: dict[str, Any], when: dict[str, Any], **fields: Any) -> Rule:
    return Rule.model_validate({"name": "r", "project": "p", "query": query, "when": when, **fields})


def asking(engine: Engine) -> Asking:
    return Asking(engine, Reader(engine, 30.0, 10**9), Settings(), NOW_NS)


def fill(engine: Engine) -> None:
    """Spans of two days, with an hour of errors, and a counter."""
    pick = np.random.default_rng(4)
    rows = []
    for number in range(4000):
        ago_s = float(pick.uniform(0, 2 * 86400))
        is_bad = 5 * 3600 < ago_s < 6 * 3600
        rows.append(span(
            number, number, at_s=(END_NS - NOW_NS) / SECOND_NS - ago_s, is_model_call=True, model=str(pick.choice(["a", "b", "rare"], p=[0.6, 0.39, 0.01])),
            status_code="error" if is_bad or pick.random() < 0.02 else "ok", user_id=f"u{number % 3}", output_tokens=int(pick.integers(1, 40)),
            cost_usd=None if pick.random() < 0.1 else float(pick.random() / 50), duration_ns=int(pick.lognormal(20.5, 0.8)),
        ))  # fmt: skip
    insert_rows(engine, "spans", rows)
    insert_rows(engine, "metric_points", [
        {
            "project_id": "p", "received_at": NOW_NS // 10**6, "metric_name": "m", "metric_type": "sum", "unit": "", "temporality": "cumulative",
            "is_monotonic": True, "series_id": service, "time": END_NS - ago_s * SECOND_NS, "start_time": 0, "service_name": f"s{service}",
            "attributes": {}, "value": float((86400 - ago_s) * service),
        }
        for service in (1, 2) for ago_s in range(0, 86400, 60) if not (service == 2 and 7200 < ago_s < 10000)
    ])  # fmt: skip


@pytest.mark.parametrize(("query", "when", "fields"), KINDS, ids=[f"{when['kind']}-{query['source']}-{number}" for number, (query, when, _) in enumerate(KINDS)])
def test_what_is_tried_is_what_is_evaluated(engine: Engine, query: dict[str, Any], when: dict[str, Any], fields: dict[str, Any]) -> None:
    """Each reading over the range is the one that an evaluation at that moment gives."""
    fill(engine)
    watched = rule(query, when, **fields)
    tried = try_out(watched, asking(engine), END_NS - 12 * HOUR_NS, END_NS)
    assert tried.step_s % watched.every_s == 0
    assert tried.series
    for place in range(0, len(tried.times_ns), max(1, len(tried.times_ns) // 20)):
        at_ns = tried.times_ns[place]
        live = {tuple(it.labels.items()): it for it in evaluate(watched, asking(engine), at_ns + watched.delay_s * SECOND_NS)}
        past = {tuple(it.labels.items()): it.readings[place] for it in tried.series if it.readings[place] is not None}
        assert live.keys() == past.keys(), at_ns
        for name, reading in live.items():
            then = past[name]
            assert then is not None
            assert (then.is_breached, then.is_recovered, then.at_ns, then.note) == (reading.is_breached, reading.is_recovered, reading.at_ns, reading.note)
            assert then.value == pytest.approx(reading.value)
            assert then.expected == pytest.approx(reading.expected)


def test_periods_are_told_as_alerts_would_have_fired(engine: Engine) -> None:
    """An hour of errors fires once for each model that has traffic, after it has lasted."""
    fill(engine)
    watched = rule(BY_MODEL, {"kind": "threshold", "above": 0.6, "recover": 0.2}, window_s=1200, for_s=600, minimum_traffic=4)
    tried = try_out(watched, asking(engine), END_NS - 24 * HOUR_NS, END_NS)
    periods = {it.labels["model"]: it.periods for it in tried.series if it.periods}
    assert set(periods) == {"a", "b"}
    assert tried.firing_count == 2
    for [period] in periods.values():
        assert period.resolved_at_ns is not None
        assert END_NS - 6 * HOUR_NS < period.started_at_ns < period.fired_at_ns - 599 * SECOND_NS
        assert END_NS - 5 * HOUR_NS < period.resolved_at_ns < END_NS - 4 * HOUR_NS
    assert tried.summary.startswith("would have fired 2 times in 24 hours, for 2 of 3 series; ")


def test_what_fires_still_has_no_end(engine: Engine) -> None:
    """And nothing to read is said."""
    watched = rule({"source": "usage", "measures": ["span_count"]}, {"kind": "threshold", "below": 1})
    tried = try_out(watched, asking(engine), END_NS - 2 * HOUR_NS, END_NS)
    assert [it.resolved_at_ns for it in tried.series[0].periods] == [None]
    assert tried.summary == "would have fired once in 2 hours"
    nothing = rule({"source": "metrics", "name": "none"}, {"kind": "threshold", "below": 1})
    assert try_out(nothing, asking(engine), END_NS - 2 * HOUR_NS, END_NS).summary == "there was nothing to read in 2 hours"


def test_a_week_takes_few_evaluations() -> None:
    """Every minute where that is one series, five minutes where there are many, and less often the longer the range."""
    one, many = rule({"source": "usage", "measures": ["span_count"]}, {"kind": "threshold", "above": 1}), rule(BY_MODEL, {"kind": "threshold", "above": 1})
    week_s = 7 * 86400
    assert [step_for(it, week_s) for it in (one, many)] == [60, 300]
    assert [step_for(it, 13 * week_s) for it in (one, many)] == [900, 7200]
    plain = rule({"source": "sql", "query": PLAIN_SQL}, {"kind": "threshold", "above": 1})
    assert week_s / step_for(plain, week_s) <= 300


def test_a_range_without_an_evaluation_is_refused(embedded_engine: Engine) -> None:
    """Such as one that has not come yet."""
    watched = rule(BY_MODEL, {"kind": "threshold", "above": 1})
    with pytest.raises(InvalidInput, match="start"):
        try_out(watched, asking(embedded_engine), NOW_NS, NOW_NS + HOUR_NS)
