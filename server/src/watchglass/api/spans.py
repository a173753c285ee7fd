"""/api/v1/spans: spans of all traces, newest first."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedReader, Cursor, Filter, Limit
from watchglass.api.traces import SpanEntry, span_values
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.spans import list_spans

router = APIRouter(prefix="/api/v1", tags=["traces"])


class ListedSpanEntry(SpanEntry):
    """A span in a list."""

    trace_id: str = Field(description="Trace, 32 hexadecimal digits")
    session_id: str = Field(description="Session, empty when there is none")
    user_id: str = Field(description="User, empty when there is none")
    input_preview: str = Field(description="What it took in as plain text, cut at 200 characters")
    output_preview: str = Field(description="What it gave out as plain text, cut at 200 characters")


class SpanList(BaseModel):
    """A page of spans, newest first."""

    spans: list[ListedSpanEntry]
    next_cursor: str | None = Field(description="Cursor of the next page, null on the last one")


@router.get("/spans")
def get_spans(
    services: Injected,
    reader: AskedReader,
    scope: AskedScope,
    filter: Filter = "",  # noqa: A002 - the parameter's name in the API
    limit: Limit = 100,
    cursor: Cursor = None,
) -> SpanList:
    """List spans that fit the filter, newest first."""
    expr = parse(filter)
    walk = begin(scope, cursor, services.clock.now_ns(), "spans", filter)
    spans, next_cursor = list_spans(reader, walk, expr, limit)
    entries = [
        ListedSpanEntry(
            **span_values(one.span),
            trace_id=one.span.trace_id,
            session_id=one.span.session_id,
            user_id=one.span.user_id,
            input_preview=one.input_preview,
            output_preview=one.output_preview,
        )
        for one in spans
    ]
    return SpanList(spans=entries, next_cursor=next_cursor)
