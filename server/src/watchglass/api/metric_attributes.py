"""GET /api/v1/metrics/attributes: what a metric can be grouped and filtered by."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope
from watchglass.api.paging import AskedReader
from watchglass.query.metric_attributes import list_metric_attributes

router = APIRouter(prefix="/api/v1", tags=["metrics"])


class MetricAttributeOut(BaseModel):
    """One attribute of a metric's points."""

    name: str = Field(description="As a filter and group_by write it: attributes.KEY")
    value_count: int = Field(description="Distinct values in the range, about")
    values: list[str] = Field(description="At most 20 of them, about the most frequent first")


class MetricAttributeList(BaseModel):
    """The attributes of a metric's points."""

    attributes: list[MetricAttributeOut] = Field(description="At most 100, those on the most points first")


@router.get("/metrics/attributes")
def metric_attributes(
    scope: AskedScope,
    reader: AskedReader,
    name: Annotated[str, Query(min_length=1, max_length=1000, description="Name of the metric")],
) -> MetricAttributeList:
    """List the attributes that a metric's points carry in the range."""
    found = list_metric_attributes(reader, scope, name)
    return MetricAttributeList(
        attributes=[
            MetricAttributeOut(name=f"attributes.{it.key}", value_count=it.value_count, values=it.values) for it in found
        ]
    )
