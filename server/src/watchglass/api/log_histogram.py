"""GET /api/v1/logs/histogram: how many log records there are over time, by level."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedReader, Filter
from watchglass.query.filter import parse
from watchglass.query.log_histogram import LEVELS, count_logs
from watchglass.query.scope import format_time
from watchglass.query.usage_source import read_interval

router = APIRouter(prefix="/api/v1", tags=["logs"])

BUDGET_S = 0.15
"""How long is counted before the answer says that there is more."""


class LevelCounts(BaseModel):
    """Records of one level."""

    level: str = Field(description=f"{', '.join(LEVELS)}; as `level` in filters, `other` is what that gives no name to")
    count: int = Field(description="Records in the part of the range that was counted")
    values: list[int | None] = Field(description="Records in each bucket, aligned to times; null where they were not counted")


class LogHistogramOut(BaseModel):
    """Log records over time."""

    interval_s: int = Field(description="Length of a bucket, in seconds")
    times: list[str] = Field(description="Start of each bucket in UTC")
    levels: list[LevelCounts] = Field(description="Every level, from the least severe on, then `other`")
    counted_since: str | None = Field(
        description="Set when only records from then on were counted, as the whole range would take longer than 0.15 s; "
        "`exact` counts all of it"
    )


@router.get("/logs/histogram")
def log_histogram(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    filter: Filter = "",  # noqa: A002  the parameter's name
    interval: Annotated[str, Query(description="auto, or a number with s, m, h, d or w: 5m")] = "auto",
    exact: Annotated[bool, Query(description="Count the whole range, however long it takes within a query's limits")] = False,
) -> LogHistogramOut:
    """Count log records over time by level, from the newest on for 0.15 s."""
    interval_s = read_interval(interval, scope)
    clock = services.clock
    budget_s = None if exact else BUDGET_S
    found = count_logs(reader, scope, parse(filter), interval_s, clock.now_ns(), clock.monotonic_s, budget_s)
    return LogHistogramOut(
        interval_s=interval_s,
        times=[format_time(time_ns) for time_ns in found.times_ns],
        levels=[
            LevelCounts(level=level, count=sum(value or 0 for value in values), values=values)
            for level, values in found.counts.items()
        ],
        counted_since=None if found.counted_since_ns is None else format_time(found.counted_since_ns),
    )
