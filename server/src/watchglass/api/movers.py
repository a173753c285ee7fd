"""GET /api/v1/movers: what changed most against the stretch of time before."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedReader, Filter
from watchglass.query.filter import parse
from watchglass.query.measures import MEASURES
from watchglass.query.movers import (
    ANY_DIMENSION,
    LEAST_SPANS,
    MoversQuestion,
    MovingMeasure,
    find_movers,
    read_mover_groups,
)
from watchglass.query.scope import format_time
from watchglass.query.usage_source import kept_since

router = APIRouter(prefix="/api/v1", tags=["usage"])


class MoverOut(BaseModel):
    """A group that moved the whole."""

    group: dict[str, str | float | bool | None] = Field(description="Value of each thing that it is grouped by")
    value: float | None = Field(description="The measure in the range; null is not known")
    before: float | None = Field(description="The same in the stretch before")
    span_count: int = Field(description="Spans in the range")
    contribution: float = Field(description="What it adds to the change of the whole, in the measure's unit")
    contribution_ratio: float = Field(description="That as a part of all that moved among groups of the same kind, -1 to 1")


class MoversOut(BaseModel):
    """What changed most."""

    before_start: str = Field(description="Start of the stretch before, which ends where the range starts")
    start: str = Field(description="Start of the range: the asked one, or the whole minute or hour before it")
    end: str = Field(description="End of the range, not included")
    complete_since: str | None = Field(description="Set when the stretch before begins earlier: older rows may be gone")
    measure: MovingMeasure = Field(description="What moved")
    unit: str = Field(description="Unit of value, before and contribution; empty for a count")
    total_value: float | None = Field(description="The measure over the whole range")
    total_before: float | None = Field(description="The same for the stretch before")
    movers: list[MoverOut] = Field(description="The largest contribution first, whatever its sign")


@router.get("/movers")
def movers(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    filter: Filter = "",  # noqa: A002  the parameter's name
    measure: Annotated[MovingMeasure, Query(description=f"What is to have moved; the mean duration of groups with at least {LEAST_SPANS} spans in both stretches")] = "cost_usd",
    group_by: Annotated[str | None, Query(description=f"A column, attributes.KEY or resource.KEY, or two with a comma for their pairs; each of {', '.join(ANY_DIMENSION)} when not given")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Most groups")] = 10,
) -> MoversOut:
    """Compare the range with the stretch of the same length before it, and list the groups that made the difference."""
    groups, is_together = read_mover_groups(group_by)
    now_ns = services.clock.now_ns()
    question = MoversQuestion(scope, parse(filter), groups, is_together, measure, limit)
    found = find_movers(reader, question, kept_since(services.settings, now_ns), now_ns)
    complete_since_ns = found.before.complete_since_ns
    return MoversOut(
        before_start=format_time(found.before.start_ns),
        start=format_time(found.now.start_ns),
        end=format_time(found.now.end_ns),
        complete_since=format_time(complete_since_ns) if found.before.start_ns < complete_since_ns else None,
        measure=measure,
        unit=MEASURES[measure].unit,
        total_value=found.total_value,
        total_before=found.total_before,
        movers=[
            MoverOut(
                group=it.group,
                value=it.value,
                before=it.before,
                span_count=it.span_count,
                contribution=it.contribution,
                contribution_ratio=it.contribution_ratio,
            )
            for it in found.movers
        ],
    )
