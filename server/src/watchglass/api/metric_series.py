"""GET /api/v1/metrics: the metrics that were reported, and one of them over time."""

import math
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedReader, Filter
from watchglass.query.filter import parse
from watchglass.query.metric_question import Aggregation, SeriesQuestion, aggregations_of, read_quantiles
from watchglass.query.metric_series import MetricSeries, MetricValues, read_series
from watchglass.query.metrics import Metric, MetricType, list_metrics
from watchglass.query.scope import format_time
from watchglass.query.usage_groups import read_groups
from watchglass.query.usage_source import read_interval

router = APIRouter(prefix="/api/v1", tags=["metrics"])

GroupValues = dict[str, str | float | bool | None]


class MetricOut(BaseModel):
    """One metric: a name with one type."""

    name: str = Field(description="Name as sent")
    type: MetricType = Field(description="How its points are read")
    temporality: str = Field(description="delta, cumulative or unspecified")
    is_monotonic: bool = Field(description="Whether it is a sum that only grows")
    unit: str = Field(description="Unit as sent (UCUM)")
    description: str = Field(description="Description as sent")
    series_count: int = Field(description="Distinct series in the range, about")
    point_count: int = Field(description="Points in the range")
    last_time: str = Field(description="Time of the newest point")
    aggregations: list[Aggregation] = Field(description="What can be made of its points, the usual first")


class MetricList(BaseModel):
    """The metrics that were reported."""

    metrics: list[MetricOut] = Field(description="By name")
    is_truncated: bool = Field(description="Whether there are more than the limit")


class MetricLine(BaseModel):
    """One line of a metric."""

    group: GroupValues = Field(description="Value of each name in group_by")
    quantile: float | None = Field(description="Which quantile it is, null for the other aggregations")
    values: list[float | None] = Field(description="Value in each bucket, aligned to times; null where nothing is known")


class ExemplarOut(BaseModel):
    """An observation that says which trace it came from."""

    time: str = Field(description="When")
    value: float | None = Field(description="What was observed")
    trace_id: str = Field(description="The trace")
    span_id: str = Field(description="The span, empty when not known")
    group: GroupValues = Field(description="Value of each name in group_by")


class MetricSeriesOut(BaseModel):
    """A metric over time."""

    metric: MetricOut = Field(description="What was read")
    aggregation: Aggregation = Field(description="What was made of its points; a rate is a second's")
    interval_s: int = Field(description="Length of a bucket, in seconds")
    times: list[str] = Field(description="Start of each bucket in UTC")
    series: list[MetricLine] = Field(description="Groups with the most points first, quantiles ascending")
    exemplars: list[ExemplarOut] = Field(description="At most 100, the newest first")
    is_truncated: bool = Field(description="Whether there are more groups than the limit")
    is_spread: bool = Field(description="Whether quantiles are of series of different bounds, with observations spread evenly within each bucket")


@router.get("/metrics")
def metric_list(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    filter: Filter = "",  # noqa: A002  the parameter's name
    limit: Annotated[int, Query(ge=1, le=5000, description="Most metrics")] = 1000,
) -> MetricList:
    """List the metrics with points in the range, with their type, unit and number of series."""
    found = list_metrics(reader, scope, parse(filter), limit + 1, services.clock.now_ns())
    return MetricList(metrics=[metric_entry(metric) for metric in found[:limit]], is_truncated=len(found) > limit)


@router.get("/metrics/series")
def metric_series(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    name: Annotated[str, Query(min_length=1, max_length=1000, description="Name of the metric")],
    filter: Filter = "",  # noqa: A002  the parameter's name
    type: Annotated[MetricType | None, Query(description="Type, where the name has several; that of the newest point when not given")] = None,  # noqa: A002
    interval: Annotated[str, Query(description="auto, or a number with s, m, h, d or w: 5m")] = "auto",
    group_by: Annotated[str | None, Query(description="Up to three columns, attributes.KEY or resource.KEY, with commas")] = None,
    aggregation: Annotated[Aggregation | None, Query(description="What to make of the points; by type when not given: avg, rate or quantile")] = None,
    quantiles: Annotated[str, Query(description="Shares from 0 to 1, with commas, for the aggregation quantile")] = "0.5,0.95,0.99",
    limit: Annotated[int, Query(ge=1, le=100, description="Most groups")] = 20,
) -> MetricSeriesOut:
    """Read a metric over time: gauges as they are, counters as rates with restarts accounted for, histograms as quantiles."""
    interval_s = read_interval(interval, scope)
    question = SeriesQuestion(
        scope=scope,
        name=name,
        type=type,
        expr=parse(filter),
        groups=read_groups(group_by, "metric_points"),
        interval_s=interval_s,
        aggregation=aggregation,
        quantiles=read_quantiles(quantiles),
        limit=limit,
    )
    answer = read_series(reader, question, services.clock.now_ns())
    return MetricSeriesOut(
        metric=metric_entry(answer.metric),
        aggregation=answer.aggregation,
        interval_s=interval_s,
        times=[format_time(time_ns) for time_ns in answer.times_ns],
        series=[_line(it) for it in answer.series],
        exemplars=_exemplars(answer),
        is_truncated=answer.is_truncated,
        is_spread=answer.is_spread,
    )


def metric_entry(metric: Metric) -> MetricOut:
    """Write a metric as the API does."""
    return MetricOut(
        name=metric.name,
        type=metric.type,
        temporality=metric.temporality,
        is_monotonic=metric.is_monotonic,
        unit=metric.unit,
        description=metric.description,
        series_count=metric.series_count,
        point_count=metric.point_count,
        last_time=format_time(metric.last_time_ns),
        aggregations=list(aggregations_of(metric)),
    )


def _line(line: MetricValues) -> MetricLine:
    return MetricLine(group=line.group, quantile=line.quantile, values=[_finite(value) for value in line.values])


def _exemplars(answer: MetricSeries) -> list[ExemplarOut]:
    return [
        ExemplarOut(
            time=format_time(it.time_ns),
            value=_finite(it.value),
            trace_id=it.trace_id,
            span_id=it.span_id,
            group=it.group,
        )
        for it in answer.exemplars
    ]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
