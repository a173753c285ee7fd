"""Incidents, as people read them: what fired together, what happened to it, and who looks after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from watchglass.errors import InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.tables import incident_alerts, incident_events, incidents

MAX_EVENTS = 2_000
"""Most events of an incident that are returned, the newest."""


class EventKind(StrEnum):
    """What happened to an incident."""

    OPENED = "opened"
    FIRED = "fired"
    RESOLVED = "resolved"
    CORRECTED = "corrected"
    CLOSED = "closed"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    OWNED = "owned"
    MUTED = "muted"
    UNMUTED = "unmuted"
    NOTIFIED = "notified"
    EXPLAINED = "explained"
    COMMENTED = "commented"
    POST_MORTEM = "post_mortem"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an incident's timeline.

    Attributes:
        id: Grows with each event.
        incident_id: The incident.
        at_ns: When it happened, nanoseconds since 1970 UTC.
        kind: What happened.
        author: Who did it; empty for Watchglass itself.
        text: In words; a comment is whatever people wrote.
        document: What belongs to it, such as the series that fired.
    """

    id: int
    incident_id: str
    at_ns: int
    kind: str
    author: str
    text: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class IncidentAlert:
    """An alert of an incident.

    Attributes:
        incident_id: The incident.
        fingerprint: Names the alert.
        labels: What tells the series apart.
        started_at_ns: When its breach began, nanoseconds since 1970 UTC.
        fired_at_ns: When it fired.
        resolved_at_ns: When it was over; None while it fires.
        reading: The reading at which it fired or was resolved.
        is_corrected: Whether data that came late took its breach away.
    """

    incident_id: str
    fingerprint: str
    labels: dict[str, str]
    started_at_ns: int
    fired_at_ns: int
    resolved_at_ns: int | None
    reading: dict[str, Any]
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class Incident:
    """Alerts that are one thing to look at.

    Attributes:
        id: Names it.
        project_id: Its project.
        kind: `rule`: a rule fires; `failing`: a rule cannot be evaluated.
        rule_id: The rule.
        rule_name: The rule's name.
        rule: The rule as it was when the incident was opened.
        group_key: Names the group among those of the rule.
        group_labels: Values of the labels by which the rule makes incidents.
        title: In one line, for people.
        severity: info, warning or critical.
        owner: The team that looks after it; may be empty.
        started_at_ns: When the first breach began, nanoseconds since 1970 UTC.
        opened_at_ns: When it was opened.
        resolved_at_ns: When it was over; None while it goes on.
        resolved_by: Who said that it is over; None when its alerts did.
        acknowledged_at_ns: When somebody took it; None when nobody has.
        acknowledged_by: Who.
        muted_by: What keeps it from being told: the id of a silence, or the rule that inhibits it; empty for nothing.
        told: Fingerprints of the alerts that it was told of.
        told_at_ns: When it was last told; None when it was not.
        told_count: How many times it was told.
        told_targets: Whom it was told.
        is_end_told: Whether its end was told.
        is_settled: Whether nothing more will be told of it.
        is_explained: Whether its explanation is there, or will never be.
        explanation: Why, as query.explanation has it; None when not known.
        post_mortem: What the team wrote about it, Markdown.
        updated_at_ns: When it last changed.
    """

    id: str
    project_id: str
    kind: str
    rule_id: str
    rule_name: str
    rule: dict[str, Any]
    group_key: str
    group_labels: dict[str, str]
    title: str
    severity: str
    owner: str
    started_at_ns: int
    opened_at_ns: int
    resolved_at_ns: int | None
    resolved_by: str | None
    acknowledged_at_ns: int | None
    acknowledged_by: str | None
    muted_by: str
    told: list[str]
    told_at_ns: int | None
    told_count: int
    told_targets: list[str]
    is_end_told: bool
    is_settled: bool
    is_explained: bool
    explanation: dict[str, Any] | None
    post_mortem: str
    updated_at_ns: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which incidents are listed.

    Attributes:
        is_open: Only those that go on, or only those that are over; None for both.
        rule_id: Only those of this rule; None for all.
        severity: Only those as bad as this; None for all.
        since_ns: Only those that went on at this moment or later; None for all.
        until_ns: Only those that began before this moment; None for all.
        after: `Incident.opened_at_ns` and id of the last one of the page before; None for the first page.
    """

    is_open: bool | None = None
    rule_id: str | None = None
    severity: str | None = None
    since_ns: int | None = None
    until_ns: int | None = None
    after: tuple[int, str] | None = None


def list_incidents(control: ControlDatabase, project_id: str, asked: Asked, limit: int) -> list[tuple[Incident, int]]:
    """Return incidents of a project, the newest first, each with how many alerts it has.

    Raises:
        Unavailable: The control database does not answer.
    """
    column = incidents.c
    conditions = [column.project_id == project_id]
    if asked.is_open is not None:
        conditions.append(column.resolved_at_ns.is_(None) if asked.is_open else column.resolved_at_ns.is_not(None))
    if asked.rule_id is not None:
        conditions.append(column.rule_id == asked.rule_id)
    if asked.severity is not None:
        conditions.append(column.severity == asked.severity)
    if asked.since_ns is not None:
        conditions.append(sa.or_(column.resolved_at_ns.is_(None), column.resolved_at_ns >= asked.since_ns))
    if asked.until_ns is not None:
        conditions.append(column.started_at_ns < asked.until_ns)
    if asked.after is not None:
        opened_at_ns, incident_id = asked.after
        is_same = sa.and_(column.opened_at_ns == opened_at_ns, column.id < incident_id)
        conditions.append(sa.or_(column.opened_at_ns < opened_at_ns, is_same))
    count = sa.select(sa.func.count()).where(incident_alerts.c.incident_id == column.id).scalar_subquery()
    chosen = sa.select(incidents, count.label("alert_count")).where(*conditions)
    with control.read() as connection:
        rows = connection.execute(chosen.order_by(column.opened_at_ns.desc(), column.id.desc()).limit(limit)).mappings()
        return [_counted(row) for row in rows]


def read_incident(control: ControlDatabase, incident_id: str, project_id: str | None) -> Incident:
    """Return an incident, of one project or of any where it is None.

    Raises:
        NotFound: There is no such incident (in that project).
        Unavailable: The control database does not answer.
    """
    with control.read() as connection:
        return found_incident(connection, incident_id, project_id)


def read_timeline(control: ControlDatabase, incident_id: str) -> tuple[list[IncidentAlert], list[Event]]:
    """Return the alerts of an incident, in the order in which they fired, and what happened to it, oldest first.

    Raises:
        Unavailable: The control database does not answer.
    """
    of_alerts = incident_alerts.select().where(incident_alerts.c.incident_id == incident_id)
    of_events = incident_events.select().where(incident_events.c.incident_id == incident_id)
    with control.read() as connection:
        ordered = of_alerts.order_by(incident_alerts.c.fired_at_ns, incident_alerts.c.fingerprint)
        alerts = [IncidentAlert(**row) for row in connection.execute(ordered).mappings()]
        newest = of_events.order_by(incident_events.c.id.desc()).limit(MAX_EVENTS)
        events = [Event(**row) for row in connection.execute(newest).mappings()]
    return alerts, events[::-1]


def found_incident(connection: Connection, incident_id: str, project_id: str | None, *, is_locked: bool = False) -> Incident:
    """Return an incident; see `read_incident`. Locked, it stays as it is until the transaction ends.

    Raises:
        NotFound: There is no such incident (in that project).
    """
    chosen = incidents.select().where(incidents.c.id == incident_id)
    if project_id is not None:
        chosen = chosen.where(incidents.c.project_id == project_id)
    row = connection.execute(chosen.with_for_update() if is_locked else chosen).mappings().first()
    if row is None:
        raise NotFound(f"there is no incident {incident_id[:64]}")
    return Incident(**row)


def unsettled_incidents(connection: Connection) -> list[Incident]:
    """Return all incidents of which something may be told still, oldest first."""
    chosen = incidents.select().where(incidents.c.is_settled.is_(False)).order_by(incidents.c.opened_at_ns, incidents.c.id)
    return [Incident(**row) for row in connection.execute(chosen).mappings()]


def firing_alerts(connection: Connection, incident_ids: Sequence[str]) -> dict[str, list[IncidentAlert]]:
    """Return the alerts that still fire of each of some incidents."""
    column = incident_alerts.c
    chosen = incident_alerts.select().where(column.incident_id.in_(incident_ids), column.resolved_at_ns.is_(None))
    found: dict[str, list[IncidentAlert]] = {}
    for row in connection.execute(chosen.order_by(column.fired_at_ns, column.fingerprint)).mappings():
        found.setdefault(row["incident_id"], []).append(IncidentAlert(**row))
    return found


def add_event(
    connection: Connection,
    incident_id: str,
    kind: EventKind,
    at_ns: int,
    *,
    author: str = "",
    text: str = "",
    document: Mapping[str, Any] | None = None,
) -> None:
    """Write a line of an incident's timeline."""
    values = {"incident_id": incident_id, "at_ns": at_ns, "kind": kind, "author": author, "text": text}
    connection.execute(incident_events.insert().values(**values, document=dict(document or {})))


def change_incident(connection: Connection, incident_id: str, now_ns: int, **values: Any) -> None:
    """Set columns of an incident."""
    connection.execute(incidents.update().where(incidents.c.id == incident_id).values(**values, updated_at_ns=now_ns))


def page_mark(incident: Incident) -> str:
    """Name the place of an incident in a list, for the page after it."""
    return f"{incident.opened_at_ns}.{incident.id}"


def read_page_mark(text: str) -> tuple[int, str]:
    """Read what `page_mark` wrote.

    Raises:
        InvalidInput: It did not; the field is `cursor`.
    """
    moment, _, incident_id = text.partition(".")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 19 and 0 < len(incident_id) <= 32):
        raise InvalidInput("cursor", "is none that this list gave")
    return int(moment), incident_id


def _counted(row: RowMapping) -> tuple[Incident, int]:
    values = dict(row)
    count = int(values.pop("alert_count"))
    return Incident(**values), count
