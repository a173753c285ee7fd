"""Scores are found by trace, span, range and filter, each once, and only those of the project."""

from dataclasses import replace
from typing import Any

import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows
from watchglass.errors import InvalidInput
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.scores import list_scores
from watchglass.query.sql_sandbox import SqlLimits, run_sql
from watchglass.store.engine import Engine

SCOPE = Scope("p", NOW_NS - 86_400 * SECOND_NS, NOW_NS)


def score(number: int, *, at_s: float = -60.0, **columns: Any) -> dict[str, Any]:
    """A score of project `p` whose id is its number."""
    return {
        "score_id": str(number), "project_id": "p", "received_at": NOW_NS // 10**6, "time": NOW_NS + round(at_s * SECOND_NS),
        "trace_id": f"{number % 2:032x}", "name": "thumbs", "value": float(number), **columns,
    }  # fmt: skip


def found(engine: Engine, text: str = "", limit: int = 10, **asked: Any) -> list[str]:
    """Ids over all pages."""
    reader, ids, cursor = Reader(engine, 30.0, 2**30), [], None
    while True:
        page, cursor = list_scores(reader, begin(SCOPE, cursor, NOW_NS), parse(text), limit, **asked)
        ids += [one.score_id for one in page]
        if cursor is None:
            return ids


def test_scores_come_newest_first_and_once(engine: Engine) -> None:
    """Pages of a range hold each score once, also one whose row was written twice and is not merged yet."""
    insert_rows(engine, "scores", [score(n, at_s=-n) for n in range(1, 6)] + [score(9, at_s=5), score(8, at_s=-90_000)])
    insert_rows(engine, "scores", [score(n, at_s=-n, received_at=NOW_NS // 10**6 - 86_400_000) for n in (1, 2)])
    for limit in (1, 2, 10):
        assert found(engine, limit=limit) == ["1", "2", "3", "4", "5"]


def test_scores_of_a_trace_and_of_a_span(engine: Engine) -> None:
    """A trace's scores are those of it and of its spans; a span's are its own; other projects' are nobody's."""
    span_id = f"{7:016x}"
    insert_rows(engine, "scores", [score(1), score(2), score(3, span_id=span_id), score(5, project_id="q")])
    assert found(engine, trace_id=f"{1:032X}") == ["3", "1"]
    assert found(engine, trace_id=f"{1:032x}", span_id=span_id) == ["3"]
    with pytest.raises(InvalidInput, match="trace_id"):
        found(engine, trace_id="x")


def test_filter_knows_the_columns(engine: Engine) -> None:
    """A filter compares numbers, names and sources; a field that scores do not have is refused by name."""
    insert_rows(engine, "scores", [score(1, value=None, label="pass"), score(2, source="annotation"), score(3, name="tone")])
    assert found(engine, "value>=2") == ["3", "2"]
    assert found(engine, "name:tone OR label:pass") == ["3", "1"]
    assert found(engine, "source:annotation") == ["2"]
    with pytest.raises(InvalidInput, match="unknown field 'model'"):
        found(engine, "model:x")


def test_sql_sees_each_score_once_and_the_projects_own(engine: Engine) -> None:
    """In read-only SQL a score that was written twice is one row, and another project's is none."""
    row = score(1)
    insert_rows(engine, "scores", [row, score(2, project_id="q")])
    insert_rows(engine, "scores", [row])
    answer = run_sql(engine, "p", "SELECT score_id, value FROM scores", {}, SqlLimits(30.0, 2**30, 10))
    assert answer.table.to_pylist() == [{"score_id": "1", "value": 1.0}]


def test_limits_of_a_reader_stay_with_further_settings(engine: Engine) -> None:
    """A reader with settings of its own keeps its limit of time."""
    reader = replace(Reader(engine, 30.0, 2**30), settings={"final": 1})
    asked = "SELECT getSetting('final') AS final, toString(getSetting('max_execution_time')) AS time_s"
    assert reader.query(asked, {}).to_pylist() == [{"final": True, "time_s": "30"}]
