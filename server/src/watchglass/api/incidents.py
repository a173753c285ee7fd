"""/api/v1/incidents: what fired together, its timeline, and what people do about it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from watchglass.alerts.post_mortem import post_mortem_text
from watchglass.api.access import EditScope, Injected, Project, Reader
from watchglass.api.alerts import ReadingOut, reading_out, time_or_none
from watchglass.api.people import Author, author_of
from watchglass.api.services import Services
from watchglass.errors import InvalidInput
from watchglass.model.records import Principal
from watchglass.query.scope import format_time, parse_time
from watchglass.store.control import incidents as store
from watchglass.store.control.incident_changes import IncidentChange, change_by_person

router = APIRouter(prefix="/api/v1", tags=["incidents"])

IncidentId = Annotated[str, Path(pattern="^incident_[0-9a-f]{16}$")]


class IncidentEntry(BaseModel):
    """An incident."""

    id: str = Field(description="Names it")
    project_id: str = Field(description="Its project")
    kind: Literal["rule", "failing"] = Field(description="rule: a rule fires; failing: a rule cannot be evaluated")
    rule_id: str = Field(description="The rule")
    rule_name: str = Field(description="The rule's name")
    title: str = Field(description="In one line")
    severity: Literal["info", "warning", "critical"] = Field(description="As the rule says")
    owner: str = Field(description="Team that looks after it; may be empty")
    state: Literal["open", "acknowledged", "resolved"] = Field(description="Where it stands")
    group_labels: dict[str, str] = Field(description="Values of the labels by which the rule makes incidents")
    alert_count: int = Field(description="Series that fired in it")
    started_at: str = Field(description="When the first breach began, RFC 3339")
    opened_at: str = Field(description="When it was opened, RFC 3339")
    resolved_at: str | None = Field(description="When it was over, RFC 3339; null while it goes on")
    resolved_by: str | None = Field(description="Who said that it is over; null when its alerts did")
    acknowledged_at: str | None = Field(description="When somebody took it, RFC 3339; null when nobody has")
    acknowledged_by: str | None = Field(description="Who")
    muted_by: str = Field(description="What keeps it from being told: the id of a silence, or `rule NAME` that inhibits it; empty for nothing")
    told_at: str | None = Field(description="When it was last told, RFC 3339; null when it was not")
    told_count: int = Field(description="How many times it was told")


class IncidentList(BaseModel):
    """A page of incidents, the newest first."""

    incidents: list[IncidentEntry]
    next_cursor: str | None = Field(description="Cursor of the next page, null on the last one")


class IncidentAlertOut(BaseModel):
    """A series that fired in an incident."""

    fingerprint: str = Field(description="Names rule and series")
    labels: dict[str, str] = Field(description="What tells the series apart")
    started_at: str = Field(description="When its breach began, RFC 3339")
    fired_at: str = Field(description="When it fired, RFC 3339")
    resolved_at: str | None = Field(description="When it was over, RFC 3339; null while it fires")
    reading: ReadingOut = Field(description="What was measured when it fired, or when it was over")
    is_corrected: bool = Field(description="Whether data that came late took its breach away")


class EventOut(BaseModel):
    """A line of the timeline."""

    id: int = Field(description="Grows with each event")
    at: str = Field(description="When, RFC 3339")
    kind: str = Field(description="opened, fired, resolved, corrected, closed, acknowledged, unacknowledged, owned, muted, unmuted, notified, explained, commented or post_mortem")
    author: str = Field(description="Who did it; empty for Watchglass itself")
    text: str = Field(description="In words, or the comment; plain text, whatever it looks like")
    document: dict[str, Any] = Field(description="fired, resolved: `count` and the first `series`; notified: `message` and `targets`")


class IncidentOut(IncidentEntry):
    """An incident in full."""

    rule: dict[str, Any] = Field(description="The rule as it was when the incident was opened")
    alerts: list[IncidentAlertOut] = Field(description="In the order in which they fired")
    events: list[EventOut] = Field(description="The timeline, oldest first; the newest 2,000")
    is_explained: bool = Field(description="Whether the explanation is there, or will never be")
    explanation: dict[str, Any] | None = Field(description="Why, as POST /api/v1/explain answers it; null when not known")
    post_mortem: str = Field(description="What the team wrote about it, Markdown")


class ChangedIncident(BaseModel):
    """What is to change; what is not said stays."""

    model_config = ConfigDict(extra="forbid")

    author: Author = ""
    is_acknowledged: bool | None = Field(None, description="true: somebody looks after it, and no reminders are sent; false: nobody does any more")
    owner: str | None = Field(None, description="Team that looks after it from now on; empty for nobody")
    is_resolved: Literal[True] | None = Field(None, description="true: it is over; series that still fire are told again once they recovered and fire anew")
    post_mortem: str | None = Field(None, description="What was learnt, Markdown, up to 200,000 characters")


class NewComment(BaseModel):
    """A comment of the team."""

    model_config = ConfigDict(extra="forbid")

    author: Author = ""
    text: str = Field(description="Plain text, 1 to 20,000 characters")


@router.get("/incidents")
def list_incidents(
    services: Injected,
    project: Project,
    state: Annotated[Literal["open", "resolved"] | None, Query(description="open or resolved; both when not given")] = None,
    rule: Annotated[str | None, Query(description="Only incidents of the rule with this id")] = None,
    severity: Annotated[Literal["info", "warning", "critical"] | None, Query(description="Only such incidents")] = None,
    start: Annotated[str | None, Query(description="Only what went on at or after this time: RFC 3339, Unix time, or relative such as -1h")] = None,
    end: Annotated[str | None, Query(description="Only what began before this time")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Most incidents of the page")] = 100,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before")] = None,
) -> IncidentList:
    """List incidents, the newest first."""
    now_ns = services.clock.now_ns()
    asked = store.Asked(
        is_open=None if state is None else state == "open",
        rule_id=rule,
        severity=severity,
        since_ns=None if start is None else parse_time("start", start, now_ns),
        until_ns=None if end is None else parse_time("end", end, now_ns),
        after=None if cursor is None else store.read_page_mark(cursor),
    )
    found = store.list_incidents(services.control, project, asked, limit + 1)
    shown = found[:limit]
    return IncidentList(
        incidents=[IncidentEntry(**_entry(incident, count)) for incident, count in shown],
        next_cursor=store.page_mark(shown[-1][0]) if len(found) > limit else None,
    )


@router.get("/incidents/{incident_id}")
def get_incident(services: Injected, reader: Reader, incident_id: IncidentId) -> IncidentOut:
    """Return an incident with its series, its timeline and its explanation."""
    return _whole(services, store.read_incident(services.control, incident_id, reader.project_id))


@router.patch("/incidents/{incident_id}")
def change_incident(services: Injected, editor: EditScope, incident_id: IncidentId, changed: ChangedIncident) -> IncidentOut:
    """Acknowledge an incident, give it to a team, say that it is over, or write its post-mortem; it takes the scope edit.

    All of it is kept, or nothing; each change is a line of the timeline with who made it.
    """
    if not changed.model_fields_set - {"author"}:
        raise InvalidInput("", "says nothing to change")

    def change(it: IncidentChange) -> None:
        if changed.is_acknowledged is not None:
            it.acknowledge(is_acknowledged=changed.is_acknowledged)
        if changed.owner is not None:
            it.give_to(changed.owner)
        if changed.post_mortem is not None:
            it.write_post_mortem(changed.post_mortem)
        if changed.is_resolved:
            it.resolve()

    return _changed(services, editor, incident_id, changed.author, change)


@router.post("/incidents/{incident_id}/comments", status_code=201)
def comment_incident(services: Injected, editor: EditScope, incident_id: IncidentId, new: NewComment) -> IncidentOut:
    """Add a comment to an incident's timeline; it takes the scope edit."""
    return _changed(services, editor, incident_id, new.author, lambda it: it.comment(new.text))


@router.get(
    "/incidents/{incident_id}/post-mortem.md",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/markdown": {}}, "description": "Markdown"}},
)
def incident_post_mortem(services: Injected, reader: Reader, incident_id: IncidentId) -> PlainTextResponse:
    """Export an incident as Markdown: facts, series, explanation, timeline and the team's text."""
    incident = store.read_incident(services.control, incident_id, reader.project_id)
    alerts, events = store.read_timeline(services.control, incident_id)
    headers = {"content-disposition": f'attachment; filename="{incident.id}.md"', "x-content-type-options": "nosniff"}
    return PlainTextResponse(post_mortem_text(incident, alerts, events), headers=headers, media_type="text/markdown")


def _changed(services: Services, editor: Principal, incident_id: str, author: str, change: Any) -> IncidentOut:
    by = author_of(services, editor, author)
    incident = change_by_person(services.control, incident_id, editor.project_id, by, services.clock.now_ns(), change)
    services.changes.tell(incident.project_id)
    return _whole(services, incident)


def _whole(services: Services, incident: store.Incident) -> IncidentOut:
    alerts, events = store.read_timeline(services.control, incident.id)
    return IncidentOut(
        **_entry(incident, len(alerts)),
        rule=incident.rule,
        alerts=[
            IncidentAlertOut(
                fingerprint=it.fingerprint,
                labels=it.labels,
                started_at=format_time(it.started_at_ns),
                fired_at=format_time(it.fired_at_ns),
                resolved_at=time_or_none(it.resolved_at_ns),
                reading=reading_out(it.reading),
                is_corrected=it.is_corrected,
            )
            for it in alerts
        ],
        events=[
            EventOut(id=it.id, at=format_time(it.at_ns), kind=it.kind, author=it.author, text=it.text, document=it.document)
            for it in events
        ],
        is_explained=incident.is_explained,
        explanation=incident.explanation,
        post_mortem=incident.post_mortem,
    )


def _entry(incident: store.Incident, alert_count: int) -> dict[str, Any]:
    is_taken = incident.acknowledged_at_ns is not None
    same = ("id", "project_id", "kind", "rule_id", "rule_name", "title", "severity", "owner", "group_labels", "resolved_by",
            "acknowledged_by", "muted_by", "told_count")  # fmt: skip
    return {
        **{name: getattr(incident, name) for name in same},
        "state": "resolved" if incident.resolved_at_ns is not None else "acknowledged" if is_taken else "open",
        "alert_count": alert_count,
        "started_at": format_time(incident.started_at_ns),
        "opened_at": format_time(incident.opened_at_ns),
        "resolved_at": time_or_none(incident.resolved_at_ns),
        "acknowledged_at": time_or_none(incident.acknowledged_at_ns),
        "told_at": time_or_none(incident.told_at_ns),
    }
