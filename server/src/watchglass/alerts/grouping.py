"""Alerts made into incidents, within the transaction that keeps the alerts.

One incident is open at a time for a rule and the values of the labels in `group_by_incident`: what fires while it is open
joins it, and it is over when all of its alerts are. What fires after that opens another.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from watchglass.alerts.alert import Alert
from watchglass.alerts.kept import reading_document
from watchglass.alerts.rule import Rule
from watchglass.alerts.state import Change, Transition
from watchglass.alerts.watched import Watched
from watchglass.store.control.fields import new_id
from watchglass.store.control.incidents import EventKind, Incident, add_event, change_incident
from watchglass.store.control.tables import incident_alerts, incidents

FAILING = "failing"
"""The kind of incidents that tell that a rule cannot be evaluated."""

RULE = "rule"

MAX_NAMED = 20
"""Most series that a line of the timeline names."""


def join_fired(
    connection: Connection, watched: Watched, kind: str, transitions: Iterable[Transition], now_ns: int
) -> list[str]:
    """Make alerts that fired part of their incidents, and return the ids of those that are new.

    Args:
        connection: The transaction that keeps the alerts.
        watched: The rule.
        kind: RULE or FAILING.
        transitions: What changed; all but what fired is left alone.
        now_ns: The present, nanoseconds since 1970 UTC.
    """
    opened = []
    fired = [it for it in transitions if it.change is Change.FIRED]
    for group, members in _by_group(watched.rule, fired).items():
        incident_id, is_new = _open(connection, watched, kind, group, members, now_ns)
        if is_new:
            opened.append(incident_id)
        for it in members:
            _join(connection, incident_id, it.alert)
        _tell(connection, incident_id, EventKind.FIRED, members, now_ns)
    return opened


def leave_ended(
    connection: Connection, project_id: str, transitions: Iterable[Transition], now_ns: int
) -> list[str]:
    """Write into incidents which alerts are over or corrected, and return the ids of those that are over by it.

    Args:
        connection: The transaction that keeps the alerts.
        project_id: The project.
        transitions: What changed; all but what was resolved or corrected is left alone.
        now_ns: The present, nanoseconds since 1970 UTC.
    """
    closed = []
    ended = {it.alert.fingerprint: it for it in transitions if it.change in (Change.RESOLVED, Change.CORRECTED)}
    for incident_id, names in _incidents_of(connection, project_id, ended).items():
        resolved = [ended[name] for name in names if ended[name].change is Change.RESOLVED]
        corrected = [ended[name] for name in names if ended[name].change is Change.CORRECTED]
        for it in (*resolved, *corrected):
            _leave(connection, incident_id, it)
        _tell(connection, incident_id, EventKind.RESOLVED, resolved, now_ns)
        _tell(connection, incident_id, EventKind.CORRECTED, corrected, now_ns)
        if resolved and _close(connection, incident_id, resolved[-1].at_ns, now_ns):
            closed.append(incident_id)
    return closed


Group = tuple[tuple[str, str], ...]


def _by_group(rule: Rule, transitions: Iterable[Transition]) -> dict[Group, list[Transition]]:
    groups: dict[Group, list[Transition]] = {}
    for it in transitions:
        group = tuple((name, it.alert.labels.get(name, "")) for name in rule.group_by_incident)
        groups.setdefault(group, []).append(it)
    return groups


def _open(
    connection: Connection, watched: Watched, kind: str, group: Group, members: Sequence[Transition], now_ns: int
) -> tuple[str, bool]:
    """The id of the group's open incident, and whether it is new."""
    key = hashlib.sha256(json.dumps([kind, group]).encode()).hexdigest()[:32]
    column, rule = incidents.c, watched.rule
    same = (column.project_id == watched.project_id) & (column.rule_id == watched.rule_id) & (column.group_key == key)
    known = connection.scalar(sa.select(column.id).where(same, column.resolved_at_ns.is_(None)))
    if known is not None:
        change_incident(connection, known, now_ns)
        return str(known), False
    incident = Incident(
        id=new_id("incident"),
        project_id=watched.project_id,
        kind=kind,
        rule_id=watched.rule_id,
        rule_name=rule.name,
        rule=rule.model_dump(mode="json"),
        group_key=key,
        group_labels=dict(group),
        title=title_of(rule, kind, dict(group), [it.alert.labels for it in members]),
        severity="warning" if kind == FAILING else rule.severity,
        owner=rule.owner,
        started_at_ns=min(it.alert.started_at_ns for it in members),
        opened_at_ns=now_ns,
        resolved_at_ns=None,
        resolved_by=None,
        acknowledged_at_ns=None,
        acknowledged_by=None,
        muted_by="",
        told=[],
        told_at_ns=None,
        told_count=0,
        told_targets=[],
        is_end_told=False,
        is_settled=False,
        is_explained=kind == FAILING,
        explanation=None,
        post_mortem="",
        updated_at_ns=now_ns,
    )
    connection.execute(incidents.insert().values({name: getattr(incident, name) for name in Incident.__slots__}))
    add_event(connection, incident.id, EventKind.OPENED, incident.started_at_ns, text=incident.title)
    return incident.id, True


def title_of(rule: Rule, kind: str, group: Mapping[str, str], series: Sequence[Mapping[str, str]]) -> str:
    """Say in one line what is wrong, and where when that is one place."""
    if kind == FAILING:
        return f"The rule {rule.name} cannot be evaluated"[:300]
    what = rule.annotations.get("summary") or rule.brief or rule.name
    where = group or (series[0] if len(series) == 1 else {})
    said = ", ".join(f"{name}={value}" for name, value in where.items())
    line = " ".join(f"{what} ({said})".split() if said else what.split())
    return line if len(line) <= 300 else f"{line[:299]}…"


def _join(connection: Connection, incident_id: str, alert: Alert) -> None:
    """Make an alert one of the incident's; one that comes back is there once."""
    column = incident_alerts.c
    same = (column.incident_id == incident_id) & (column.fingerprint == alert.fingerprint)
    connection.execute(incident_alerts.delete().where(same))
    connection.execute(
        incident_alerts.insert().values(
            incident_id=incident_id,
            fingerprint=alert.fingerprint,
            labels=dict(alert.labels),
            started_at_ns=alert.started_at_ns,
            fired_at_ns=alert.fired_at_ns,
            resolved_at_ns=None,
            reading=reading_document(alert.last_reading),
            is_corrected=alert.is_corrected,
        )
    )


def _incidents_of(connection: Connection, project_id: str, names: Iterable[str]) -> dict[str, list[str]]:
    """The incidents in which some alerts fire, with the names of these alerts."""
    column = incident_alerts.c
    chosen = (
        sa.select(column.incident_id, column.fingerprint)
        .join(incidents, incidents.c.id == column.incident_id)
        .where(incidents.c.project_id == project_id, column.fingerprint.in_(list(names)))
        .where(column.resolved_at_ns.is_(None))
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(chosen):
        found.setdefault(row.incident_id, []).append(row.fingerprint)
    return found


def _leave(connection: Connection, incident_id: str, it: Transition) -> None:
    column = incident_alerts.c
    same = (column.incident_id == incident_id) & (column.fingerprint == it.alert.fingerprint)
    values: dict[str, Any] = {"is_corrected": it.alert.is_corrected}
    if it.change is Change.RESOLVED:
        values |= {"resolved_at_ns": it.at_ns, "reading": reading_document(it.alert.last_reading)}
    connection.execute(incident_alerts.update().where(same).values(values))


def _close(connection: Connection, incident_id: str, at_ns: int, now_ns: int) -> bool:
    """End an incident of which nothing fires any more; whether it was ended now."""
    column = incident_alerts.c
    firing = sa.select(sa.func.count()).where(column.incident_id == incident_id, column.resolved_at_ns.is_(None))
    incident = connection.execute(incidents.select().where(incidents.c.id == incident_id)).mappings().one()
    if incident["resolved_at_ns"] is not None or connection.scalar(firing):
        return False
    # what was never told is over without a word
    change_incident(
        connection, incident_id, now_ns, resolved_at_ns=at_ns, is_settled=incident["told_at_ns"] is None, muted_by=""
    )
    add_event(connection, incident_id, EventKind.CLOSED, at_ns)
    return True


def _tell(connection: Connection, incident_id: str, kind: EventKind, members: Sequence[Transition], now_ns: int) -> None:
    """One line of the timeline for all that happened alike at one evaluation."""
    if not members:
        return
    change_incident(connection, incident_id, now_ns)
    why = sorted({it.why for it in members if it.why})
    series = [
        {"fingerprint": it.alert.fingerprint, "labels": dict(it.alert.labels), "value": reading_document(it.alert.last_reading)["value"]}
        for it in members[:MAX_NAMED]
    ]
    add_event(
        connection, incident_id, kind, members[0].at_ns, text="; ".join(why)[:2000],
        document={"count": len(members), "series": series},
    )  # fmt: skip
