"""GET /api/v1/metrics/heatmap: how the observations of a histogram are spread, over time."""

import math
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.metric_series import MetricOut, metric_entry
from watchglass.api.paging import AskedReader, Filter
from watchglass.query.filter import parse
from watchglass.query.metric_heatmap import read_heatmap
from watchglass.query.metric_question import SeriesQuestion
from watchglass.query.scope import format_time
from watchglass.query.usage_source import read_interval

router = APIRouter(prefix="/api/v1", tags=["metrics"])

HistogramType = Literal["histogram", "exponential_histogram"]


class HeatMapOut(BaseModel):
    """A histogram over time."""

    metric: MetricOut = Field(description="What was read")
    interval_s: int = Field(description="Length of a bucket of time, in seconds")
    times: list[str] = Field(description="Start of each bucket of time in UTC")
    lower: list[float | None] = Field(description="Lower bound of each row, ascending, in the metric's unit; null where it has none")
    upper: list[float | None] = Field(description="Upper bound of each row; null where it has none")
    left_out_count: float = Field(description="Observations of series that report no buckets beside others that do; in no row")
    is_spread: bool = Field(description="Whether series of different bounds were put together, with observations spread evenly within each bucket")
    counts: list[list[float]] = Field(description="For each bucket of time, the observations that were added in each row")


@router.get("/metrics/heatmap")
def metric_heatmap(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    name: Annotated[str, Query(min_length=1, max_length=1000, description="Name of the histogram")],
    filter: Filter = "",  # noqa: A002  the parameter's name
    type: Annotated[HistogramType | None, Query(description="Type, where the name has several; that of the newest point when not given")] = None,  # noqa: A002
    interval: Annotated[str, Query(description="auto, or a number with s, m, h, d or w: 5m")] = "auto",
) -> HeatMapOut:
    """Read a histogram's buckets over time; an exponential histogram's are put together to about sixty."""
    question = SeriesQuestion(
        scope=scope,
        name=name,
        type=type,
        expr=parse(filter),
        groups=(),
        interval_s=read_interval(interval, scope),
        aggregation=None,
        quantiles=(),
        limit=1,
    )
    answer = read_heatmap(reader, question, services.clock.now_ns())
    return HeatMapOut(
        metric=metric_entry(answer.metric),
        interval_s=question.interval_s,
        times=[format_time(time_ns) for time_ns in answer.times_ns],
        lower=[_bound(value) for value in answer.lower],
        upper=[_bound(value) for value in answer.upper],
        left_out_count=answer.left_out_count,
        is_spread=answer.is_spread,
        counts=answer.counts,
    )


def _bound(value: float) -> float | None:
    return value if math.isfinite(value) else None
