"""Metric points over OTLP: how many of 10,000 series are committed a second, and what one takes.

Run as `python metric_points.py --port P --seconds S` it is the load generator, a process of its own; it prints one line of JSON.
"""

import argparse
import http.client
import json
import random
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
from figures import Figure, percentile
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from server_run import running_server

SERIES, SERIES_A_REQUEST = 10_000, 1_000
CONNECTIONS = 16
DEMANDED_POINTS_PER_S = 100_000
TEMPLATES = 3
"""Requests of one group of series with values of their own; sent again and again, each time with another time."""

PLACEHOLDER_NS = 0x1122334455667788
RETRY_S = 0.05


def measure(seconds: float) -> tuple[list[Figure], dict[str, object]]:
    """Load a server for `seconds`; return figures and facts."""
    with tempfile.TemporaryDirectory(prefix="watchglass-bench-") as name, running_server(Path(name)) as server:
        _load(server.port, 3)
        server.settle()
        before_cpu_s, before_points = server.cpu_s(), _points(server.port)
        began_s = time.perf_counter()
        load = _load(server.port, seconds)
        ended_s = time.perf_counter()
        settled_s = max(0.0, server.settle() - ended_s)
        cpu_s, committed = server.cpu_s() - before_cpu_s, _points(server.port) - before_points
    rate = load["points"] / load["seconds"]
    figures = [
        Figure("committed over HTTP, 10,000 series", rate, "points/s", DEMANDED_POINTS_PER_S, "more", f"{CONNECTIONS} connections, requests of {SERIES_A_REQUEST:,} points, load generator on the same cores"),
        Figure("  the same until its merges have ended", load["points"] / (load["seconds"] + settled_s), "points/s", note="what it can take for long"),
        Figure("server CPU", cpu_s / load["points"] * 1e6, "us/point", note="user and system, all processes, with the merges after it"),
        Figure("answered request at full load, p99", load["p99_s"] * 1e3, "ms", note=f"median {load['p50_s'] * 1e3:.0f} ms"),
        Figure("bytes of a point on the wire", load["wire_bytes"] / load["points"], "B", note="8 attributes, half of them of the resource; uncompressed"),
    ]  # fmt: skip
    return figures, {"seconds": ended_s - began_s, "committed": committed, "cpu_s": cpu_s, "settled_s": settled_s, **load}


def request_body(group: int, template: int) -> bytes:
    """A request of one service: SERIES_A_REQUEST series, of gauges, counters and one histogram in ten, at PLACEHOLDER_NS."""
    draw = random.Random(group * 1000 + template)
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    for key, value in {"service.name": f"service-{group}", "service.version": "1.4.2", "host.name": f"node-{group}", "k8s.pod.name": f"service-{group}-7d9f"}.items():
        resource.resource.attributes.add(key=key).value.string_value = value
    metrics = resource.scope_metrics.add().metrics
    for number in range(SERIES_A_REQUEST // 50):
        metric = metrics.add(name=f"app.metric.{number}", unit="s", description="Something that is measured")
        for series in range(50):
            point = _point(metric, number % 10, draw)
            point.start_time_unix_nano = 1_700_000_000_000_000_000
            point.time_unix_nano = PLACEHOLDER_NS
            labels = {"http.route": f"/api/{series % 10}", "method": ("GET", "POST")[series % 2], "status": str(200 + series), "region": f"eu-{series % 5}"}
            for key, value in labels.items():
                point.attributes.add(key=key).value.string_value = value
    return request.SerializeToString()


def _point(metric, kind: int, draw: random.Random):
    if kind == 0:
        metric.histogram.aggregation_temporality = 2
        point = metric.histogram.data_points.add(count=draw.randint(1, 10**6), sum=draw.random() * 1e6)
        point.explicit_bounds.extend([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
        point.bucket_counts.extend(draw.randint(0, 10**5) for _ in range(12))
        return point
    if kind < 5:
        metric.sum.aggregation_temporality, metric.sum.is_monotonic = 2, True
        return metric.sum.data_points.add(as_int=draw.randint(0, 10**9))
    return metric.gauge.data_points.add(as_double=draw.random() * 100)


def _points(port: int) -> float:
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    lines = (line for line in text.splitlines() if line.startswith('watchglass_ingest_rows_total{signal="metric_points"}'))
    return next((float(line.split()[-1]) for line in lines), 0.0)


def _load(port: int, seconds: float) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__)), "--port", str(port), "--seconds", str(seconds)]
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return result


class _Client(threading.Thread):
    """One connection that sends request after request until the deadline."""

    def __init__(self, port: int, bodies: list[tuple[bytes, list[int]]], number: int, deadline_s: float) -> None:
        super().__init__()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._bodies, self._number, self._deadline_s = bodies, number, deadline_s
        self.sent, self.wire_bytes, self.refused = 0, 0, 0
        self.times_s: list[float] = []

    def run(self) -> None:
        turn = self._number
        while time.perf_counter() < self._deadline_s:
            body, places = self._bodies[turn % len(self._bodies)]
            turn += CONNECTIONS
            now = struct.pack("<Q", time.time_ns())
            fresh = bytearray(body)
            for place in places:
                fresh[place : place + 8] = now
            started_s = time.perf_counter()
            self._connection.request("POST", "/v1/metrics", bytes(fresh), {"content-type": "application/x-protobuf"})
            answer = self._connection.getresponse()
            answer.read()
            if answer.status == 200:
                self.sent += 1
                self.wire_bytes += len(body)
                self.times_s.append(time.perf_counter() - started_s)
            else:
                self.refused += 1
                time.sleep(RETRY_S)


def _places(body: bytes) -> list[int]:
    """Where the placeholder of the time stands."""
    sign, places, at = struct.pack("<Q", PLACEHOLDER_NS), [], -1
    while (at := body.find(sign, at + 1)) >= 0:
        places.append(at)
    return places


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    groups = range(SERIES // SERIES_A_REQUEST)
    bodies = [(body, _places(body)) for template in range(TEMPLATES) for group in groups for body in [request_body(group, template)]]
    started_s = time.perf_counter()
    clients = [_Client(arguments.port, bodies, number, started_s + arguments.seconds) for number in range(CONNECTIONS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    times_s = [one for client in clients for one in client.times_s]
    result = {
        "points": SERIES_A_REQUEST * sum(client.sent for client in clients),
        "wire_bytes": sum(client.wire_bytes for client in clients),
        "seconds": time.perf_counter() - started_s,
        "p50_s": percentile(times_s, 0.5),
        "p99_s": percentile(times_s, 0.99),
        "refused": sum(client.refused for client in clients),
        "cpu_s": time.process_time(),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
