"""Explanations over real rows: injected causes are found, with examples, releases and metrics beside them."""

import json
from dataclasses import asdict

import pytest

from doubles.incident_traffic import HOUR_NS, START_NS, Incident, make_incident
from doubles.rows import SECOND_NS, insert_rows
from watchglass.errors import InvalidInput
from watchglass.query.explain import explain, read_dimensions
from watchglass.query.explain_text import explanation_lines
from watchglass.query.explanation import Baseline, ExplainQuestion, Explanation, baseline_scope
from watchglass.query.filter import parse
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage_source import DAY_NS, Kept
from watchglass.store.engine import Engine

NOW = Scope("p", START_NS + HOUR_NS, START_NS + 2 * HOUR_NS)

TRACES = 1500


def ask(engine: Engine, incident: Incident, baseline: Baseline = "before", scope: Scope = NOW) -> Explanation:
    """Why the second hour differs."""
    question = ExplainQuestion(scope, parse(incident.filter), incident.measure, incident.per, baseline)
    return explain(Reader(engine, 30.0, 2 * 10**9), question, Kept(0, 0, 0), scope.end_ns)


@pytest.mark.parametrize(
    "kind",
    ["model_slow", "release_of_a_service_fails", "user_dear", "tool_fails", "new_release_everywhere_in_a_service",
     "more_calls_to_a_slow_model", "region_fails", "all_slow", "nothing"],
)  # fmt: skip
def test_what_was_injected_comes_out_first(engine: Engine, kind: str) -> None:
    """The benchmark asks this of many more (bench/explain.py)."""
    incident = make_incident(kind, 3, TRACES)
    engine.insert("spans", incident.batch("p"))
    found = ask(engine, incident)
    if incident.truth is None:
        assert (found.verdict, found.causes) == (incident.verdict, [])
        return
    first = found.causes[0]
    assert incident.is_found(first.dimensions, first.also), found.causes
    assert 0.2 <= first.contribution_ratio <= 1
    assert first.low is None or first.risk_ratio is None or first.high is None or first.low <= first.risk_ratio <= first.high
    assert found.value is not None and found.before is not None
    # incidents keep it
    assert json.loads(json.dumps(asdict(found)))["verdict"] == "causes"
    assert any(value in explanation_lines(found)[0] for value in first.dimensions.values())


def test_examples_are_failed_spans_of_the_cause(engine: Engine) -> None:
    """Each of another trace, and none of what did not fail."""
    incident = make_incident("tool_fails", 5, TRACES)
    engine.insert("spans", incident.batch("p"))
    found = ask(engine, incident)
    assert len({it.trace_id for it in found.examples}) == len(found.examples) == 5
    assert incident.truth is not None
    rows = engine.query(
        "SELECT DISTINCT tool_name, status_code FROM spans WHERE span_id IN {ids:Array(String)}",
        {"ids": [it.span_id for it in found.examples]},
    ).to_pylist()
    assert rows == [{"tool_name": incident.truth["tool_name"], "status_code": "error"}]
    assert found.symptoms and sum(it.share for it in found.symptoms) <= 1.1


def test_new_releases_and_rollouts_are_listed(engine: Engine) -> None:
    """The new one, with when it came and its part of the service now and before."""
    incident = make_incident("new_release_fails", 2, TRACES)
    engine.insert("spans", incident.batch("p"))
    new = next(it for it in ask(engine, incident).releases if it.release == "3.0.0")
    assert (new.is_new, new.before_share) == (True, 0)
    assert new.share == pytest.approx(0.5, abs=0.1)
    assert NOW.start_ns <= new.first_ns < NOW.end_ns


def test_metrics_that_moved_are_listed_and_others_are_not(engine: Engine) -> None:
    """A queue that grew and a latency histogram are there; a steady gauge and names of nobody are not."""
    points = []
    for minute in range(120):
        time_ns = START_NS + minute * 60 * SECOND_NS
        is_late = minute >= 60
        shared = {"project_id": "p", "time": time_ns, "received_at": time_ns // 10**6, "service_name": "vllm", "host_name": "gpu-1"}
        gauges = (
            ("watchglass.serving.requests.waiting", 40.0 if is_late else 2.0 + minute % 3),
            ("watchglass.serving.requests.running", 8.0 + minute % 2),
            ("my.own.gauge", 100.0 if is_late else 1.0),
        )
        for series, (name, value) in enumerate(gauges):
            points.append({**shared, "metric_name": name, "metric_type": "gauge", "unit": "1", "series_id": series, "value": value})
        count = minute + 1
        slow = max(0, minute - 59)
        points.append({**shared, "metric_name": "watchglass.serving.queue.duration", "metric_type": "histogram", "temporality": "cumulative",
                       "is_monotonic": True, "unit": "s", "series_id": 9, "value": float("nan"), "count": count, "sum": 0.1 * count + 3.0 * slow})  # fmt: skip
    insert_rows(engine, "metric_points", points)
    incident = make_incident("nothing", 1, 300)
    engine.insert("spans", incident.batch("p"))
    metrics = {it.name: it for it in ask(engine, incident).metrics}
    assert set(metrics) == {"watchglass.serving.requests.waiting", "watchglass.serving.queue.duration"}
    queue = metrics["watchglass.serving.queue.duration"]
    assert (round(queue.before, 3), round(queue.value, 3)) == (0.1, 3.1)
    assert queue.labels["host_name"] == "gpu-1"


def test_a_range_with_too_many_spans_is_sampled(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts are estimated from what was read, and the cause is the same."""
    incident = make_incident("tool_fails", 4, TRACES)
    engine.insert("spans", incident.batch("p"))
    whole = ask(engine, incident)
    monkeypatch.setattr("watchglass.query.usage_slices.SAMPLED_SPANS", 9000)
    monkeypatch.setattr("watchglass.query.explain_read.MOST_ROWS", 3000)
    part = ask(engine, incident)
    assert part.sampled_share is not None and part.sampled_share < 0.9
    assert part.causes[0].dimensions == whole.causes[0].dimensions
    assert part.value == pytest.approx(whole.value, rel=0.25)
    assert part.causes[0].span_count == pytest.approx(whole.causes[0].span_count, rel=0.25)


def test_nothing_is_said_of_nothing(engine: Engine) -> None:
    """An empty store has too little, and no time before 1970."""
    incident = make_incident("nothing", 1, 10)
    assert ask(engine, incident).verdict == "too_little"
    assert baseline_scope(Scope("p", 10 * DAY_NS, 11 * DAY_NS), "yesterday") == Scope("p", 9 * DAY_NS, 10 * DAY_NS)
    assert baseline_scope(Scope("p", 20 * DAY_NS, 23 * DAY_NS), "yesterday").end_ns == 20 * DAY_NS
    with pytest.raises(InvalidInput, match="start"):
        baseline_scope(Scope("p", 0, DAY_NS), "before")


def test_a_baseline_that_is_no_longer_kept_is_no_baseline(engine: Engine) -> None:
    """What retention took is not taken for growth."""
    incident = make_incident("more_traffic_of_a_user", 1, 300)
    engine.insert("spans", incident.batch("p"))
    question = ExplainQuestion(NOW, parse(incident.filter), incident.measure)
    found = explain(Reader(engine, 30.0, 2 * 10**9), question, Kept(NOW.start_ns - 60 * SECOND_NS, 0, 0), NOW.end_ns)
    assert (found.verdict, found.causes) == ("too_little", [])


@pytest.mark.parametrize(("measure", "per", "field"), [("speed", None, "measure"), ("duration_p95_ns", "span_count", "measure"), ("cost_usd", "duration_mean_ns", "per")])
def test_what_cannot_be_explained_is_named(engine: Engine, measure: str, per: str | None, field: str) -> None:
    """Only measures, and only what adds up over what adds up."""
    with pytest.raises(InvalidInput) as error:
        explain(Reader(engine, 30.0, 2 * 10**9), ExplainQuestion(NOW, parse(""), measure, per), Kept(0, 0, 0), NOW.end_ns)
    assert error.value.field == field


def test_every_measure_is_explained(engine: Engine) -> None:
    """Each is read without an error, also with dimensions of one's own."""
    from watchglass.query.measures import MEASURES

    incident = make_incident("model_slow", 1, 200)
    engine.insert("spans", incident.batch("p"))
    for measure in MEASURES:
        question = ExplainQuestion(NOW, parse(""), measure, None, "before", read_dimensions("model,error,attributes.tenant"))
        explain(Reader(engine, 30.0, 2 * 10**9), question, Kept(0, 0, 0), NOW.end_ns)
