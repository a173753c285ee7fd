"""One application: a real client under a real instrumentation, each scenario in a span of its own.

Run by test_golden.py in a process of its own, since instrumentations patch the client for the whole process.
"""

import argparse
import importlib

from instrumentations import INSTRUMENTATIONS
from opentelemetry import trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

ALL_AT_ONCE = {"schedule_delay_millis": 600_000, "max_queue_size": 4096, "max_export_batch_size": 4096}
"""Everything in one export at the end, so that a slow machine cuts no batch where a fast one cuts none."""


def exporters(arguments: argparse.Namespace):
    """The real exporters of the chosen protocol; every program sends to a project of its own."""
    headers = {"x-watchglass-project": arguments.project}
    if arguments.protocol == "grpc":
        at = {"endpoint": arguments.endpoint, "insecure": True, "headers": headers}
        return GrpcSpanExporter(**at), GrpcLogExporter(**at)
    return (
        HttpSpanExporter(f"{arguments.endpoint}/v1/traces", headers=headers),
        HttpLogExporter(f"{arguments.endpoint}/v1/logs", headers=headers),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("client", "instrumentation", "stub", "endpoint", "project"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--protocol", default="http")
    arguments = parser.parse_args()

    resource = Resource.create(
        {"service.name": arguments.client, "service.version": "1.4.2", "deployment.environment.name": "test"}
    )
    span_exporter, log_exporter = exporters(arguments)
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(BatchSpanProcessor(span_exporter, **ALL_AT_ONCE))
    trace.set_tracer_provider(traces)
    logs = LoggerProvider(resource=resource)
    logs.add_log_record_processor(BatchLogRecordProcessor(log_exporter, **ALL_AT_ONCE))
    set_logger_provider(logs)

    context = INSTRUMENTATIONS[arguments.instrumentation](arguments.client)
    calls = importlib.import_module(f"{arguments.client}_calls")
    tracer = trace.get_tracer("scenarios")
    for name, scenario in calls.scenarios(arguments.stub).items():
        with context(), tracer.start_as_current_span(f"scenario {name}"):
            scenario()
    traces.shutdown()
    logs.shutdown()


if __name__ == "__main__":
    main()
