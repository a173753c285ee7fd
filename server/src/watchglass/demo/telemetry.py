"""OpenTelemetry of one application: traces, logs and metrics over OTLP/HTTP, as any application would set it up."""

import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry import baggage, context, metrics, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

EXPORT_INTERVAL_MS = 1000
"""Spans and logs leave this often, so that a watcher sees them soon."""
METRIC_INTERVAL_MS = 5000
LOGGER = "shop"
"""Parent of the applications' own loggers."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an application says it is: the resource of all that it sends."""

    service_name: str
    release: str
    environment: str

    def resource(self) -> Resource:
        """The same in OpenTelemetry's words."""
        return Resource.create(
            {
                "service.name": self.service_name,
                "service.version": self.release,
                "deployment.environment.name": self.environment,
                "host.name": socket.gethostname(),
            }
        )


class BaggageOnSpans(SpanProcessor):
    """Writes the baggage on each span as it starts, so that the spans of instrumentations say whose they are too."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Copy the baggage; it holds session.id, user.id and the prompt's name and version."""
        for name, value in baggage.get_all(parent_context).items():
            span.set_attribute(name, str(value))


@contextmanager
def carrying(said: Mapping[str, str]) -> Iterator[None]:
    """Let all spans that start in the block carry these attributes."""
    carried = context.get_current()
    for name, value in said.items():
        carried = baggage.set_baggage(name, value, carried)
    token = context.attach(carried)
    try:
        yield
    finally:
        context.detach(token)


@contextmanager
def exporting(identity: Identity, endpoint: str, headers: dict[str, str]) -> Iterator[None]:
    """Set the global providers while the block runs, and send what is left at its end.

    Args:
        identity: Resource of all that is sent.
        endpoint: Address of the server, without a path.
        headers: Headers of each export, such as an API key.
    """
    resource = identity.resource()
    traces = tracer_provider(resource, endpoint, headers)
    traces.add_span_processor(BaggageOnSpans())
    trace.set_tracer_provider(traces)
    logs = LoggerProvider(resource=resource)
    log_exporter = OTLPLogExporter(f"{endpoint}/v1/logs", headers=headers)
    logs.add_log_record_processor(BatchLogRecordProcessor(log_exporter, schedule_delay_millis=EXPORT_INTERVAL_MS))
    set_logger_provider(logs)
    logging.getLogger(LOGGER).setLevel(logging.INFO)
    logging.getLogger(LOGGER).addHandler(LoggingHandler(logger_provider=logs))
    meters = meter_provider(resource, endpoint, headers)
    metrics.set_meter_provider(meters)
    try:
        yield
    finally:
        traces.shutdown()
        logs.shutdown()
        meters.shutdown()


def tracer_provider(resource: Resource, endpoint: str, headers: dict[str, str]) -> TracerProvider:
    """A provider that sends spans to `endpoint`, many at a time."""
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(f"{endpoint}/v1/traces", headers=headers)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=EXPORT_INTERVAL_MS))
    return provider


def meter_provider(resource: Resource, endpoint: str, headers: dict[str, str]) -> MeterProvider:
    """A provider that sends metrics to `endpoint` every few seconds."""
    exporter = OTLPMetricExporter(f"{endpoint}/v1/metrics", headers=headers)
    return MeterProvider([PeriodicExportingMetricReader(exporter, export_interval_millis=METRIC_INTERVAL_MS)], resource=resource)
