"""GET /api/v1/hosts: the machines and their GPUs, how each is and what it did."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.instances import (
    GpuOut,
    MeasuredOut,
    MeasureOut,
    ReporterOut,
    bucket_times,
    measure_list,
    measured_out,
    reporter_out,
)
from watchglass.api.paging import AskedReader
from watchglass.api.serving import Interval
from watchglass.query.scope import format_time
from watchglass.query.serving.directory import State
from watchglass.query.serving.overview import HostOverview, read_hosts
from watchglass.query.usage_source import read_interval

router = APIRouter(prefix="/api/v1", tags=["serving"])


class HostGpuOut(GpuOut):
    """One GPU over time."""

    measures: dict[str, MeasuredOut] = Field(description="What it did, by name")
    slowed_by: list[str] = Field(description="Why it is slowed, by its last report; empty when it is not")


class HostOut(BaseModel):
    """One machine."""

    name: str = Field(description="Its name: host.name, else where it is scraped")
    state: State = Field(description="As the best of its reporters")
    last_report: str | None = Field(description="Its last report; null when there is none in the range")
    reporters: list[ReporterOut] = Field(description="Who reports of it")
    measures: dict[str, MeasuredOut] = Field(description="What it did, by name; what is not reported is absent")
    gpus: list[HostGpuOut] = Field(description="Its GPUs, by index")


class HostsOut(BaseModel):
    """The machines."""

    interval_s: int = Field(description="Length of a bucket, in seconds")
    times: list[str] = Field(description="Start of each bucket in UTC")
    measures: list[MeasureOut] = Field(description="What machines and GPUs may have, in the order in which it is shown")
    hosts: list[HostOut] = Field(description="By name")
    is_truncated: bool = Field(description="There are more than the 200 that reported last")


@router.get("/hosts")
def hosts(services: Injected, scope: AskedScope, reader: AskedReader, interval: Interval = "auto") -> HostsOut:
    """List the machines that were reported of in the range: CPU, memory, disk, network and each GPU."""
    interval_s, now_ns = read_interval(interval, scope), services.clock.now_ns()
    found, is_truncated = read_hosts(reader, scope, interval_s, now_ns)
    return HostsOut(
        interval_s=interval_s,
        times=bucket_times(scope, interval_s),
        measures=measure_list("host", "gpu"),
        hosts=[_host(it, min(now_ns, scope.end_ns)) for it in found],
        is_truncated=is_truncated,
    )


def _host(host: HostOverview, at_ns: int) -> HostOut:
    return HostOut(
        name=host.name,
        state=host.state,
        last_report=format_time(host.last_ns) if host.last_ns else None,
        reporters=[reporter_out(it, it.state(at_ns)) for it in host.reporters],
        measures=measured_out(host.measures),
        gpus=[
            HostGpuOut(id=it.id, name=it.name, index=it.index, measures=measured_out(it.measures), slowed_by=it.slowed_by)
            for it in host.gpus
        ],
    )
