"""Scores are stored once by their id, whoever sends them and however often."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from doubles.failing_engine import REFUSED, FailingEngine
from doubles.rows import NOW_NS
from watchglass.clock import FixedClock
from watchglass.errors import Unavailable
from watchglass.store.engine import Engine
from watchglass.store.scores import Score, ScoreWriter


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
