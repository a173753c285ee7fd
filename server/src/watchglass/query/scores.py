"""Scores: all of a trace, or those of a range that fit a filter, newest first."""

from dataclasses import dataclass, replace
from typing import Any

from watchglass.query.conditions import condition
from watchglass.query.cursor import Walk
from watchglass.query.expr import And, Compare, Expr, Value
from watchglass.query.reader import Reader
from watchglass.query.rows_page import read_page
from watchglass.query.trace import hex_id


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score, its columns under their vocabulary names.

    Attributes:
        time_ns: When it was given, nanoseconds since 1970 UTC.
    """

    score_id: str
    trace_id: str
    span_id: str
    session_id: str
    name: str
    value: float | None
    label: str
    comment: str
    source: str
    author: str
    time_ns: int


_SELECTED = ", ".join(f"scores.{name} AS {name}" for name in ScoreRow.__slots__ if name != "time_ns")
_MERGED = {"final": 1}
"""A row that was written twice is read once, merged or not."""


def list_scores(
    reader: Reader, walk: Walk, expr: Expr, limit: int, *, trace_id: str = "", span_id: str = ""
) -> tuple[list[ScoreRow], str | None]:
    """List scores, newest first, and the cursor of the next page or None.

    Args:
        reader: Where to look.
        walk: Scope, and where the page begins.
        expr: The filter, over columns of `scores`.
        limit: Most scores of the page.
        trace_id: Only scores of this trace and its spans; empty for any.
        span_id: Only scores of this span; empty for any.

    Raises:
        InvalidInput: The filter names what is not there, or an id is none; the field says which.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    asked = [expr]
    if trace_id:
        asked.append(Compare("trace_id", "=", (Value(hex_id("trace_id", trace_id, 32)),)))
    if span_id:
        asked.append(Compare("span_id", "=", (Value(hex_id("span_id", span_id, 16)),)))
    fits = condition(And(tuple(asked)), "scores", walk.now_ns)
    rows, cursor = read_page(
        replace(reader, settings=_MERGED), walk, "scores", _SELECTED, "scores.score_id", fits, limit
    )
    return [_score(row) for row in rows.to_pylist()], cursor


def _score(row: dict[str, Any]) -> ScoreRow:
    return ScoreRow(**{name: row[name] for name in ScoreRow.__slots__})
