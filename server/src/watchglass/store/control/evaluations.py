"""What the evaluation of rules goes on from: the alerts of each rule, and its last run. All within the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.tables import alerts, incident_alerts, incidents, rule_runs


@dataclass(frozen=True, slots=True)
class RuleRun:
    """The last evaluation of a rule in one project.

    Attributes:
        project_id: The project.
        rule_id: The rule.
        evaluated_at_ns: The moment that was evaluated last, nanoseconds since 1970 UTC.
        ran_at_ns: When that was done.
        duration_ns: How long it took.
        series_count: Series that it read.
        skipped_count: Evaluations that were left out, as nobody evaluated for too long or they took too long.
        failing_since_ns: Since when it fails; None when it does not.
        error: Why it fails, empty when it does not.
    """

    project_id: str
    rule_id: str
    evaluated_at_ns: int
    ran_at_ns: int
    duration_ns: int
    series_count: int
    skipped_count: int
    failing_since_ns: int | None
    error: str


def read_run(connection: Connection, project_id: str, rule_id: str) -> RuleRun | None:
    """Return the last evaluation of a rule in a project; None when there was none."""
    column = rule_runs.c
    chosen = rule_runs.select().where(column.project_id == project_id, column.rule_id == rule_id)
    row = connection.execute(chosen).mappings().first()
    return None if row is None else RuleRun(**row)


def list_runs(control: ControlDatabase, project_id: str | None = None) -> list[RuleRun]:
    """Return the last evaluation of every rule, of one project or of all where it is None.

    Raises:
        Unavailable: The control database does not answer.
    """
    asked = rule_runs.select().order_by(rule_runs.c.project_id, rule_runs.c.rule_id)
    if project_id is not None:
        asked = asked.where(rule_runs.c.project_id == project_id)
    with control.read() as connection:
        return [RuleRun(**row) for row in connection.execute(asked).mappings()]


def save_run(connection: Connection, run: RuleRun) -> None:
    """Keep an evaluation in the place of the one before."""
    same = (rule_runs.c.project_id == run.project_id) & (rule_runs.c.rule_id == run.rule_id)
    values = {**asdict(run), "error": run.error[:500]}
    if not connection.execute(rule_runs.update().where(same).values(values)).rowcount:
        connection.execute(rule_runs.insert().values(values))


def forget_run(connection: Connection, project_id: str, rule_id: str) -> None:
    """Forget the evaluations of a rule that is evaluated no more."""
    connection.execute(rule_runs.delete().where(rule_runs.c.project_id == project_id, rule_runs.c.rule_id == rule_id))


def read_alerts(connection: Connection, project_id: str, rule_ids: Collection[str]) -> list[dict[str, Any]]:
    """Return the alerts of rules in a project that are not inactive, as columns."""
    chosen = alerts.select().where(alerts.c.project_id == project_id, alerts.c.rule_id.in_(rule_ids))
    return [dict(row) for row in connection.execute(chosen).mappings()]


def list_alerts(control: ControlDatabase, project_id: str) -> list[dict[str, Any]]:
    """Return the alerts of a project that are not inactive, as columns, the one that changed last first.

    `incident_id` is the incident in which it fires; None when it does in none.

    Raises:
        Unavailable: The control database does not answer.
    """
    within = incident_alerts.join(
        incidents, (incidents.c.id == incident_alerts.c.incident_id) & (incidents.c.project_id == project_id)
    )
    firing = sa.select(incident_alerts.c.fingerprint, sa.func.max(incident_alerts.c.incident_id).label("incident_id"))
    named = firing.select_from(within).where(incident_alerts.c.resolved_at_ns.is_(None)).group_by(incident_alerts.c.fingerprint).subquery()
    chosen = (
        sa.select(alerts, named.c.incident_id)
        .outerjoin(named, named.c.fingerprint == alerts.c.fingerprint)
        .where(alerts.c.project_id == project_id)
        .order_by(alerts.c.since_ns.desc(), alerts.c.fingerprint)
    )
    with control.read() as connection:
        return [dict(row) for row in connection.execute(chosen).mappings()]


def count_alerts(control: ControlDatabase) -> dict[str, int]:
    """Return how many alerts of all projects are in each state.

    Raises:
        Unavailable: The control database does not answer.
    """
    asked = sa.select(alerts.c.state, sa.func.count().label("alert_count")).group_by(alerts.c.state)
    with control.read() as connection:
        return {row.state: int(row.alert_count) for row in connection.execute(asked)}


def rules_with_alerts(connection: Connection) -> set[tuple[str, str]]:
    """Return project and rule of all alerts and runs that are kept."""
    of_alerts = sa.select(alerts.c.project_id, alerts.c.rule_id)
    of_runs = sa.select(rule_runs.c.project_id, rule_runs.c.rule_id)
    return {(row.project_id, row.rule_id) for row in connection.execute(sa.union(of_alerts, of_runs))}


def save_alerts(
    connection: Connection, project_id: str, changed: Sequence[Mapping[str, Any]], gone: Collection[str]
) -> None:
    """Keep alerts that changed, and forget those of the fingerprints in `gone`."""
    names = [*gone, *(row["fingerprint"] for row in changed)]
    if names:
        connection.execute(alerts.delete().where(alerts.c.project_id == project_id, alerts.c.fingerprint.in_(names)))
    if changed:
        connection.execute(alerts.insert(), [{**row, "project_id": project_id} for row in changed])
