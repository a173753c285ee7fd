"""The list of spans that fit a filter, newest first."""

from dataclasses import dataclass

from watchglass.query.conditions import condition
from watchglass.query.cursor import Walk
from watchglass.query.expr import Expr
from watchglass.query.previews import input_preview, output_preview
from watchglass.query.reader import Reader
from watchglass.query.rows_page import read_page
from watchglass.query.span_rows import SELECTED, SpanRow, span_rows
from watchglass.query.span_texts import SpanKey, Texts, span_texts

# the hash tells spans of one id apart, as a client may send any number of them
_KEY = (
    "concat(spans.trace_id, spans.span_id, toString(cityHash64(spans.batch_id, spans.name, spans.end_time, "
    "spans.parent_span_id)))"
)


@dataclass(frozen=True, slots=True)
class ListedSpan:
    """A span in a list.

    Attributes:
        span: The span.
        input_preview: What it took in, as one line of at most 200 characters.
        output_preview: What it gave out, likewise.
    """

    span: SpanRow
    input_preview: str
    output_preview: str


def list_spans(reader: Reader, walk: Walk, expr: Expr, limit: int) -> tuple[list[ListedSpan], str | None]:
    """List spans, newest first, and the cursor of the next page or None.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    rows, cursor = read_page(reader, walk, "spans", SELECTED, _KEY, condition(expr, "spans", walk.now_ns), limit)
    spans = span_rows(rows)
    texts = span_texts(
        reader, walk.scope.project_id, [SpanKey(span.trace_id, span.span_id, span.start_ns) for span in spans]
    )
    return [_listed(span, texts.get((span.trace_id, span.span_id), Texts())) for span in spans], cursor


def _listed(span: SpanRow, texts: Texts) -> ListedSpan:
    return ListedSpan(span, input_preview(texts.input), output_preview(texts.output))
