"""What rows a request must make, told record by record with the protobuf package: slow, plain, and independent of the
decoders, which go through Arrow."""

import base64
import json
import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from doubles.otlp import NOW_NS

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)([.][0-9]+)?(e[+-]?[0-9]+)?|nan|-?inf")
KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"]
STATUSES = ["unset", "ok", "error"]
TEMPORALITIES = ["unspecified", "delta", "cumulative"]
TYPES = ["gauge", "sum", "histogram", "exponential_histogram", "summary"]


def trace_rows(request: ExportTraceServiceRequest) -> list[dict[str, Any]]:
    """Rows of the spans that are accepted."""
    return [
        {
            "trace_id": span.trace_id.hex(),
            "span_id": span.span_id.hex(),
            "parent_span_id": _valid_id(span.parent_span_id, 8),
            "trace_state": span.trace_state,
            "name": span.name,
            "kind": _named(KINDS, span.kind),
            "status_code": _named(STATUSES, span.status.code),
            "status_message": span.status.message,
            "start_time": (start := _time(span.start_time_unix_nano, NOW_NS)),
            "end_time": (end := _time(span.end_time_unix_nano, start)),
            "duration_ns": max(0, end - start),
            "event_names": [event.name for event in span.events],
            "event_attributes": [_plain_map(event.attributes) for event in span.events],
            "links": [(link.trace_id.hex(), link.span_id.hex(), _plain_map(link.attributes)) for link in span.links],
            **_typed_maps(span.attributes),
            **_origin(resource_spans.resource, scope_spans.scope),
        }
        for resource_spans in request.resource_spans
        for scope_spans in resource_spans.scope_spans
        for span in scope_spans.spans
        if _valid_id(span.trace_id, 16) and _valid_id(span.span_id, 8)
    ]


def log_rows(request: ExportLogsServiceRequest) -> list[dict[str, Any]]:
    """Rows of the log records."""
    return [
        {
            "time": _time(record.time_unix_nano, _time(record.observed_time_unix_nano, NOW_NS)),
            "trace_id": _valid_id(record.trace_id, 16),
            "span_id": _valid_id(record.span_id, 8),
            "severity_number": record.severity_number if 0 <= record.severity_number <= 24 else 0,
            "severity_text": record.severity_text,
            "body": _text(record.body),
            "event_name": record.event_name,
            **_typed_maps(record.attributes),
            **_origin(resource_logs.resource, scope_logs.scope),
        }
        for resource_logs in request.resource_logs
        for scope_logs in resource_logs.scope_logs
        for record in scope_logs.log_records
    ]


def metric_rows(request: ExportMetricsServiceRequest) -> list[dict[str, Any]]:
    """Rows of the metric points."""
    return [
        {
            "metric_name": metric.name,
            "metric_type": kind,
            "unit": metric.unit,
            "description": metric.description,
            "temporality": _named(TEMPORALITIES, getattr(data, "aggregation_temporality", 0)),
            "is_monotonic": getattr(data, "is_monotonic", False),
            "start_time": _time(point.start_time_unix_nano, 0),
            "time": _time(point.time_unix_nano, NOW_NS),
            "attributes": {item.key: _text(item.value) for item in point.attributes},
            **_point(kind, point),
            **_exemplars(getattr(point, "exemplars", [])),
            **_origin(resource_metrics.resource, scope_metrics.scope),
        }
        for resource_metrics in request.resource_metrics
        for scope_metrics in resource_metrics.scope_metrics
        for metric in scope_metrics.metrics
        for kind in TYPES
        if metric.HasField(kind)  # type: ignore[arg-type]
        for data in [getattr(metric, kind)]
        for point in data.data_points
    ]


def _point(kind: str, point: Any) -> dict[str, Any]:
    optional = {
        name: getattr(point, name) if name in ("sum", "min", "max") and _has(point, name) else None
        for name in ("sum", "min", "max")
    }
    columns: dict[str, Any] = {"value": math.nan, "count": getattr(point, "count", 0), **optional}
    if kind in ("gauge", "sum"):
        which = point.WhichOneof("value")
        columns["value"] = float(getattr(point, which)) if which and not point.flags & 1 else math.nan
    if kind == "histogram":
        bounds, counts = list(point.explicit_bounds), list(point.bucket_counts)
        ascends = all(a < b for a, b in pairwise(bounds)) and not any(map(math.isnan, bounds))
        fits = len(counts) == len(bounds) + 1 or not (bounds or counts)
        columns["bucket_bounds"], columns["bucket_counts"] = (bounds, counts) if ascends and fits else ([], [])
    if kind == "exponential_histogram":
        for name in ("scale", "zero_count", "zero_threshold"):
            columns[name] = getattr(point, name)
        for side in ("positive", "negative"):
            columns[f"{side}_offset"] = getattr(point, side).offset
            columns[f"{side}_counts"] = list(getattr(point, side).bucket_counts)
    if kind == "summary":
        columns["sum"] = point.sum
        columns["quantiles"] = [pair.quantile for pair in point.quantile_values]
        columns["quantile_values"] = [pair.value for pair in point.quantile_values]
    return columns


def _has(point: Any, name: str) -> bool:
    return name in point.DESCRIPTOR.fields_by_name and point.DESCRIPTOR.fields_by_name[name].has_presence and point.HasField(name)


def _exemplars(exemplars: Any) -> dict[str, Any]:
    return {
        "exemplar_values": [
            math.nan if exemplar.WhichOneof("value") is None else float(getattr(exemplar, exemplar.WhichOneof("value")))
            for exemplar in exemplars
        ],
        "exemplar_times": [min(exemplar.time_unix_nano, 2**63 - 1) for exemplar in exemplars],
        "exemplar_trace_ids": [_valid_id(exemplar.trace_id, 16) for exemplar in exemplars],
        "exemplar_span_ids": [_valid_id(exemplar.span_id, 8) for exemplar in exemplars],
    }


def _origin(resource: Any, scope: Any) -> dict[str, Any]:
    return {
        "scope_name": scope.name,
        "scope_version": scope.version,
        "resource_attributes": {item.key: _text(item.value) for item in resource.attributes},
    }


def _typed_maps(attributes: Any) -> dict[str, Any]:
    maps: dict[str, dict[str, Any]] = {f"attributes{kind}": {} for kind in ("", "_int", "_double", "_bool")}
    for item in attributes:
        kind = {"int_value": "_int", "double_value": "_double", "bool_value": "_bool"}.get(item.value.WhichOneof("value"), "")
        maps[f"attributes{kind}"][item.key] = getattr(item.value, item.value.WhichOneof("value")) if kind else _text(item.value)
    return maps


def _text(value: AnyValue) -> str:
    kind = value.WhichOneof("value")
    if kind is None:
        return ""
    if kind == "string_value":
        return value.string_value
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    if kind in ("array_value", "kvlist_value"):
        return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    if kind == "double_value":
        return repr(value.double_value)
    return str(_plain(value))


def _plain(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_plain(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return _plain_map(value.kvlist_value.values)
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    plain = getattr(value, kind)
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def _plain_map(entries: Any) -> dict[str, Any]:
    return {item.key: _plain(item.value) for item in entries}


def _named(names: list[str], number: int) -> str:
    return names[number] if 0 <= number < len(names) else names[0]


def _valid_id(identifier: bytes, size_bytes: int) -> str:
    return identifier.hex() if len(identifier) == size_bytes and any(identifier) else ""


def _time(sent_ns: int, fallback_ns: int) -> int:
    return sent_ns if 0 < sent_ns <= 2**63 - 1 else fallback_ns


def comparable(value: Any) -> Any:
    """A value in a form in which NaN equals NaN, -0.0 differs from 0.0, and JSON text and doubles in text are read."""
    if isinstance(value, dict):
        return {key: comparable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [comparable(inner) for inner in value]
    if isinstance(value, float):
        return repr(value)
    return _read(value) if isinstance(value, str) else value


def _read(text: str) -> Any:
    """JSON arrays and objects, and numbers, are equal whatever way they are written."""
    if text[:1] in ("[", "{"):
        try:
            return comparable(json.loads(text))
        except ValueError:
            return text
    return repr(float(text)) if NUMBER.fullmatch(text) else text


def sorted_rows(rows: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> list[Any]:
    """Rows in an order that does not depend on how they were made."""
    return sorted((comparable(row) for row in rows), key=lambda row: json.dumps(row, sort_keys=True))
