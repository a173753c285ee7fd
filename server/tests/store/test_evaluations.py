"""Evaluation events come out as scores: with their commit, once, and also after a commit was cut short."""

from typing import Any

import pytest

from doubles.failing_engine import REFUSED, FailingEngine
from doubles.otlp import DECODERS, log_request
from doubles.rows import NOW_NS, insert_rows, log, span
from doubles.spans import trace_request
from watchglass.clock import FixedClock
from watchglass.model.records import Export, Signal
from watchglass.store.engine import Engine
from watchglass.store.evaluations import EVALUATION, add_evaluations
from watchglass.store.ledger import Ledger
from watchglass.store.writer import Committer
from watchglass.telemetry import Telemetry

SAID = (
    '{"gen_ai.evaluation.name":"relevance","gen_ai.evaluation.score.value":0.25,'
    '"gen_ai.evaluation.score.label":"poor","gen_ai.evaluation.explanation":"it answers another question"}'
)
COMMIT_MS = NOW_NS // 1_000_000
TONE = {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": 0.5}


def scores(engine: Engine, columns: str = "*", final: str = "FINAL") -> list[tuple[Any, ...]]:
    """The scores that are stored, by their time."""
    rows = engine.query(f"SELECT {columns} FROM scores {final} ORDER BY time, score_id").to_pylist()
    return [tuple(row.values()) for row in rows]


def judged(number: int, **columns: Any) -> dict[str, Any]:
    """A span with one evaluation event."""
    return span(1, number, event_times=[NOW_NS], event_names=[EVALUATION], event_attributes=[SAID], **columns)


def test_events_of_spans_are_scores(engine: Engine) -> None:
    """An evaluation event is a score of its span, with its own time; other events are none, and JSON that is none says none."""
    insert_rows(engine, "spans", [
        span(1, 2, event_times=[NOW_NS, NOW_NS, NOW_NS + 1], event_names=[EVALUATION, "exception", EVALUATION],
             event_attributes=[SAID, SAID, "{broken"], session_id="s", service_name="judge"),
        span(1, 3, event_times=[NOW_NS], event_names=["exception"], event_attributes=[SAID]),
    ])  # fmt: skip
    add_evaluations(engine, "spans", COMMIT_MS)
    found = scores(engine, "trace_id, span_id, session_id, name, value, label, comment, source, author, toUnixTimestamp64Nano(time) AS ns")
    said = ("relevance", 0.25, "poor", "it answers another question")
    assert found[0] == (f"{1:032x}", f"{2:016x}", "s", *said, "evaluation", "judge", NOW_NS)
    assert [row[3:5] for row in found[1:]] == [("", None)]


@pytest.mark.parametrize(
    ("held", "value"),
    [
        ({"attributes_double": {"gen_ai.evaluation.score.value": 0.5}}, 0.5),
        ({"attributes_int": {"gen_ai.evaluation.score.value": 3}}, 3.0),
        ({"attributes": {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": "0.75"}}, 0.75),
        ({"attributes_double": {"gen_ai.evaluation.score.value": float("nan")}}, None),
        ({}, None),
    ],
)
def test_events_of_logs_are_scores(engine: Engine, held: dict[str, Any], value: float | None) -> None:
    """A log event's number is read in whatever type it was sent; what is no number is none."""
    named = {"gen_ai.evaluation.name": "tone", "gen_ai.conversation.id": "s"}
    row = {"attributes": named, **held, "event_name": EVALUATION, "trace_id": f"{1:032x}", "span_id": f"{2:016x}"}
    insert_rows(engine, "logs", [log(**row), log(**{**row, "event_name": "other"})])
    add_evaluations(engine, "logs", COMMIT_MS)
    assert scores(engine, "name, value, trace_id, span_id, source") == [("tone", value, f"{1:032x}", f"{2:016x}", "evaluation")]


def test_event_that_comes_twice_reads_as_one_score(engine: Engine) -> None:
    """The same span in two exports, on two days, has one score."""
    for commit_ms in (COMMIT_MS, COMMIT_MS - 86_400_000):
        insert_rows(engine, "spans", [judged(2, received_at=commit_ms)])
        add_evaluations(engine, "spans", commit_ms)
    assert len(scores(engine, final="")) == 2
    assert len(scores(engine)) == 1


def test_scores_are_added_once_and_of_that_commit_alone(engine: Engine) -> None:
    """Doing it again changes nothing, and other commits are left alone."""
    insert_rows(engine, "spans", [judged(2)])
    insert_rows(engine, "spans", [judged(3, received_at=COMMIT_MS + 1)])
    for _ in range(2):
        add_evaluations(engine, "spans", COMMIT_MS)
    assert scores(engine, "span_id", final="") == [(f"{2:016x}",)]


def committer(engine: Any, signal: Signal) -> Committer:
    """A committer of `signal`."""
    return Committer(
        engine, signal, DECODERS[signal], Ledger(1800, 100), FixedClock(NOW_NS), Telemetry(),
        group_bytes=2**20, max_waiting_bytes=2**20, commit_timeout_s=30.0,
    )  # fmt: skip


def evaluations(signal: Signal) -> Export:
    """An export with one evaluation, and one row without."""
    event = {"name": EVALUATION, "attributes": TONE}
    request = (
        trace_request([{"events": [event]}, {}])
        if signal is Signal.TRACES
        else log_request([{"event_name": EVALUATION, "attributes": TONE}, {"body": "x"}])
    )
    return Export(signal, "p", request.SerializeToString(), 1, NOW_NS)


@pytest.mark.parametrize("signal", [Signal.TRACES, Signal.LOGS])
def test_scores_are_there_when_the_client_is_answered(engine: Engine, signal: Signal) -> None:
    """The evaluations of an export over OTLP are scores once it is answered, also when it was stored and the answer lost."""
    for failure in (None, REFUSED):
        failing = FailingEngine(engine)
        failing.loses_answer_with = failure
        running = committer(failing, signal)
        running.start()
        assert running.submit(evaluations(signal)).result(60).accepted_rows == 2
        assert running.stop(60)
        assert scores(engine, "name, value", final="") == [("tone", 0.5)]
        for table in (signal.value, "scores"):
            engine.execute(f"TRUNCATE TABLE {table} SYNC")


def test_start_after_a_crash_adds_the_scores(engine: Engine) -> None:
    """A process that died between the spans and their scores adds these when it starts again."""
    insert_rows(engine, "spans", [judged(2)])
    running = committer(engine, Signal.TRACES)
    running.start()
    assert running.stop(60)
    assert scores(engine, "name, value") == [("relevance", 0.25)]
