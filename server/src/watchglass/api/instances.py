"""What the API says of servers and machines, the same on each of their routes."""

import math
from collections.abc import Iterable
from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from watchglass.query.scope import Scope, format_time
from watchglass.query.serving.directory import Reporter, State
from watchglass.query.serving.measures import Measure, Owner, measures_of
from watchglass.query.serving.points import Floats, bucket_count
from watchglass.query.serving.values import Measured

DIGITS = 6
"""Significant digits of a number: more than a chart shows, and a third of the bytes."""


class MeasureOut(BaseModel):
    """A measure that instances may have."""

    name: str = Field(description="Name, a key of `measures` of an instance")
    brief: str = Field(description="Name for people")
    unit: str = Field(description="ratio, s, By, By/s, tokens/s, 1/s, Cel, W, or a noun in braces")
    owner: Owner = Field(description="What has it: server, host or gpu")


class MeasuredOut(BaseModel):
    """One measure of one instance over time."""

    latest: float | None = Field(description="The last number that is known")
    values: list[float | None] = Field(
        description="Number in each bucket, aligned to times: held until the next report, for 150 s at most; null where nothing is known"
    )


class ReporterOut(BaseModel):
    """A service instance that reports metrics of a server or a machine."""

    service_name: str = Field(description="Service; Prometheus's job")
    service_instance_id: str = Field(description="Which one of the service, empty when not said; Prometheus's instance")
    host_name: str = Field(description="Its machine, empty when not known")
    address: str = Field(description="Host at which it is scraped, empty when it is not")
    port: str = Field(description="Port at which it is scraped")
    server: str = Field(description="Which program it is (vllm, sglang, tgi ...), empty when not known")
    models: list[str] = Field(description="Models that it serves, as far as it says")
    state: State = Field(description="down: its last scrape failed; stale: silent for 150 s; else up")
    last_report: str | None = Field(description="Its last report; null when there is none in the range")


class GpuOut(BaseModel):
    """One GPU of a machine."""

    id: str = Field(description="Its id")
    name: str = Field(description="Its model, empty when not said")
    index: str = Field(description="Its place in the machine, empty when not said")


def measure_list(*owners: Owner) -> list[MeasureOut]:
    """What instances of these kinds may have, in the order in which it is shown."""
    return [_measure(it) for it in measures_of(*owners)]


def _measure(measure: Measure) -> MeasureOut:
    return MeasureOut(name=measure.name, brief=measure.brief, unit=measure.unit, owner=measure.owner)


def measured_out(measures: Iterable[Measured]) -> dict[str, MeasuredOut]:
    """Measures under their names."""
    return {it.measure.name: MeasuredOut(latest=number(it.last()), values=numbers(it.values)) for it in measures}


def reporter_out(reporter: Reporter, state: State) -> ReporterOut:
    """Write who reports."""
    return ReporterOut(
        service_name=reporter.service_name,
        service_instance_id=reporter.service_instance_id,
        host_name=reporter.host_name,
        address=reporter.address,
        port=reporter.port,
        server=reporter.server,
        models=list(reporter.models),
        state=state,
        last_report=format_time(reporter.last_ns) if reporter.last_ns else None,
    )


def bucket_times(scope: Scope, interval_s: int) -> list[str]:
    """Start of each bucket."""
    step_ns = interval_s * 10**9
    first = scope.start_ns // step_ns
    return [format_time((first + place) * step_ns) for place in range(bucket_count(scope, interval_s))]


def number(value: float | None) -> float | None:
    """A number as JSON has it, in DIGITS digits."""
    return float(f"{value:.{DIGITS}g}") if value is not None and math.isfinite(value) else None


def numbers(values: Floats) -> list[float | None]:
    """Numbers as JSON has them; what is not known is null."""
    return [number(value) for value in np.asarray(values).tolist()]


Kind = Literal["server", "host"]
