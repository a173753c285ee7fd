"""Scores are stored once by their id, whoever sends them and however often, and events come out as scores."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from doubles.failing_engine import REFUSED, FailingEngine
from doubles.rows import NOW_NS, insert_rows, log, span
from watchglass.clock import FixedClock
from watchglass.errors import Unavailable
from watchglass.store.engine import Engine
from watchglass.store.scores import Score, ScoreWriter, add_missing_scores

EVENT = "gen_ai.evaluation.result"
SAID = (
    '{"gen_ai.evaluation.name":"relevance","gen_ai.evaluation.score.value":0.25,'
    '"gen_ai.evaluation.score.label":"poor","gen_ai.evaluation.explanation":"it answers another question"}'
)
COMMIT_MS = NOW_NS // 1_000_000


def score(number: int, **fields: Any) -> Score:
    """A score of project `p` whose id is its number."""
    blank = Score(str(number), "p", NOW_NS, f"{1:032x}", "", "", "thumbs", 1.0, "", "", "feedback", "ada")
    return replace(blank, **fields)


def writer(engine: Engine) -> ScoreWriter:
    """A writer at NOW_NS."""
    return ScoreWriter(engine, FixedClock(NOW_NS))


def stored(engine: Engine, columns: str = "score_id", final: str = "FINAL") -> list[Any]:
    """What is stored, by id."""
    rows = engine.query(f"SELECT {columns} FROM scores {final} ORDER BY score_id, project_id").to_pylist()
    return [tuple(row.values()) if len(row) > 1 else next(iter(row.values())) for row in rows]


@contextmanager
def no_view(engine: Engine, view: str) -> Iterator[None]:
    """A time in which a view is not there, as when the process dies before it was served."""
    engine.execute(f"DETACH TABLE {view}")
    yield
    engine.execute(f"ATTACH TABLE {view}")


def test_score_is_stored_whole_and_once(engine: Engine) -> None:
    """Every field arrives in its column; the same ids again, in one request or in another, change nothing."""
    given = score(1, span_id=f"{2:016x}", session_id="s", label="good", comment="it's {x:String}\\\n", source="annotation")
    assert writer(engine).add([given, given]) == 1
    assert writer(engine).add([replace(given, value=0.0), score(2)]) == 1
    assert stored(engine, final="") == ["1", "2"]
    columns = "score_id, project_id, toUnixTimestamp64Nano(time) AS ns, trace_id, span_id, session_id, name, value, label, comment, source, author"
    assert stored(engine, columns)[0] == (
        "1", "p", NOW_NS, f"{1:032x}", f"{2:016x}", "s", "thumbs", 1.0, "good", "it's {x:String}\\\n", "annotation", "ada",
    )  # fmt: skip


def test_id_names_a_score_within_its_project(engine: Engine) -> None:
    """Two projects may use the same id."""
    assert writer(engine).add([score(1), score(1, project_id="q")]) == 2
    assert stored(engine, "score_id, project_id") == [("1", "p"), ("1", "q")]


def test_requests_at_the_same_time_are_all_stored(engine: Engine) -> None:
    """Many threads that send overlapping scores at once store each one once, and the counts of new ones add up."""
    shared = writer(engine)
    counts: list[int] = []

    def send(first: int) -> None:
        counts.append(shared.add([score(number) for number in range(first, first + 10)]))

    threads = [threading.Thread(target=send, args=(first,)) for first in range(0, 60, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(counts) == len(threads)
    assert sum(counts) == len(stored(engine, final="")) == 65


def test_scores_that_were_refused_may_be_sent_again(engine: Engine) -> None:
    """Whether the store failed before or after it took them, the client is told to retry, and a retry stores them once."""
    for number, failure in enumerate(["fails_with", "loses_answer_with"]):
        failing = FailingEngine(engine)
        setattr(failing, failure, REFUSED)
        once = writer(failing)
        with pytest.raises(Unavailable):
            once.add([score(number)])
        setattr(failing, failure, None)
        once.add([score(number)])
        assert stored(engine, final="").count(str(number)) == 1


def test_evaluation_events_of_spans_are_scores(engine: Engine) -> None:
    """An evaluation event is a score of its span, with its own time; other events, and JSON that is none, are not."""
    events = [EVENT, "exception", EVENT]
    insert_rows(engine, "spans", [
        span(1, 2, event_times=[NOW_NS, NOW_NS, NOW_NS + 1], event_names=events, event_attributes=[SAID, SAID, "{broken"],
             session_id="s", service_name="judge"),
        span(1, 3, event_times=[NOW_NS], event_names=["exception"], event_attributes=[SAID]),
    ])  # fmt: skip
    columns = "trace_id, span_id, session_id, name, value, label, comment, source, author, toUnixTimestamp64Nano(time) AS ns"
    found = sorted(stored(engine, columns), key=lambda row: row[-1])
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
def test_evaluation_events_of_logs_are_scores(engine: Engine, held: dict[str, Any], value: float | None) -> None:
    """A log event's number is read in whatever type it was sent; what is no number is none."""
    named = {"gen_ai.evaluation.name": "tone", "gen_ai.conversation.id": "s"}
    row = {"attributes": named, **held, "event_name": EVENT, "trace_id": f"{1:032x}", "span_id": f"{2:016x}"}
    insert_rows(engine, "logs", [log(**row), log(**{**row, "event_name": "other"})])
    found = stored(engine, "name, value, trace_id, span_id, source")
    assert found == [("tone", value, f"{1:032x}", f"{2:016x}", "evaluation")]


def test_event_that_comes_twice_reads_as_one_score(engine: Engine) -> None:
    """The same span in two exports, on two days, has one score."""
    for day in (0, 1):
        insert_rows(engine, "spans", [
            span(1, 2, event_times=[NOW_NS], event_names=[EVENT], event_attributes=[SAID], received_at=COMMIT_MS - day * 86_400_000)
        ])  # fmt: skip
    assert len(stored(engine, final="")) == 2
    assert len(stored(engine)) == 1


@pytest.mark.parametrize("table", ["spans", "logs"])
def test_scores_of_a_commit_cut_short_are_added_once(embedded_engine: Engine, table: str) -> None:
    """When the process died before the view stored a commit's scores they are added, equal to the view's, and not twice."""
    row = (
        span(1, 2, event_times=[NOW_NS], event_names=[EVENT], event_attributes=[SAID])
        if table == "spans"
        else log(event_name=EVENT, attributes={"gen_ai.evaluation.name": "tone"})
    )
    insert_rows(embedded_engine, table, [row])
    expected = stored(embedded_engine, "*")
    embedded_engine.execute("TRUNCATE TABLE scores SYNC")
    with no_view(embedded_engine, f"scores_of_{table}"):
        insert_rows(embedded_engine, table, [{**row, "received_at": COMMIT_MS + 1, "name": "other", "body": "other"}])
    for _ in range(2):
        add_missing_scores(embedded_engine, table, COMMIT_MS)
    assert stored(embedded_engine, "*", final="") == expected
