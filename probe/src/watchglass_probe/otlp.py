"""OpenTelemetry's exporters whose requests go into the queue instead of straight to the network."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from opentelemetry.exporter.otlp.proto.common._internal.metrics_encoder import OTLPMetricExporterMixin
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from watchglass_probe.delivery.delivery import Delivery
from watchglass_probe.delivery.export import Kind

MAX_BODY_BYTES = 8 * 2**20
"""A larger request is split: the server takes 20 MiB, and long prompts make large spans."""

Item = TypeVar("Item")


class SpansToQueue(SpanExporter):
    """Hands batches of spans in for sending."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Encode and hand in."""
        is_accepted = hand_in(self._delivery, Kind.TRACES, spans, lambda some: encode_spans(some).SerializeToString())
        return SpanExportResult.SUCCESS if is_accepted else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """Nothing is held here."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is held here."""
        return True


class LogsToQueue(LogRecordExporter):
    """Hands batches of log records in for sending."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Encode and hand in."""
        is_accepted = hand_in(self._delivery, Kind.LOGS, batch, lambda some: encode_logs(some).SerializeToString())
        return LogRecordExportResult.SUCCESS if is_accepted else LogRecordExportResult.FAILURE

    def shutdown(self) -> None:
        """Nothing is held here."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is held here."""
        return True


class MetricsToQueue(OTLPMetricExporterMixin, MetricExporter):
    """Hands collected metrics in for sending; temporality and aggregation follow OpenTelemetry's variables.

    Args:
        delivery: Where they go.
        add: Adds to what was collected what no instrument of OpenTelemetry can hold.
    """

    def __init__(self, delivery: Delivery, add: Callable[[MetricsData], MetricsData]) -> None:
        self._common_configuration(None, None)
        self._delivery = delivery
        self._add = add

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any) -> MetricExportResult:
        """Encode and hand in."""
        metrics_data = self._add(metrics_data)
        body = encode_metrics(metrics_data).SerializeToString()
        is_accepted = self._delivery.accept(Kind.METRICS, count_points(metrics_data), body)
        return MetricExportResult.SUCCESS if is_accepted else MetricExportResult.FAILURE

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        """Nothing is held here."""

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Nothing is held here."""
        return True


def hand_in(delivery: Delivery, kind: Kind, items: Sequence[Item], encode: Callable[[Sequence[Item]], bytes]) -> bool:
    """Encode items and hand them in, in as many requests as their size asks for; True when all were accepted."""
    body = encode(items)
    if len(body) <= MAX_BODY_BYTES or len(items) <= 1:
        return delivery.accept(kind, len(items), body)
    middle = len(items) // 2
    is_first_accepted = hand_in(delivery, kind, items[:middle], encode)
    return hand_in(delivery, kind, items[middle:], encode) and is_first_accepted


def count_points(metrics_data: MetricsData) -> int:
    """How many data points were collected."""
    return sum(
        len(metric.data.data_points)
        for of_resource in metrics_data.resource_metrics
        for of_scope in of_resource.scope_metrics
        for metric in of_scope.metrics
    )
