"""The page /metrics with ten thousand series of model calls: how long it takes, and whether what is stored matters to it."""

import http.client
import statistics
import tempfile
import time
from pathlib import Path

from figures import Figure
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from server_run import ServerRun, running_server

SERIES = 10_000
ROUNDS = 30
GROWTH_SPANS = 400_000
MODELS = 150
"""Label sets that are sent; each has some 80 series."""
OPENMETRICS = "application/openmetrics-text;version=1.0.0"


def measure(seconds: float) -> tuple[list[Figure], dict[str, object]]:
    """Read the page again and again, store more, and read it again; return figures and facts."""
    del seconds
    with tempfile.TemporaryDirectory(prefix="watchglass-bench-") as name, running_server(Path(name) / "data") as server:
        _send(server, spans_per_model=4, seed=1)
        server.settle()
        small_ms, series, size = _read(server)
        for seed in range(2, 2 + GROWTH_SPANS // (MODELS * 100)):
            _send(server, spans_per_model=100, seed=seed)
        server.settle()
        large_ms, _, _ = _read(server)
    if series < SERIES:
        raise RuntimeError(f"the page has {series} series, not {SERIES}")
    figures = [
        Figure(f"/metrics with {series:,} series, median", large_ms, "ms", 200, "less", f"OpenMetrics with exemplars, {size / 2**20:.1f} MiB, over HTTP"),
        Figure("the same after 700 times as many spans, ratio", large_ms / small_ms, "", 1.3, "less", f"{small_ms:.1f} ms before, {large_ms:.1f} ms after"),
    ]  # fmt: skip
    return figures, {"small_ms": small_ms, "large_ms": large_ms, "series": series, "bytes": size}


def _read(server: ServerRun) -> tuple[float, int, int]:
    """Median time of the page in ms, its series of model calls, and its bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    taken_ms = []
    for _ in range(ROUNDS):
        started_s = time.perf_counter()
        connection.request("GET", "/metrics", headers={"accept": OPENMETRICS})
        page = connection.getresponse().read()
        taken_ms.append((time.perf_counter() - started_s) * 1000)
    return statistics.median(taken_ms), page.count(b"\ngen_ai_client_"), len(page)


def _send(server: ServerRun, spans_per_model: int, seed: int) -> None:
    request = trace_service_pb2.ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.add(key="service.name").value.string_value = "support-bot"
    spans = resource_spans.scope_spans.add().spans
    now_ns = time.time_ns()
    for number in range(MODELS * spans_per_model):
        duration_ns = (number % 977 + 1) * 10**7
        span = spans.add(
            trace_id=seed.to_bytes(8, "big") + number.to_bytes(8, "big"), span_id=(number + 1).to_bytes(8, "big"), name="chat",
            start_time_unix_nano=now_ns, end_time_unix_nano=now_ns + duration_ns,
        )  # fmt: skip
        text = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "local", "gen_ai.request.model": f"model-{number % MODELS}"}
        for key, value in text.items():
            span.attributes.add(key=key).value.string_value = value
        span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = number + 1
        span.attributes.add(key="gen_ai.usage.output_tokens").value.int_value = number + 2
        span.attributes.add(key="gen_ai.response.time_to_first_chunk").value.double_value = duration_ns / 5e9
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/v1/traces", request.SerializeToString(), {"content-type": "application/x-protobuf"})
    if connection.getresponse().status != 200:
        raise RuntimeError("an export was refused")
