"""GET /api/v1/alerts: what is pending or fires now, and how the evaluation of rules is."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.alerts.alert import Alert
from watchglass.alerts.kept import read_alert
from watchglass.alerts.state import is_flapping
from watchglass.api.access import Injected, Project
from watchglass.query.scope import format_time
from watchglass.store.control.evaluations import RuleRun, list_alerts, list_runs

router = APIRouter(prefix="/api/v1", tags=["alerts"])


class ReadingOut(BaseModel):
    """What was measured of a series at one evaluation."""

    value: float | None = Field(description="What was measured, in the unit of the rule's query; null when nothing was")
    threshold: float | None = Field(description="What it is held against; null where that is a band or nothing")
    lower: float | None = Field(description="Lower edge of the expected band; null without one")
    upper: float | None = Field(description="Upper edge of the expected band; null without one")
    expected: float | None = Field(description="What was expected; null when nothing was")
    score: float | None = Field(description="How unusual it is; null where that is not measured")
    p_value: float | None = Field(description="How likely it is by chance, 0 to 1; null where that is not known")
    note: str = Field(description="What else matters, such as how much history there is; may be empty")


class AlertOut(BaseModel):
    """A series that is pending or fires, or did within the last hour."""

    fingerprint: str = Field(description="Names rule and series")
    rule_id: str = Field(description="The rule; `failing/` before it for the alert that tells that the rule cannot be evaluated")
    labels: dict[str, str] = Field(description="What tells the series apart")
    state: Literal["pending", "firing", "resolved"] = Field(description="Where it stands")
    since: str = Field(description="Since when it stands there, RFC 3339")
    started_at: str = Field(description="When the breach began that it is about, RFC 3339")
    fired_at: str | None = Field(description="When it fired last, RFC 3339; null when it did not")
    resolved_at: str | None = Field(description="When it was resolved, RFC 3339; null while it fires")
    reading: ReadingOut = Field(description="The last reading that could tell")
    is_flapping: bool = Field(description="Whether it came and went so often that it is held until it is calm for 15 min")
    is_corrected: bool = Field(description="Whether data that came late took away the breach for which it fires")
    incident_id: str | None = Field(description="The incident in which it fires; null when it does in none")


class RuleRunOut(BaseModel):
    """How the evaluation of a rule is."""

    rule_id: str = Field(description="The rule")
    evaluated_at: str = Field(description="The moment that was evaluated last, RFC 3339")
    ran_at: str = Field(description="When that was done, RFC 3339")
    duration_ms: float = Field(description="How long it took, in milliseconds")
    series_count: int = Field(description="Series that it read")
    skipped_count: int = Field(description="Moments that were left out since the rule was first evaluated, as nobody evaluated or it took too long")
    failing_since: str | None = Field(description="Since when it fails, RFC 3339; null when it does not")
    error: str = Field(description="Why it fails, empty when it does not")


class AlertsOut(BaseModel):
    """Alerts and evaluations of a project."""

    alerts: list[AlertOut] = Field(description="The one that changed last first")
    evaluations: list[RuleRunOut] = Field(description="One a rule that was evaluated")


@router.get("/alerts")
def alerts(services: Injected, project: Project) -> AlertsOut:
    """List what is pending, fires, or was resolved within the last hour, and when each rule was last evaluated."""
    return AlertsOut(
        alerts=[_alert(read_alert(row), row["incident_id"]) for row in list_alerts(services.control, project)],
        evaluations=[_run(run) for run in list_runs(services.control, project)],
    )


def reading_out(document: dict[str, Any]) -> ReadingOut:
    """What the API says of a reading that is kept."""
    return ReadingOut(**{name: document[name] for name in ReadingOut.model_fields})


def time_or_none(time_ns: int | None) -> str | None:
    """A moment as RFC 3339; None stays."""
    return None if time_ns is None else format_time(time_ns)


def _alert(alert: Alert, incident_id: str | None) -> AlertOut:
    reading = alert.last_reading
    return AlertOut(
        fingerprint=alert.fingerprint,
        rule_id=alert.rule_id,
        labels=dict(alert.labels),
        state=alert.state.value,
        since=format_time(alert.since_ns),
        started_at=format_time(alert.started_at_ns),
        fired_at=time_or_none(alert.fired_at_ns),
        resolved_at=time_or_none(alert.resolved_at_ns),
        reading=ReadingOut(**{name: getattr(reading, name) for name in ReadingOut.model_fields}),
        is_flapping=is_flapping(alert),
        is_corrected=alert.is_corrected,
        incident_id=incident_id,
    )


def _run(run: RuleRun) -> RuleRunOut:
    return RuleRunOut(
        rule_id=run.rule_id,
        evaluated_at=format_time(run.evaluated_at_ns),
        ran_at=format_time(run.ran_at_ns),
        duration_ms=run.duration_ns / 1e6,
        series_count=run.series_count,
        skipped_count=run.skipped_count,
        failing_since=time_or_none(run.failing_since_ns),
        error=run.error,
    )
