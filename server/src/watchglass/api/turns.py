"""GET /api/v1/turns: one session replayed in order, page by page."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import Injected, Project
from watchglass.api.paging import AskedReader, Cursor
from watchglass.api.sessions import SessionEntry, session_entries
from watchglass.api.traces import TraceEntry, trace_entry
from watchglass.errors import NotFound
from watchglass.query.cursor import begin
from watchglass.query.groups import count_groups
from watchglass.query.scope import MAX_TIME_NS, Scope
from watchglass.query.turns import Turn, list_turns

router = APIRouter(prefix="/api/v1", tags=["sessions"])


class ToolEntry(BaseModel):
    """One run of a tool."""

    span_id: str = Field(description="Its span, 16 hexadecimal digits")
    name: str = Field(description="Tool")
    duration_ns: int = Field(description="How long it ran, ns")
    is_error: bool = Field(description="It failed")
    arguments: str = Field(description="What it was given, one line, cut at 1,000 characters")
    result: str = Field(description="What it gave back or why it failed, likewise")


class TurnEntry(BaseModel):
    """One trace of a session as a turn of the conversation."""

    trace: TraceEntry = Field(description="The trace and what it took")
    messages: list[dict[str, Any]] = Field(
        description="What was said: the user's new words, tool calls and results as the model saw them, the answer; "
        "OpenTelemetry's message shape (role, parts)"
    )
    is_cut: bool = Field(description="Messages beyond 100,000 characters were cut; the trace has them")
    tools: list[ToolEntry] = Field(description="Runs of tools in order, the first 20")
    error: str = Field(description="What the span that failed first says, empty when none failed")


class TurnList(BaseModel):
    """A page of a session, the earliest turn first."""

    session: SessionEntry | None = Field(description="The whole session; on the first page only")
    turns: list[TurnEntry]
    next_cursor: str | None = Field(description="Cursor of the next page, null on the last one")


@router.get("/turns")
def get_turns(
    services: Injected,
    reader: AskedReader,
    project: Project,
    session: Annotated[str, Query(min_length=1, max_length=4096, description="Session")],
    limit: Annotated[int, Query(ge=1, le=50, description="Most turns of the page")] = 20,
    cursor: Cursor = None,
) -> TurnList:
    """Replay one session in order, whatever its time."""
    always = Scope(project, 0, MAX_TIME_NS)
    walk = begin(always, cursor, services.clock.now_ns(), "turns", session)
    turns, next_cursor = list_turns(reader, walk, session, limit)
    if cursor is not None:
        return TurnList(session=None, turns=[_entry(turn) for turn in turns], next_cursor=next_cursor)
    groups = count_groups(reader, always, "session_id", [session])
    if not groups:
        raise NotFound(f"there is no session {session[:200]!r} in this project")
    [entry] = session_entries(reader, project, groups)
    return TurnList(session=entry, turns=[_entry(turn) for turn in turns], next_cursor=next_cursor)


def _entry(turn: Turn) -> TurnEntry:
    return TurnEntry(
        trace=trace_entry(turn.summary),
        messages=turn.messages,
        is_cut=turn.is_cut,
        tools=[ToolEntry(**asdict(tool)) for tool in turn.tools],
        error=turn.error,
    )
