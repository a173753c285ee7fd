"""POST /api/v1/rules/try: what a rule would have done over the past."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from watchglass.alerts.checking import check_rule
from watchglass.alerts.reading import Reading
from watchglass.alerts.rule import Rule
from watchglass.alerts.try_out import MAX_SHOWN, Period, Tried, try_out
from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedReader
from watchglass.query.asked import Asking
from watchglass.query.scope import format_time

router = APIRouter(prefix="/api/v1", tags=["alerts"])


class RuleToTry(BaseModel):
    """A rule, kept or not."""

    model_config = ConfigDict(extra="forbid")

    rule: Rule = Field(description="The rule; it is tried in the project that is asked about, whichever it names")


class PeriodOut(BaseModel):
    """A stretch in which an alert would have fired."""

    started_at: str = Field(description="When the breach began, RFC 3339")
    fired_at: str = Field(description="When it would have fired")
    resolved_at: str | None = Field(description="When it would have been resolved; null when it still fired at the end")


class TriedSeries(BaseModel):
    """One series; each list is aligned to the times, null where nothing is known, and empty where nothing is known at all."""

    labels: dict[str, str] = Field(description="What tells it apart")
    values: list[float | None] = Field(description="Value over the window that ended at each time, in the query's unit")
    thresholds: list[float | None] = Field(description="What it was compared with")
    lower: list[float | None] = Field(description="Lower end of the band")
    upper: list[float | None] = Field(description="Upper end of the band")
    expected: list[float | None] = Field(description="What was expected")
    scores: list[float | None] = Field(description="How unusual it is")
    is_breached: list[bool | None] = Field(description="Whether it was outside of what is allowed; null where there was too little to tell")
    note: str = Field(description="What else there is to say of the newest value")
    periods: list[PeriodOut] = Field(description="When it would have fired, oldest first")


class TryOutOut(BaseModel):
    """What a rule would have done."""

    summary: str = Field(description="In words: would have fired 3 times in 7 days")
    firing_count: int = Field(description="How often any series would have fired")
    series_count: int = Field(description="How many series there are; the values of the first ones follow")
    step_s: int = Field(description="Time between evaluations, in seconds; longer than the rule's own where that would be very many")
    times: list[str] = Field(description="End of the window of each evaluation")
    series: list[TriedSeries] = Field(description=f"The series that fired most, at most {MAX_SHOWN}")


@router.post("/rules/try")
def try_rule(services: Injected, scope: AskedScope, reader: AskedReader, tried: RuleToTry) -> TryOutOut:
    """Say when a rule would have fired within the range; the scope read is enough, as nothing is kept."""
    check_rule(tried.rule, services.engine)
    rule = tried.rule.model_copy(update={"project": scope.project_id})
    asking = Asking(services.engine, reader, services.settings, services.clock.now_ns())
    found = try_out(rule, asking, scope.start_ns, scope.end_ns)
    return TryOutOut(
        summary=found.summary,
        firing_count=found.firing_count,
        series_count=len(found.series),
        step_s=found.step_s,
        times=[format_time(it) for it in found.times_ns],
        series=[_series(it) for it in found.series[:MAX_SHOWN]],
    )


def _series(tried: Tried) -> TriedSeries:
    readings = tried.readings
    last = next((it for it in reversed(readings) if it is not None), None)
    return TriedSeries(
        labels=tried.labels,
        values=_column(readings, "value"),
        thresholds=_column(readings, "threshold"),
        lower=_column(readings, "lower"),
        upper=_column(readings, "upper"),
        expected=_column(readings, "expected"),
        scores=_column(readings, "score"),
        is_breached=_column(readings, "is_breached"),
        note="" if last is None else last.note,
        periods=[_period(it) for it in tried.periods],
    )


def _column(readings: list[Reading | None], name: str) -> list[Any]:
    values = [None if it is None else getattr(it, name) for it in readings]
    return values if any(it is not None for it in values) else []


def _period(period: Period) -> PeriodOut:
    resolved = period.resolved_at_ns
    return PeriodOut(
        started_at=format_time(period.started_at_ns), fired_at=format_time(period.fired_at_ns), resolved_at=None if resolved is None else format_time(resolved)
    )
