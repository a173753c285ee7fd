"""GET /api/v1/traces/{trace_id}/spans/{span_id}/serving: what the servers and machines of a call did while it ran."""

from collections.abc import Iterable

from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.api.access import Project
from watchglass.api.instances import (
    GpuOut,
    Kind,
    MeasureOut,
    ReporterOut,
    bucket_times,
    measure_list,
    number,
    numbers,
    reporter_out,
)
from watchglass.api.paging import AskedReader
from watchglass.api.traces import SpanId, TraceId
from watchglass.query.scope import format_time
from watchglass.query.serving.beside_call import Beside, BesideCall, During, read_beside_call
from watchglass.query.serving.links import LINKS, Fact, Match

router = APIRouter(prefix="/api/v1", tags=["serving"])


class DuringOut(BaseModel):
    """One measure around a call."""

    at_start: float | None = Field(description="When the call began; null when nothing was known then")
    age_s: int | None = Field(description="How long before that it had been reported, in s, to the length of a bucket")
    least: float | None = Field(description="Least during the call; null when nothing was known")
    mean: float | None = Field(description="Mean over the buckets of the call")
    most: float | None = Field(description="Largest during the call")
    report_count: int = Field(description="Reports in the call's buckets; 0 means that the numbers are those of before")
    values: list[float | None] = Field(description="Number in each bucket, aligned to times, held until the next report")


class FactOut(BaseModel):
    """Something that the span, or one below it, says of where the call went."""

    name: str = Field(description="What it is, such as host.name or server.address:server.port")
    value: str = Field(description="Its value, in lower case")
    span_id: str = Field(description="The span that says it")


class MatchOut(BaseModel):
    """Why an instance is shown."""

    way: str = Field(description="How it was found: " + ", ".join(link.way for link in LINKS) + ", machine of the server")
    fact: FactOut | None = Field(description="What met; null for the machine of a server")
    reporter: ReporterOut = Field(description="Who reported")


class BesideGpuOut(GpuOut):
    """A GPU around a call."""

    measures: dict[str, DuringOut] = Field(description="What it did, by name")


class BesideOut(BaseModel):
    """A server or machine that the call went to."""

    kind: Kind = Field(description="server, or host")
    name: str = Field(description="Its instance, or its host")
    matches: list[MatchOut] = Field(description="How it was found, a reporter each")
    measures: dict[str, DuringOut] = Field(description="What it did, by name; what it does not report is absent")
    gpus: list[BesideGpuOut] = Field(description="Its GPUs, for a host")


class SpanServing(BaseModel):
    """What servers and machines did around a call."""

    start_time: str = Field(description="Start of the call")
    end_time: str = Field(description="Its end")
    interval_s: int = Field(description="Length of a bucket, in seconds")
    times: list[str] = Field(description="Start of each bucket: as long before and after the call as it took, within 2 to 15 minutes")
    measures: list[MeasureOut] = Field(description="What instances may have, in the order in which it is shown")
    facts: list[FactOut] = Field(description="What was looked for: all that the span and those below it say of where the call went")
    reporter_count: int = Field(description="Servers and machines that reported in that time, whether the call went there or not")
    instances: list[BesideOut] = Field(description="Those that the call went to, servers first; empty when none is known")
    is_truncated: bool = Field(description="There are more than 20")


@router.get("/traces/{trace_id}/spans/{span_id}/serving")
def span_serving(reader: AskedReader, project: Project, trace_id: TraceId, span_id: SpanId) -> SpanServing:
    """Say what the queue, the KV cache and the GPU did during a call, on the servers and machines that it went to.

    They are found by what the span, its resource and the two generations of spans below it say: pod, service instance,
    address and port, host.
    """
    found = read_beside_call(reader, project, trace_id, span_id)
    return SpanServing(
        start_time=format_time(found.start_ns),
        end_time=format_time(found.end_ns),
        interval_s=found.interval_s,
        times=bucket_times(found.scope, found.interval_s),
        measures=measure_list("server", "host", "gpu"),
        facts=[_fact(it) for it in found.facts],
        reporter_count=found.reporter_count,
        instances=[_beside(it, found) for it in found.instances],
        is_truncated=found.is_truncated,
    )


def _beside(beside: Beside, found: BesideCall) -> BesideOut:
    return BesideOut(
        kind="server" if beside.kind == "server" else "host",
        name=beside.name,
        matches=[_match(it, found.end_ns) for it in beside.matches],
        measures=_during(beside.measures),
        gpus=[BesideGpuOut(id=it.id, name=it.name, index=it.index, measures=_during(it.measures)) for it in beside.gpus],
    )


def _match(match: Match, at_ns: int) -> MatchOut:
    fact = None if match.fact is None else _fact(match.fact)
    return MatchOut(way=match.way, fact=fact, reporter=reporter_out(match.reporter, match.reporter.state(at_ns)))


def _fact(fact: Fact) -> FactOut:
    return FactOut(name=fact.name, value=fact.value, span_id=fact.span_id)


def _during(measures: Iterable[During]) -> dict[str, DuringOut]:
    return {
        it.measured.measure.name: DuringOut(
            at_start=number(it.at_start),
            age_s=it.age_s,
            least=number(it.least),
            mean=number(it.mean),
            most=number(it.most),
            report_count=it.report_count,
            values=numbers(it.measured.values),
        )
        for it in measures
    }
