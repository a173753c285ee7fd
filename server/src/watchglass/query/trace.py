"""One trace: its summary, and its spans in the order of their tree."""

import re
from dataclasses import dataclass

from watchglass.errors import InvalidInput, NotFound
from watchglass.query.reader import INDEX_FIRST, Reader
from watchglass.query.span_rows import SELECTED, SpanRow, span_rows
from watchglass.query.summaries import TraceFigures, figures_of, summarise
from watchglass.query.tree import Node, in_tree_order

MAX_SPANS = 20_000
"""Most spans of one trace that are shown, the earliest."""

_SPANS = f"""
SELECT {SELECTED}
FROM spans
WHERE project_id = {{project_id:String}} AND trace_id = {{trace_id:String}}
ORDER BY spans.start_time, spans.span_id
LIMIT {MAX_SPANS + 1}
"""

_FEW_ROWS = {**INDEX_FIRST, "optimize_read_in_order": 0, "max_threads": 1}
"""What the index leaves of one trace is too little to be worth a second thread or a merge of sorted streams."""


@dataclass(frozen=True, slots=True)
class TreeSpan:
    """A span and where it stands in the tree.

    Attributes:
        span: The span.
        depth: 0 at the root.
        start_offset_ns: From the start of the trace to its own.
        is_orphan: It hangs at the root, as the parent that it names never came (or is below itself).
    """

    span: SpanRow
    depth: int
    start_offset_ns: int
    is_orphan: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace.

    Attributes:
        figures: The trace over all its spans.
        spans: Depth first, children by start; at most MAX_SPANS.
        is_truncated: There are more spans.
    """

    figures: TraceFigures
    spans: list[TreeSpan]
    is_truncated: bool


def find_trace(reader: Reader, project_id: str, trace_id: str) -> Trace:
    """Return the trace, whatever its time.

    Args:
        reader: Where to look.
        project_id: Project of the trace.
        trace_id: 32 hexadecimal digits, in whatever case.

    Raises:
        InvalidInput: No such id can be; the field is `trace_id`.
        NotFound: The project has no span of that trace.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    trace_id = hex_id("trace_id", trace_id, 32)
    rows = reader.query(_SPANS, {"project_id": project_id, "trace_id": trace_id}, _FEW_ROWS)
    if not rows.num_rows:
        raise NotFound(f"there is no trace {trace_id} in this project")
    is_truncated = rows.num_rows > MAX_SPANS
    spans = span_rows(rows.slice(0, MAX_SPANS))
    counted = summarise(reader, project_id, [trace_id]) if is_truncated else {}
    figures = counted.get(trace_id) or figures_of(spans)
    placed = in_tree_order([Node(span.span_id, span.parent_span_id, span.start_ns) for span in spans])
    tree = [
        TreeSpan(spans[at.index], at.depth, spans[at.index].start_ns - spans[0].start_ns, at.is_orphan) for at in placed
    ]
    return Trace(figures, tree, is_truncated)


def hex_id(field: str, text: str, digits: int) -> str:
    """Return an id in the lower case that it is stored in.

    Raises:
        InvalidInput: It is not `digits` hexadecimal digits.
    """
    if not re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", text):
        raise InvalidInput(field, f"must be {digits} hexadecimal digits")
    return text.lower()
