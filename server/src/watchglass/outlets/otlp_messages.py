"""Stored rows written as OTLP requests again: ids, times, kinds, attributes in their types, events, links, resources."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from watchglass.model.records import Signal
from watchglass.outlets.attributes import any_value, json_object, key_values, span_attributes, typed_attributes
from watchglass.outlets.metric_messages import metric_key, new_metric, write_point
from watchglass.outlets.outlet import Row

KINDS = {"unspecified": 0, "internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
STATUS_CODES = {"unset": 0, "ok": 1, "error": 2}


def request_of(signal: Signal, rows: Sequence[Row]) -> Message:
    """Write rows of one signal as one export request, by resource and scope in the order in which they come."""
    return _WRITERS[signal](rows)


def _traces(rows: Sequence[Row]) -> Message:
    request = ExportTraceServiceRequest()
    scopes = _Scopes(request.resource_spans, "scope_spans")
    for row in rows:
        scopes.of(row).spans.append(_span(row))
    return request


def _logs(rows: Sequence[Row]) -> Message:
    request = ExportLogsServiceRequest()
    scopes = _Scopes(request.resource_logs, "scope_logs")
    for row in rows:
        scopes.of(row).log_records.append(_record(row))
    return request


def _metrics(rows: Sequence[Row]) -> Message:
    request = ExportMetricsServiceRequest()
    scopes = _Scopes(request.resource_metrics, "scope_metrics")
    metrics: dict[tuple[Any, ...], Any] = {}
    for row in rows:
        key = (scopes.key(row), metric_key(row))
        if key not in metrics:
            metrics[key] = new_metric(scopes.of(row).metrics, row)
        write_point(metrics[key], row)
    return request


_WRITERS: Mapping[Signal, Callable[[Sequence[Row]], Message]] = {
    Signal.TRACES: _traces,
    Signal.LOGS: _logs,
    Signal.METRICS: _metrics,
}


class _Scopes:
    """The resources and scopes of one request, each once."""

    def __init__(self, resources: Any, scope_level: str) -> None:
        self._resources = resources
        self._scope_level = scope_level
        self._resource_of: dict[tuple[Any, ...], Any] = {}
        self._scope_of: dict[tuple[Any, ...], Any] = {}

    @staticmethod
    def key(row: Row) -> tuple[Any, ...]:
        """What tells the scope of a row apart."""
        return tuple(row["resource_attributes"].items()), row["scope_name"], row["scope_version"]

    def of(self, row: Row) -> Any:
        """The scope's message that the row belongs in."""
        key = self.key(row)
        found = self._scope_of.get(key)
        if found is None:
            resource = self._resource_of.get(key[0])
            if resource is None:
                resource = self._resource_of[key[0]] = self._resources.add()
                resource.resource.attributes.extend(key_values(row["resource_attributes"]))
            found = self._scope_of[key] = getattr(resource, self._scope_level).add()
            found.scope.name, found.scope.version = row["scope_name"], row["scope_version"]
        return found


def _span(row: Row) -> Span:
    span = Span(
        trace_id=bytes.fromhex(row["trace_id"]),
        span_id=bytes.fromhex(row["span_id"]),
        parent_span_id=bytes.fromhex(row["parent_span_id"]),
        trace_state=row["trace_state"],
        name=row["name"],
        kind=KINDS.get(row["kind"], 0),  # type: ignore[arg-type]
        start_time_unix_nano=max(row["start_time"], 0),
        end_time_unix_nano=max(row["end_time"], 0),
        attributes=key_values(span_attributes(row)),
    )
    span.status.code = STATUS_CODES.get(row["status_code"], 0)  # type: ignore[assignment]
    span.status.message = row["status_message"]
    for time, name, held in zip(row["event_times"], row["event_names"], row["event_attributes"], strict=True):
        span.events.add(time_unix_nano=max(time, 0), name=name, attributes=key_values(json_object(held)))
    for link in orjson.loads(row["links"]) if row["links"] else []:
        span.links.add(
            trace_id=bytes.fromhex(link["trace_id"]),
            span_id=bytes.fromhex(link["span_id"]),
            trace_state=link["trace_state"],
            attributes=key_values(link["attributes"]),
        )
    return span


def _record(row: Row) -> LogRecord:
    return LogRecord(
        time_unix_nano=max(row["time"], 0),
        observed_time_unix_nano=max(row["observed_time"], 0),
        severity_number=row["severity_number"],
        severity_text=row["severity_text"],
        event_name=row["event_name"],
        body=any_value(row["body"]) if row["body"] else None,
        trace_id=bytes.fromhex(row["trace_id"]),
        span_id=bytes.fromhex(row["span_id"]),
        attributes=key_values(typed_attributes(row)),
    )
