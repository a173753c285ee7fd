"""OTLP over HTTP, to any endpoint that speaks it: another Watchglass, a Collector, a vendor."""

import gzip
from collections.abc import Iterator, Mapping, Sequence

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from watchglass.model.records import Signal
from watchglass.outgoing.options import Options
from watchglass.outlets.otlp_messages import request_of
from watchglass.outlets.outlet import Kind, Prepared, Request, Row

PATHS = {Signal.TRACES: "/v1/traces", Signal.LOGS: "/v1/logs", Signal.METRICS: "/v1/metrics"}

MAX_BODY_BYTES = 4 * 2**20
"""Largest body before compression, in bytes: what receivers take by default, unless one row alone is larger."""

_ANSWERS = {
    Signal.TRACES: (ExportTraceServiceResponse, "rejected_spans"),
    Signal.LOGS: (ExportLogsServiceResponse, "rejected_log_records"),
    Signal.METRICS: (ExportMetricsServiceResponse, "rejected_data_points"),
}


class Otlp:
    """An OTLP/HTTP endpoint; see outlet.Outlet."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Send to the paths of OTLP below `url`, with `headers`."""
        self.target = url
        self._headers = {**headers, "content-type": "application/x-protobuf", "content-encoding": "gzip"}

    def prepare(self, signal: Signal, rows: Sequence[Row]) -> Prepared:
        """Write rows as export requests."""
        return Prepared([
            Request(self.target + PATHS[signal], self._headers, gzip.compress(body, 5, mtime=0), part)
            for part, body in _bodies(signal, rows)
        ])

    def rejected(self, signal: Signal, answer: bytes) -> tuple[int, str]:
        """Rows that the endpoint says it refused (partial success), and why."""
        kind, count_field = _ANSWERS[signal]
        said = kind()
        try:
            said.ParseFromString(answer)
        except DecodeError:
            return 0, ""
        return max(0, getattr(said.partial_success, count_field)), said.partial_success.error_message


def _bodies(signal: Signal, rows: Sequence[Row]) -> Iterator[tuple[Sequence[Row], bytes]]:
    body = request_of(signal, rows).SerializeToString()
    if len(body) <= MAX_BODY_BYTES or len(rows) == 1:
        yield rows, body
        return
    middle = len(rows) // 2
    yield from _bodies(signal, rows[:middle])
    yield from _bodies(signal, rows[middle:])


def _build(options: Options) -> Otlp:
    return Otlp(options.url("url"), options.secret_headers())


KIND = Kind("otlp", tuple(Signal), _build)
