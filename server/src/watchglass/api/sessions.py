"""/api/v1/sessions: conversations, and the traces of one."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected, Project
from watchglass.api.groups import GroupEntry, Order, group_values, ordered_groups
from watchglass.api.paging import AskedReader, Cursor, Filter, Limit
from watchglass.api.traces import TraceEntry, trace_entry
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.groups import Group, find_calls
from watchglass.query.previews import input_preview
from watchglass.query.reader import Reader
from watchglass.query.sessions import find_session
from watchglass.query.span_texts import Texts, span_texts

router = APIRouter(prefix="/api/v1", tags=["sessions"])


class SessionEntry(GroupEntry):
    """One session."""

    session_id: str = Field(description="Session")
    user_ids: list[str] = Field(description="Users that its spans say, at most 5")
    input_preview: str = Field(description="The first question to a model as plain text, cut at 200 characters")


class SessionList(BaseModel):
    """A page of sessions."""

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
    order_by: Order = "last_time",
) -> SessionList:
    """List sessions of which a span within the range fits the filter."""
    expr = parse(filter)
    walk = begin(scope, cursor, services.clock.now_ns(), "sessions", filter)
    groups, next_cursor = ordered_groups(reader, walk, "session_id", expr, order_by, limit)
    return SessionList(sessions=session_entries(reader, scope.project_id, groups), next_cursor=next_cursor)


@router.get("/sessions/{session_id:path}")
def get_session(
    reader: AskedReader, project: Project, session_id: Annotated[str, Path(description="Session, escaped")]
) -> SessionTraces:
    """Return one session's traces, whatever their time."""
    traces, is_truncated = find_session(reader, project, session_id)
    return SessionTraces(
        session_id=session_id, traces=[trace_entry(trace) for trace in traces], is_truncated=is_truncated
    )


def session_entries(reader: Reader, project_id: str, groups: Sequence[Group]) -> list[SessionEntry]:
    """Write sessions as the API does, each with its first question."""
    calls = find_calls(reader, project_id, groups)
    texts = span_texts(reader, project_id, calls.values(), with_output=False)
    questions = {key: texts.get((call.trace_id, call.span_id), Texts()).input for key, call in calls.items()}
    return [
        SessionEntry(
            session_id=group.id,
            user_ids=group.user_ids,
            input_preview=input_preview(questions.get(group.id, "")),
            **group_values(group),
        )
        for group in groups
    ]
