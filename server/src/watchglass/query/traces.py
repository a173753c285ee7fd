"""The list of traces: newest first, those of which a span fits a filter, page by page."""

from dataclasses import dataclass

from watchglass.query.conditions import condition
from watchglass.query.cursor import Walk
from watchglass.query.expr import Expr
from watchglass.query.latest import find_latest
from watchglass.query.reader import Reader
from watchglass.query.summaries import TraceSummary, summarise


@dataclass(frozen=True, slots=True)
class TracePage:
    """Some traces, newest first, and the cursor of the next ones, None when there are no more."""

    traces: list[TraceSummary]
    next_cursor: str | None


def list_traces(reader: Reader, walk: Walk, expr: Expr, limit: int) -> TracePage:
    """List traces with at least one span that fits within the walk's scope, by their latest such span.

    Args:
        reader: Where to look.
        walk: Scope, and where the page begins.
        expr: The filter, over columns of `spans`.
        limit: Most traces of the page.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    fits = condition(expr, "spans", walk.now_ns)
    trace_ids, next_cursor = find_latest(reader, walk, "trace_id", fits, limit)
    summaries = summarise(reader, walk.scope.project_id, trace_ids)
    # rows may have expired between the two questions
    return TracePage([summaries[trace_id] for trace_id in trace_ids if trace_id in summaries], next_cursor)
