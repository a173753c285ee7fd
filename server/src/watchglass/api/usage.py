"""GET /api/v1/usage: usage over time, by anything that spans have."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedPrecision, AskedReader, Filter, SampledShare
from watchglass.query.filter import parse
from watchglass.query.measures import MEASURES, Additive, Measure, read_measures
from watchglass.query.scope import format_time
from watchglass.query.usage import measure_usage
from watchglass.query.usage_cost import affordable_interval
from watchglass.query.usage_groups import read_groups
from watchglass.query.usage_source import SourceName, kept_since, read_interval
from watchglass.query.usage_statements import UsageQuestion

router = APIRouter(prefix="/api/v1", tags=["usage"])


class MeasureOut(BaseModel):
    """What a measure is."""

    unit: str = Field(description="Unit, empty for a count")
    brief: str = Field(description="What it says")


class SeriesOut(BaseModel):
    """Usage of one group."""

    group: dict[str, str | float | bool | None] = Field(description="Value of each name in group_by; empty for the rest")
    is_other: bool = Field(description="Whether it is the rest: all groups beyond the limit, taken together")
    total: dict[str, int | float | None] = Field(description="Each measure over the whole range; null is not known")
    values: dict[str, list[int | float | None]] = Field(description="Each measure in each bucket, aligned to times")


class UsageOut(BaseModel):
    """Usage over time."""

    start: str = Field(description="Start of what was counted: the asked one, or the whole minute or hour before it")
    end: str = Field(description="End of what was counted, not included")
    interval_s: int = Field(description="Length of a bucket, in seconds")
    group_by: list[str] = Field(description="What groups are told apart by")
    source: SourceName = Field(description="Where most of it was read from; rollups count whole minutes")
    complete_since: str | None = Field(description="Set when the range begins before this: older rows may be gone")
    sampled_share: SampledShare
    measures: dict[str, MeasureOut] = Field(description="What each measure is")
    times: list[str] = Field(description="Start of each bucket in UTC; the first and the last may lie partly outside of the range")
    series: list[SeriesOut] = Field(description="Groups, the largest first, the rest last")


@router.get("/usage")
def usage(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    filter: Filter = "",  # noqa: A002  the parameter's name
    interval: Annotated[str, Query(description="auto, or a number with s, m, h, d or w: 5m")] = "auto",
    group_by: Annotated[str | None, Query(description="Up to three columns, attributes.KEY or resource.KEY, with commas: model,service")] = None,
    measures: Annotated[str | None, Query(description=f"Names with commas; when not given, all but those of perplexity and entropy: {', '.join(MEASURES)}")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Most groups; the others are taken together")] = 20,
    order_by: Annotated[Additive, Query(description="Measure by which groups are the largest")] = "span_count",
    precision: AskedPrecision = "exact",
) -> UsageOut:
    """Measure counts, errors, tokens, cost and latencies over time, in buckets of UTC."""
    groups, asked = read_groups(group_by), read_measures(measures)
    interval_s = read_interval(interval, scope)
    if interval == "auto":
        interval_s = affordable_interval(reader, scope, interval_s, asked)
    question = UsageQuestion(scope, parse(filter), groups, asked, interval_s, limit, order_by, precision)
    now_ns = services.clock.now_ns()
    answer = measure_usage(reader, question, kept_since(services.settings, now_ns), now_ns)
    source = answer.source
    return UsageOut(
        start=format_time(source.start_ns),
        end=format_time(source.end_ns),
        interval_s=interval_s,
        group_by=[group.name for group in groups],
        source=source.name,
        complete_since=format_time(source.complete_since_ns) if source.start_ns < source.complete_since_ns else None,
        sampled_share=source.sampled_share,
        measures={measure.name: _described(measure) for measure in asked},
        times=[format_time(time_ns) for time_ns in answer.times_ns],
        series=[
            SeriesOut(group=it.group, is_other=it.is_other, total=it.total, values=it.values) for it in answer.series
        ],
    )


def _described(measure: Measure) -> MeasureOut:
    return MeasureOut(unit=measure.unit, brief=measure.brief)
