"""What a stand-in server received, read as OTLP."""

from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from stand_ins.server import StandInServer


def attributes(pairs: Any) -> dict[str, Any]:
    """Attributes as a dictionary."""
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, kind) if kind else None


def spans(server: StandInServer) -> list[Any]:
    """All spans."""
    return [
        span
        for body in server.bodies("/v1/traces")
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for of_scope in of_resource.scope_spans
        for span in of_scope.spans
    ]


def resources(server: StandInServer) -> list[dict[str, Any]]:
    """The resources of all spans' requests."""
    return [
        attributes(of_resource.resource.attributes)
        for body in server.bodies("/v1/traces")
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans
    ]


def log_records(server: StandInServer) -> list[Any]:
    """All log records."""
    return [
        record
        for body in server.bodies("/v1/logs")
        for of_resource in ExportLogsServiceRequest.FromString(body).resource_logs
        for of_scope in of_resource.scope_logs
        for record in of_scope.log_records
    ]


def metrics(server: StandInServer) -> dict[str, Any]:
    """The last message of each metric, by name."""
    return {
        metric.name: metric
        for body in server.bodies("/v1/metrics")
        for of_resource in ExportMetricsServiceRequest.FromString(body).resource_metrics
        for of_scope in of_resource.scope_metrics
        for metric in of_scope.metrics
    }


def points(metric: Any) -> list[Any]:
    """The data points of a metric."""
    return list(getattr(metric, metric.WhichOneof("data")).data_points)
