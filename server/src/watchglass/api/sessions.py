"""/api/v1/sessions: conversations, the latest active first, and the traces of one."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected, Project
from watchglass.api.groups import GroupEntry, group_values
from watchglass.api.paging import AskedReader, Cursor, Filter, Limit
from watchglass.api.traces import TraceEntry, trace_entry
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.groups import list_groups
from watchglass.query.sessions import find_session

router = APIRouter(prefix="/api/v1", tags=["sessions"])


class SessionEntry(GroupEntry):
    """One session."""

    session_id: str = Field(description="Session")


class SessionList(BaseModel):
    """A page of sessions, the latest active first."""

    sessions: list[SessionEntry]
    next_cursor: str | None = Field(description="Cursor of the next page, null on the last one")


class SessionTraces(BaseModel):
    """One session's traces in the order in which they began."""

    session_id: str = Field(description="Session")
    traces: list[TraceEntry]
    is_truncated: bool = Field(description="There are more traces than the 1,000 earliest, which are shown")


@router.get("/sessions")
def get_sessions(
    services: Injected,
    reader: AskedReader,
    scope: AskedScope,
    filter: Filter = "",  # noqa: A002 - the parameter's name in the API
    limit: Limit = 50,
    cursor: Cursor = None,
) -> SessionList:
    """List sessions of which a span within the range fits the filter, the latest active first."""
    expr = parse(filter)
    walk = begin(scope, cursor, services.clock.now_ns(), "sessions", filter)
    groups, next_cursor = list_groups(reader, walk, "session_id", expr, limit)
    sessions = [SessionEntry(session_id=group.id, **group_values(group)) for group in groups]
    return SessionList(sessions=sessions, next_cursor=next_cursor)


@router.get("/sessions/{session_id:path}")
def get_session(
    reader: AskedReader, project: Project, session_id: Annotated[str, Path(description="Session, escaped")]
) -> SessionTraces:
    """Return one session's traces, whatever their time."""
    traces, is_truncated = find_session(reader, project, session_id)
    return SessionTraces(
        session_id=session_id, traces=[trace_entry(trace) for trace in traces], is_truncated=is_truncated
    )
