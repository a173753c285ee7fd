"""GET /api/v1/readings: what evaluations of a rule say over time, with bands and states, to draw over charts."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope
from watchglass.api.paging import AskedReader
from watchglass.query.readings import MAX_SERIES, ReadSeries, read_readings
from watchglass.query.scope import format_time

router = APIRouter(prefix="/api/v1", tags=["alerts"])

Numbers = list[float | None]


class ReadingSeries(BaseModel):
    """The readings of one series; all lists are aligned to `times`."""

    fingerprint: str = Field(description="Names rule and series")
    labels: dict[str, str] = Field(description="What tells the series apart")
    times: list[str] = Field(description="Moments that were evaluated, RFC 3339, ascending")
    value: Numbers = Field(description="What was measured; null when nothing was")
    threshold: Numbers = Field(description="What it was held against; null where that is a band or nothing")
    lower: Numbers = Field(description="Lower edge of the expected band; null without one")
    upper: Numbers = Field(description="Upper edge of the expected band; null without one")
    expected: Numbers = Field(description="What was expected; null when nothing was")
    score: Numbers = Field(description="How unusual it is; null where that is not measured")
    p_value: Numbers = Field(description="How likely it is by chance, 0 to 1; null where that is not known")
    is_breached: list[bool | None] = Field(description="Whether the condition held; null when there was not enough data to tell")
    state: list[str] = Field(description="Where the alert stood: inactive, pending, firing or resolved")
    note: list[str] = Field(description="What else matters, such as how much history there is; may be empty")


class ReadingsOut(BaseModel):
    """The readings of a rule."""

    series: list[ReadingSeries] = Field(description=f"The series that fired most first, at most {MAX_SERIES}")


@router.get("/readings")
def readings(
    reader: AskedReader,
    scope: AskedScope,
    rule: Annotated[str, Query(min_length=1, max_length=64, description="Id of the rule")],
) -> ReadingsOut:
    """Return what evaluations of a rule within a range say.

    Where a series has more than 2,000 moments, each that is returned stands for several: it is the one that is furthest out.
    """
    return ReadingsOut(series=[_series(it) for it in read_readings(reader, scope, rule)])


def _series(it: ReadSeries) -> ReadingSeries:
    return ReadingSeries(
        fingerprint=it.fingerprint, labels=dict(it.labels), times=[format_time(at_ns) for at_ns in it.times_ns], **it.columns
    )
