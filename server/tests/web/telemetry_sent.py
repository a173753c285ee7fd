"""Logs and metrics of an application, sent to a running server as OTLP."""

import http.client
import time
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_DELTA, Metric

from doubles.otlp import key_values, log_request, metric_request

RESOURCE = {"service.name": "support-bot", "deployment.environment.name": "production"}
SEVERITIES = {"debug": 5, "info": 9, "warn": 13, "error": 17}


def send_logs(port: int, records: Sequence[Mapping[str, Any]]) -> None:
    """Send records, each with `level`, `body` and what else `log_request` takes; the first is the newest, a second ago."""
    now_ns = time.time_ns() - 10**9
    written = [
        {
            "time_unix_nano": now_ns - position * 10**6,
            "severity_number": SEVERITIES[record.get("level", "info")],
            "severity_text": record.get("level", "info").upper(),
            **{name: value for name, value in record.items() if name != "level"},
        }
        for position, record in enumerate(records)
    ]
    _post(port, "/v1/logs", log_request(written, resource=RESOURCE))


def send_metrics(port: int, trace_id: str) -> None:
    """Send a histogram of two models with an exemplar of `trace_id`, a counter and a gauge, in each of the last 5 minutes."""
    now_ns = time.time_ns()
    times = [now_ns - minute * 60 * 10**9 - 10**9 for minute in range(5)]
    histogram, counter, gauge = (
        Metric(name="app.answer.duration", unit="s", description="Time to answer"),
        Metric(name="app.answers", unit="{answer}", description="Answers given"),
        Metric(name="app.queue", unit="1", description="Questions that wait"),
    )
    histogram.histogram.aggregation_temporality = AGGREGATION_TEMPORALITY_DELTA
    counter.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_DELTA
    counter.sum.is_monotonic = True
    for time_ns in times:
        for model, counts in (("small", [8, 2, 0]), ("large", [0, 4, 6])):
            point = histogram.histogram.data_points.add(
                time_unix_nano=time_ns, start_time_unix_nano=time_ns - 60 * 10**9, count=10, sum=12.0,
                explicit_bounds=[1.0, 2.0], bucket_counts=counts, attributes=key_values({"model": model}),
            )  # fmt: skip
            point.exemplars.add(
                time_unix_nano=time_ns - 10**9, as_double=2.5, trace_id=bytes.fromhex(trace_id), span_id=(7).to_bytes(8, "big")
            )
        counter.sum.data_points.add(time_unix_nano=time_ns, start_time_unix_nano=time_ns - 60 * 10**9, as_int=120)
        gauge.gauge.data_points.add(time_unix_nano=time_ns, as_double=3.0)
    _post(port, "/v1/metrics", metric_request([histogram, counter, gauge], resource=RESOURCE))


def _post(port: int, path: str, request: Message) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, request.SerializeToString(), {"content-type": "application/x-protobuf"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
    finally:
        connection.close()
