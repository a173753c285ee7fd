"""GET /api/v1/serving: the model servers, how each is and what it did."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.instances import (
    MeasuredOut,
    MeasureOut,
    ReporterOut,
    bucket_times,
    measure_list,
    measured_out,
    reporter_out,
)
from watchglass.api.paging import AskedReader
from watchglass.query.serving.overview import read_servers
from watchglass.query.usage_source import read_interval

router = APIRouter(prefix="/api/v1", tags=["serving"])

Interval = Annotated[str, Query(description="auto, or a number with s, m, h, d or w: 5m")]


class ServerOut(ReporterOut):
    """One model server."""

    measures: dict[str, MeasuredOut] = Field(description="What it did, by name; what it does not report is absent")


class ServingOut(BaseModel):
    """The model servers."""

    interval_s: int = Field(description="Length of a bucket, in seconds")
    times: list[str] = Field(description="Start of each bucket in UTC")
    measures: list[MeasureOut] = Field(description="What servers may have, in the order in which it is shown")
    instances: list[ServerOut] = Field(description="By service and instance")
    is_truncated: bool = Field(description="There are more than the 200 that reported last")


@router.get("/serving")
def serving(services: Injected, scope: AskedScope, reader: AskedReader, interval: Interval = "auto") -> ServingOut:
    """List the model servers that reported in the range: queue, KV cache, latency by phase, tokens, with their state."""
    interval_s = read_interval(interval, scope)
    found, is_truncated = read_servers(reader, scope, interval_s, services.clock.now_ns())
    return ServingOut(
        interval_s=interval_s,
        times=bucket_times(scope, interval_s),
        measures=measure_list("server"),
        instances=[
            ServerOut(**reporter_out(it.reporter, it.state).model_dump(), measures=measured_out(it.measures)) for it in found
        ],
        is_truncated=is_truncated,
    )
