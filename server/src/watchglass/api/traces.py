"""/api/v1/traces: the list, one trace as a tree, one span whole."""

from operator import attrgetter
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected, Project
from watchglass.api.paging import AskedReader, Cursor, Filter
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.scope import format_time
from watchglass.query.span import find_span
from watchglass.query.span_rows import SpanRow
from watchglass.query.summaries import TraceFigures, TraceSummary
from watchglass.query.trace import TreeSpan, find_trace
from watchglass.query.traces import list_traces

router = APIRouter(prefix="/api/v1", tags=["traces"])

TraceId = Annotated[str, Path(description="Trace, 32 hexadecimal digits")]
SpanId = Annotated[str, Path(description="Span, 16 hexadecimal digits")]


class TraceFacts(BaseModel):
    """What a trace took. Sums are over its model calls, whatever the filter."""

    trace_id: str = Field(description="Trace, 32 hexadecimal digits")
    start_time: str = Field(description="Start of the first span, RFC 3339")
    duration_ns: int = Field(description="From there to the end of the last span, ns")
    name: str = Field(description="Name of the root span; of the earliest span when the root is missing")
    service_name: str = Field(description="Service of that span")
    environment: str = Field(description="Environment of that span")
    release: str = Field(description="Release of that span")
    span_count: int = Field(description="Spans")
    error_count: int = Field(description="Spans with status error")
    model_call_count: int = Field(description="Spans that are the call to a model")
    models: list[str] = Field(description="Models that were called")
    input_tokens: int | None = Field(description="Input tokens, null when no call says them")
    output_tokens: int | None = Field(description="Output tokens, null when no call says them")
    cost_usd: float | None = Field(description="Cost of the priced calls in USD, null when none is priced")
    unpriced_count: int = Field(description="Model calls with tokens and no price")
    time_to_first_token_ns: int | None = Field(description="Of the earliest model call that says it, ns")
    session_id: str = Field(description="Session, empty when no span says one")
    user_id: str = Field(description="User, empty when no span says one")
    root_is_missing: bool = Field(description="No span without a parent has come")


class TraceEntry(TraceFacts):
    """A trace in a list."""

    input_preview: str = Field(description="The question as plain text, cut at 200 characters")
    output_preview: str = Field(description="The answer as plain text, cut at 200 characters")


class TraceList(BaseModel):
    """A page of traces, the one with the latest fitting span first."""

    traces: list[TraceEntry]
    next_cursor: str | None = Field(description="Cursor of the next page, null on the last one")


class SpanEntry(BaseModel):
    """A span without its texts."""

    span_id: str = Field(description="Span, 16 hexadecimal digits")
    parent_span_id: str = Field(description="Parent, empty for a root")
    name: str = Field(description="Span name")
    kind: str = Field(description="unspecified, internal, server, client, producer or consumer")
    start_time: str = Field(description="Start, RFC 3339")
    duration_ns: int = Field(description="Duration, ns")
    status_code: str = Field(description="unset, ok or error")
    status_message: str = Field(description="Status description, cut at 500 characters")
    error_type: str = Field(description="Error class or code")
    service_name: str = Field(description="Service")
    operation_name: str = Field(description="What it did: chat, embeddings, execute_tool, ...; empty for other spans")
    is_model_call: bool = Field(description="It is the call to a model")
    provider_name: str = Field(description="Provider")
    model: str = Field(description="Model that answered, else the one asked for")
    tool_name: str = Field(description="Tool")
    agent_name: str = Field(description="Agent")
    input_tokens: int | None = Field(description="Input tokens")
    output_tokens: int | None = Field(description="Output tokens")
    cost_usd: float | None = Field(description="Cost in USD, null when the model has no price")
    time_to_first_token_ns: int | None = Field(description="Time to first token, ns")
    marks: list[str] = Field(description="What was odd about it, such as future_time or end_before_start")


_PLAIN = tuple(name for name in SpanEntry.model_fields if name != "start_time")
_plain_values = attrgetter(*_PLAIN)


class TreeEntry(SpanEntry):
    """A span in its trace's tree."""

    depth: int = Field(description="0 at the root")
    start_offset_ns: int = Field(description="From the trace's start to its own, ns")
    is_orphan: bool = Field(description="It hangs at the root as the parent that it names never came")


class TraceTree(BaseModel):
    """One trace, its spans depth first, children by start."""

    trace_id: str = Field(description="Trace, 32 hexadecimal digits")
    summary: TraceFacts
    spans: list[TreeEntry]
    is_truncated: bool = Field(description="There are more spans than the 20,000 earliest, which are shown")


class SpanDetail(BaseModel):
    """One span whole."""

    span: dict[str, Any] = Field(
        description="Every column under its vocabulary name (GET /api/v1/fields); JSON text is parsed; messages that came as "
        "log events are put in; `attributes` holds those of all types, `events` is a list of time, name and attributes"
    )


@router.get("/traces")
def get_traces(
    services: Injected,
    reader: AskedReader,
    scope: AskedScope,
    filter: Filter = "",  # noqa: A002 - the parameter's name in the API
    limit: Annotated[int, Query(ge=1, le=200, description="Most traces of the page")] = 50,
    cursor: Cursor = None,
) -> TraceList:
    """List traces of which a span within the range fits the filter, newest first."""
    expr = parse(filter)
    walk = begin(scope, cursor, services.clock.now_ns(), "traces", filter)
    page = list_traces(reader, walk, expr, limit)
    return TraceList(traces=[trace_entry(trace) for trace in page.traces], next_cursor=page.next_cursor)


@router.get("/traces/{trace_id}", response_model=TraceTree)
def get_trace(reader: AskedReader, project: Project, trace_id: TraceId) -> Response:
    """Return one trace as a tree, whatever its time."""
    trace = find_trace(reader, project, trace_id)
    tree = {
        "trace_id": trace.figures.trace_id,
        "summary": _facts(trace.figures),
        "spans": [_tree_values(span) for span in trace.spans],
        "is_truncated": trace.is_truncated,
    }
    # written straight: to make ten thousand models of it and check each takes longer than all the rest
    return Response(orjson.dumps(tree), media_type="application/json")


@router.get("/traces/{trace_id}/spans/{span_id}")
def get_span(reader: AskedReader, project: Project, trace_id: TraceId, span_id: SpanId) -> SpanDetail:
    """Return everything that is known of one span; of several with its id, the earliest."""
    return SpanDetail(span=find_span(reader, project, trace_id, span_id))


def trace_entry(trace: TraceSummary) -> TraceEntry:
    """Write a summary as the API does."""
    return TraceEntry(**_facts(trace), input_preview=trace.input_preview, output_preview=trace.output_preview)


def _facts(trace: TraceFigures) -> dict[str, Any]:
    values = {name: getattr(trace, name) for name in TraceFacts.model_fields if name != "start_time"}
    return {**values, "start_time": format_time(trace.start_ns)}


def span_values(span: SpanRow) -> dict[str, Any]:
    """A span's values under the API's names."""
    values = dict(zip(_PLAIN, _plain_values(span), strict=True))
    values["start_time"] = format_time(span.start_ns)
    return values


def _tree_values(placed: TreeSpan) -> dict[str, Any]:
    """The values of a TreeEntry."""
    values = span_values(placed.span)
    values["depth"] = placed.depth
    values["start_offset_ns"] = placed.start_offset_ns
    values["is_orphan"] = placed.is_orphan
    return values
