"""/api/v1/notification-targets and /api/v1/notifications: whom there is to tell, how they are, and what they were told."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from watchglass.alerts.notify.message import MessageKind
from watchglass.alerts.notify.target import ConfiguredTarget
from watchglass.api.access import EditScope, Injected, Reader, bound_project
from watchglass.api.paging import Limit
from watchglass.errors import InvalidInput
from watchglass.query.scope import format_time
from watchglass.store.control.notifications import (
    Logged,
    NotificationState,
    TargetState,
    list_notifications,
    target_states,
)

router = APIRouter(prefix="/api/v1", tags=["notifications"])

LATE_S = 60.0
"""A target whose oldest message waits longer is late."""

TargetName = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Outcome = Literal["waiting", "sent", "given_up"]


class NotificationTarget(BaseModel):
    """A target; nothing of it is secret."""

    name: str = Field(description="Its name in the file of targets, by which rules name it")
    kind: str = Field(description="apprise, webhook, alertmanager or log")
    place: str = Field(description="Service or host that it leads to")
    project_id: str | None = Field(description="The one project whose incidents it is told; null for all")
    is_default: bool = Field(description="Whether it is told what rules say that name no target")
    state: Literal["ok", "late", "failing", "untried"] = Field(description="failing: the last try failed, or a message was given up since one was sent; late: one waits for more than a minute")
    waiting_count: int = Field(description="Messages that wait, those to be tried again among them")
    sent_count: int = Field(description="Messages that it took, as far as the log goes back")
    given_up_count: int = Field(description="Messages that it never will take, as far as the log goes back")
    oldest_waiting_at: str | None = Field(description="When the oldest that waits was written, RFC 3339; null when none does")
    last_sent_at: str | None = Field(description="When it last took one, RFC 3339; null when it never did")
    last_error: str = Field(description="What last went wrong, empty when nothing did")


class NotificationTargets(BaseModel):
    """The targets that the asker's project may tell."""

    targets: list[NotificationTarget] = Field(description="In the order of the file")


class TestOutcome(BaseModel):
    """What became of a test message."""

    is_sent: bool = Field(description="Whether the target took it")
    error: str = Field(description="Why it did not, empty when it did")
    notification_id: int = Field(description="Its place in the log")


class NotificationEntry(BaseModel):
    """A message to a target."""

    id: int = Field(description="Names it; grows")
    target: str = Field(description="Where it goes")
    project_id: str | None = Field(description="Project of its incident; null for a rule over all projects")
    incident_id: str | None = Field(description="Its incident; null for a test")
    kind: MessageKind = Field(description="Why it is sent")
    title: str = Field(description="What it says, in one line")
    state: Outcome = Field(description="waiting: not sent yet, also after tries that failed; given_up: it never will be")
    attempt_count: int = Field(description="How often it was tried")
    last_error: str = Field(description="Why a try failed, empty when none did")
    created_at: str = Field(description="When it was written, RFC 3339")
    next_attempt_at: str | None = Field(description="When it is tried next, RFC 3339; null when it is done")
    done_at: str | None = Field(description="When it was sent or given up, RFC 3339; null while it waits")


class NotificationPage(BaseModel):
    """Messages, newest first."""

    notifications: list[NotificationEntry]
    next_cursor: str | None = Field(description="Cursor of the next page, null on the last one")


@router.get("/notification-targets")
def list_notification_targets(services: Injected, reader: Reader) -> NotificationTargets:
    """List whom there is to tell, and how each is, whichever server serves it."""
    states = target_states(services.control)
    now_ns = services.clock.now_ns()
    return NotificationTargets(
        targets=[
            _target(it, states.get(it.name, TargetState(it.name)), now_ns)
            for it in services.notifications.configured
            if reader.project_id is None or it.serves(reader.project_id)
        ]
    )


@router.post("/notification-targets/{target_name}/test")
def test_notification_target(services: Injected, editor: EditScope, target_name: TargetName) -> TestOutcome:
    """Send a real test message now, once, and say what became of it; it takes the scope edit."""
    notification_id, error = services.notifications.test(target_name, editor.project_id, editor.key_id or "")
    return TestOutcome(is_sent=not error, error=error, notification_id=notification_id)


@router.get("/notifications")
def notifications(
    services: Injected,
    reader: Reader,
    project: Annotated[str | None, Query(description="Only messages about this project; the key's own, or all when not given")] = None,
    target: Annotated[str | None, Query(description="Only messages to this target")] = None,
    incident: Annotated[str | None, Query(description="Only messages about this incident")] = None,
    state: Annotated[Outcome | None, Query(description="Only messages of which this became")] = None,
    limit: Limit = 100,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before; the rest must stay as it was")] = None,
) -> NotificationPage:
    """List what was told, newest first: 30 days of it, unless the settings say otherwise."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise InvalidInput("cursor", "is none that was given here")
    found = list_notifications(
        services.control,
        bound_project(reader, project),
        limit=limit + 1,
        before_id=None if cursor is None else int(cursor),
        target_name=target,
        incident_id=incident,
        state=None if state is None else NotificationState(state),
    )
    more = len(found) > limit
    return NotificationPage(
        notifications=[_entry(it) for it in found[:limit]], next_cursor=str(found[limit - 1].id) if more else None
    )


def _target(it: ConfiguredTarget, state: TargetState, now_ns: int) -> NotificationTarget:
    return NotificationTarget(
        name=it.name,
        kind=it.kind,
        place=it.target.place,
        project_id=it.project,
        is_default=it.is_default,
        state=_state(state, now_ns),
        waiting_count=state.waiting,
        sent_count=state.sent,
        given_up_count=state.given_up,
        oldest_waiting_at=_time(state.oldest_waiting_at_ns),
        last_sent_at=_time(state.last_sent_at_ns),
        last_error=state.last_error,
    )


def _state(state: TargetState, now_ns: int) -> Literal["ok", "late", "failing", "untried"]:
    if state.failing or (state.last_given_up_at_ns or 0) > (state.last_sent_at_ns or 0):
        return "failing"
    if state.oldest_waiting_at_ns is not None and now_ns - state.oldest_waiting_at_ns > LATE_S * 1e9:
        return "late"
    return "untried" if state.last_sent_at_ns is None else "ok"


def _entry(it: Logged) -> NotificationEntry:
    is_waiting = it.state is NotificationState.WAITING
    return NotificationEntry(
        id=it.id,
        target=it.target_name,
        project_id=it.project_id,
        incident_id=it.incident_id or None,
        kind=MessageKind(it.kind),
        title=it.title,
        state=it.state.value,
        attempt_count=it.attempt_count,
        last_error=it.last_error,
        created_at=format_time(it.created_at_ns),
        next_attempt_at=format_time(it.next_attempt_at_ns) if is_waiting else None,
        done_at=_time(it.done_at_ns),
    )


def _time(time_ns: int | None) -> str | None:
    return None if time_ns is None else format_time(time_ns)
