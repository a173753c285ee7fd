"""OpenTelemetry's own exporters, over real sockets: everything that they are given arrives."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import pytest
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Status, StatusCode

from doubles.house import House
from watchglass.http_server import GracefulServer
from watchglass.model.records import Signal

RESOURCE = Resource.create({"service.name": "shop", "service.version": "1.0"})


@dataclass(frozen=True)
class Served:
    """A house on real ports."""

    house: House
    http_url: str
    grpc_address: str


@contextmanager
def serving(house: House) -> Iterator[Served]:
    """Serve both protocols of a house on a thread."""
    import socket

    ready = threading.Event()
    bound: list[str] = []
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        stop = asyncio.Event()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = GracefulServer(house.ingest.http, drain_timeout_s=5)
            task = asyncio.create_task(server.serve(sockets=[listening]))
            await server.until_started(task)
            port = await house.ingest.grpc.start("127.0.0.1", 0)
            bound.extend((f"http://127.0.0.1:{listening.getsockname()[1]}", f"127.0.0.1:{port}"))
            loops.append((asyncio.get_running_loop(), stop))
            ready.set()
            await stop.wait()
            server.should_exit = True
            await asyncio.gather(task, house.ingest.grpc.stop(5))

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield Served(house, *bound)
    finally:
        loop, stop = loops[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)


@pytest.fixture
def served(house: House) -> Iterator[Served]:
    """A house on real ports."""
    with serving(house) as served_house:
        yield served_house


SPAN_EXPORTERS: dict[str, Callable[[Served], SpanExporter]] = {
    "http": lambda at: OTLPSpanExporter(f"{at.http_url}/v1/traces"),
    "http gzip": lambda at: OTLPSpanExporter(f"{at.http_url}/v1/traces", compression=Compression.Gzip),
    "http deflate": lambda at: OTLPSpanExporter(f"{at.http_url}/v1/traces", compression=Compression.Deflate),
    "grpc": lambda at: GrpcSpanExporter(at.grpc_address, insecure=True),
    "grpc gzip": lambda at: GrpcSpanExporter(at.grpc_address, insecure=True, compression=grpc.Compression.Gzip),
}


@pytest.mark.parametrize("kind", list(SPAN_EXPORTERS))
def test_span_exporters(served: Served, kind: str) -> None:
    """Every span that the SDK ended is stored once, with parent, error, event and attributes."""
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(BatchSpanProcessor(SPAN_EXPORTERS[kind](served), max_export_batch_size=64))
    tracer = provider.get_tracer("shop.cart", "3.1")
    for number in range(200):
        with tracer.start_as_current_span("outer") as outer:
            outer.set_attribute("number", number)
            with tracer.start_as_current_span("inner") as inner:
                inner.add_event("tick", {"k": "v"})
                inner.set_status(Status(StatusCode.ERROR, "no"))
    assert provider.force_flush(20_000)
    provider.shutdown()
    rows = served.house.rows(Signal.TRACES)
    outer_rows = {row["span_id"]: row for row in rows if row["name"] == "outer"}
    inner_rows = [row for row in rows if row["name"] == "inner"]
    assert sorted(row["attributes_int"]["number"] for row in outer_rows.values()) == list(range(200))
    assert {row["parent_span_id"] for row in inner_rows} == set(outer_rows)
    assert {(row["status_code"], row["status_message"], *row["event_names"]) for row in inner_rows} == {("error", "no", "tick")}
    assert {(row["service_name"], row["release"], row["scope_name"], row["scope_version"]) for row in rows} == {
        ("shop", "1.0", "shop.cart", "3.1")
    }


METRIC_EXPORTERS: dict[str, Callable[[Served], MetricExporter]] = {
    "http": lambda at: OTLPMetricExporter(f"{at.http_url}/v1/metrics", compression=Compression.Gzip),
    "grpc": lambda at: GrpcMetricExporter(at.grpc_address, insecure=True),
}


@pytest.mark.parametrize("kind", list(METRIC_EXPORTERS))
def test_metric_exporters(served: Served, kind: str) -> None:
    """Counter, up-down counter, gauge, histogram and exponential histogram of the SDK arrive with their values."""
    reader = PeriodicExportingMetricReader(METRIC_EXPORTERS[kind](served), export_interval_millis=3_600_000)
    view = View(instrument_name="size", aggregation=ExponentialBucketHistogramAggregation())
    provider = MeterProvider([reader], resource=RESOURCE, views=[view])
    meter = provider.get_meter("shop.meter")
    for number in range(1, 11):
        meter.create_counter("calls", unit="{call}").add(number, {"model": "m"})
        meter.create_up_down_counter("open").add(-1)
        meter.create_histogram("wait", unit="s", explicit_bucket_boundaries_advisory=[1, 5]).record(number)
        meter.create_histogram("size").record(number)
        meter.create_gauge("temperature").set(36.5)
    assert provider.force_flush(20_000)
    provider.shutdown()
    rows = {row["metric_name"]: row for row in served.house.rows(Signal.METRICS) if row["metric_name"]}
    assert (rows["calls"]["metric_type"], rows["calls"]["value"], rows["calls"]["is_monotonic"]) == ("sum", 55, True)
    assert (rows["calls"]["attributes"], rows["calls"]["unit"], rows["calls"]["temporality"]) == ({"model": "m"}, "{call}", "cumulative")
    assert (rows["open"]["value"], rows["open"]["is_monotonic"]) == (-10, False)
    assert (rows["temperature"]["metric_type"], rows["temperature"]["value"]) == ("gauge", 36.5)
    wait = rows["wait"]
    assert (wait["count"], wait["sum"], wait["min"], wait["max"]) == (10, 55, 1, 10)
    assert (wait["bucket_bounds"], wait["bucket_counts"]) == ([1, 5], [1, 4, 5])
    assert (rows["size"]["metric_type"], rows["size"]["count"], sum(rows["size"]["positive_counts"])) == ("exponential_histogram", 10, 10)


@pytest.mark.parametrize("kind", ["http", "grpc"])
def test_log_exporters(served: Served, kind: str) -> None:
    """Records of Python's logging arrive with their severity, text and trace."""
    import logging

    from opentelemetry._logs import SeverityNumber
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    exporter: Any = (
        OTLPLogExporter(f"{served.http_url}/v1/logs") if kind == "http" else GrpcLogExporter(served.grpc_address, insecure=True)
    )
    provider = LoggerProvider(resource=RESOURCE)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = provider.get_logger("shop.log")
    tracer = TracerProvider(resource=RESOURCE).get_tracer("t")
    with tracer.start_as_current_span("s") as span:
        for number in range(50):
            logger.emit(body=f"record {number}", severity_number=SeverityNumber.WARN, severity_text=logging.getLevelName(30), event_name="e")
        trace_id = f"{span.get_span_context().trace_id:032x}"
    assert provider.force_flush(20_000)
    provider.shutdown()
    rows = served.house.rows(Signal.LOGS)
    assert {row["body"] for row in rows} == {f"record {number}" for number in range(50)}
    assert len(rows) == 50
    assert {(row["severity_number"], row["severity_text"], row["trace_id"], row["event_name"]) for row in rows} == {
        (13, "WARNING", trace_id, "e")
    }


def test_refused_body_over_the_limit_is_answered_on_the_wire(served: Served) -> None:
    """A client that sends more than the limit reads 413, not a broken connection, and the server goes on."""
    size = served.house.settings.ingest_max_request_bytes
    answer = httpx.post(
        f"{served.http_url}/v1/traces", content=bytes(size + 1), headers={"content-type": "application/x-protobuf"}, timeout=20
    )
    assert answer.status_code == 413
    answer = httpx.post(
        f"{served.http_url}/v1/traces", content=b"", headers={"content-type": "application/x-protobuf"}, timeout=20
    )
    assert answer.status_code == 200
