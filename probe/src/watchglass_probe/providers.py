"""Joins the providers that the application has set, or sets some where it has none."""

import logging
import threading
from typing import Any, Protocol

from opentelemetry import _logs, metrics, trace
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

log = logging.getLogger("watchglass_probe")


class Part(Protocol):
    """What was added to a provider, and ends with the probe."""

    def force_flush(self, timeout_millis: int) -> bool:
        """Hand in what is held."""

    def shutdown(self) -> None:
        """Hand in what is held, and end."""


class OnceClosedReader(PeriodicExportingMetricReader):
    """A reader that the probe ends, and that the application's provider may end once more."""

    _ending = threading.Lock()
    _has_ended = False

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        """End, the first time."""
        with self._ending:
            if self._has_ended:
                return
            self._has_ended = True
        super().shutdown(timeout_millis, **kwargs)


def join_traces(resource: Resource, exporter: SpanExporter, delay_ms: float | None) -> Part:
    """Send all spans of the application.

    Args:
        resource: Used where the application has set no provider.
        exporter: Where they go.
        delay_ms: Longest time that an ended span is held for a batch, in ms; None for OpenTelemetry's own.
    """
    processor = BatchSpanProcessor(exporter, schedule_delay_millis=delay_ms)
    current = trace.get_tracer_provider()
    if not isinstance(current, TracerProvider):
        _say_if_foreign("tracer", current)
        current = TracerProvider(resource=resource, shutdown_on_exit=False)
        trace.set_tracer_provider(current)
    current.add_span_processor(processor)
    return processor


def join_logs(resource: Resource, exporter: LogRecordExporter, delay_ms: float | None) -> tuple[LoggerProvider, Part]:
    """Send all log records of the application; arguments as in `join_traces`.

    Returns:
        The provider, and what was added to it.
    """
    processor = BatchLogRecordProcessor(exporter, schedule_delay_millis=delay_ms)
    current = _logs.get_logger_provider()
    if not isinstance(current, LoggerProvider):
        _say_if_foreign("logger", current)
        current = LoggerProvider(resource=resource, shutdown_on_exit=False)
        _logs.set_logger_provider(current)
    current.add_log_record_processor(processor)
    return current, processor


def join_metrics(resource: Resource, exporter: MetricExporter) -> tuple[MeterProvider, Part]:
    """Send all metrics of the application; the interval is OTEL_METRIC_EXPORT_INTERVAL's.

    Returns:
        The provider of the probe's own metrics, and what was added to it.
    """
    reader = OnceClosedReader(exporter)
    current = metrics.get_meter_provider()
    if isinstance(current, MeterProvider):
        current.add_metric_reader(reader)
        return current, reader
    _say_if_foreign("meter", current)
    provider = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
    metrics.set_meter_provider(provider)
    return provider, reader


def _say_if_foreign(name: str, provider: object) -> None:
    """A provider that is neither OpenTelemetry's stand-in nor its SDK's cannot be joined, and is left in place."""
    if "Proxy" not in type(provider).__name__:
        log.warning("the %s provider in use (%s) cannot be joined: what it makes is not sent", name, type(provider).__name__)
