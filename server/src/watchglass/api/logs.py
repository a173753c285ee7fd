"""/api/v1/logs: log records, newest first, all or those of a trace or a span."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedReader, Cursor, Filter, Limit
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.logs import LogRow, list_logs
from watchglass.query.scope import format_time

router = APIRouter(prefix="/api/v1", tags=["logs"])


class LogEntry(BaseModel):
    """One log record."""

    id: str = Field(description="Names the record; records that are alike but for their attributes, sent at once, share it")
    time: str = Field(description="When it happened, RFC 3339")
    observed_time: str = Field(description="When it was observed, RFC 3339")
    trace_id: str = Field(description="Trace that it belongs to, empty when none")
    span_id: str = Field(description="Span that it belongs to, empty when none")
    severity_number: int = Field(description="OpenTelemetry severity, 1 to 24, 0 when not given")
    severity_text: str = Field(description="Severity as sent")
    body: str = Field(description="Body, structured ones as JSON; cut at `body_characters`")
    is_cut: bool = Field(description="The body is longer")
    event_name: str = Field(description="Event name where the record is an event")
    service_name: str = Field(description="Service")
    environment: str = Field(description="Environment")
    release: str = Field(description="Release")
    host_name: str = Field(description="Host")
    scope_name: str = Field(description="Logger or instrumentation scope")
    attributes: dict[str, Any] = Field(description="Attributes of all types")
    resource_attributes: dict[str, str] = Field(description="Attributes of what sent it")
    marks: list[str] = Field(description="What was odd about it, such as missing_time")


class LogList(BaseModel):
    """A page of log records, newest first."""

    logs: list[LogEntry]
    next_cursor: str | None = Field(description="Cursor of the next page, null on the last one")


@router.get("/logs")
def get_logs(
    services: Injected,
    reader: AskedReader,
    scope: AskedScope,
    filter: Filter = "",  # noqa: A002 - the parameter's name in the API
    trace_id: Annotated[str, Query(description="Only records of this trace, 32 hexadecimal digits")] = "",
    span_id: Annotated[str, Query(description="Only records of this span, 16 hexadecimal digits")] = "",
    body_characters: Annotated[int, Query(ge=1, le=1_000_000, description="Where bodies are cut, in characters")] = 2000,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> LogList:
    """List log records that fit the filter, newest first."""
    expr = parse(filter)
    walk = begin(scope, cursor, services.clock.now_ns(), "logs", filter, trace_id, span_id)
    logs, next_cursor = list_logs(
        reader, walk, expr, limit, trace_id=trace_id, span_id=span_id, body_characters=body_characters
    )
    return LogList(logs=[_entry(log) for log in logs], next_cursor=next_cursor)


def _entry(log: LogRow) -> LogEntry:
    values = asdict(log)
    time, observed_time = format_time(values.pop("time_ns")), format_time(values.pop("observed_ns"))
    return LogEntry(time=time, observed_time=observed_time, **values)
