"""GET /api/v1/metrics/attributes: what a metric can be grouped and filtered by."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope
from watchglass.api.paging import AskedReader
from watchglass.query.metric_attributes import list_metric_attributes

router = APIRouter(prefix="/api/v1", tags=["metrics"])


class MetricValueOut(BaseModel):
    """One value."""

    value: str = Field(description="As text")
    series_count: int = Field(description="Series of the metric that have it")


class MetricAttributeOut(BaseModel):
    """One attribute or column of a metric's points."""

    name: str = Field(description="As a filter and group_by write it: attributes.KEY, resource.KEY or a column")
    series_count: int = Field(description="Series of the metric that say it")
    value_count: int = Field(description="Distinct values in the range")
    values: list[MetricValueOut] = Field(description="At most 20 of them, those on the most series first")


class MetricAttributeList(BaseModel):
    """What a metric's points say."""

    attributes: list[MetricAttributeOut] = Field(
        description="At most 100: the points' own attributes, then columns, then the resource's; of each, what is on the most series first"
    )


@router.get("/metrics/attributes")
def metric_attributes(
    scope: AskedScope,
    reader: AskedReader,
    name: Annotated[str, Query(min_length=1, max_length=1000, description="Name of the metric")],
) -> MetricAttributeList:
    """List what the points of a metric can be told apart by in the range, with values, as a filter over them is completed."""
    found = list_metric_attributes(reader, scope, name)
    return MetricAttributeList(
        attributes=[
            MetricAttributeOut(
                name=it.name,
                series_count=it.series_count,
                value_count=it.value_count,
                values=[MetricValueOut(value=value, series_count=count) for value, count in it.values],
            )
            for it in found
        ]
    )
