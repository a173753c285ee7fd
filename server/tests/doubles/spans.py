"""Spans written as plain dicts, and the rows that the decoder makes of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from watchglass.ingest.traces import TraceDecoder
from watchglass.model.records import Export, Signal

START_NS = 1_700_000_000_000_000_000
KINDS = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}


class NoPrices:
    """Prices that know no model."""

    def price(self, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """Price nothing."""
        return {}


def any_value(value: Any) -> AnyValue:
    """A plain value (None, str, bool, int, float, bytes, list or dict) as OTLP writes it."""
    if value is None:
        return AnyValue()
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, str):
        return AnyValue(string_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, bytes):
        return AnyValue(bytes_value=value)
    written = AnyValue()
    if isinstance(value, Mapping):
        written.kvlist_value.SetInParent()
        for key, inner in value.items():
            written.kvlist_value.values.add(key=key).value.CopyFrom(any_value(inner))
    else:
        written.array_value.SetInParent()
        for inner in value:
            written.array_value.values.add().CopyFrom(any_value(inner))
    return written


def trace_request(
    spans: Sequence[Mapping[str, Any]], *, scope: str = "", resource: Mapping[str, Any] | None = None
) -> ExportTraceServiceRequest:
    """An export request of spans.

    Args:
        spans: A dict each; all keys are optional: name, kind (internal, client, ...), scope, attributes, trace_id and
            span_id and parent_span_id (bytes), start_ns, duration_ns, error (status message), and events
            (name, after_ns, attributes).
        scope: Instrumentation scope of spans that name none.
        resource: Resource attributes.
    """
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    for key, value in (resource or {}).items():
        resource_spans.resource.attributes.add(key=key).value.CopyFrom(any_value(value))
    for number, span in enumerate(spans, start=1):
        scope_spans = resource_spans.scope_spans.add()
        scope_spans.scope.name = span.get("scope", scope)
        start_ns = span.get("start_ns", START_NS)
        written = scope_spans.spans.add(
            trace_id=span.get("trace_id", (1).to_bytes(16, "big")),
            span_id=span.get("span_id", number.to_bytes(8, "big")),
            parent_span_id=span.get("parent_span_id", b""),
            name=span.get("name", "span"),
            kind=KINDS.get(span.get("kind", ""), 0),
            start_time_unix_nano=start_ns,
            end_time_unix_nano=start_ns + span.get("duration_ns", 1_000_000_000),
        )
        if "error" in span:
            written.status.code = 2
            written.status.message = span["error"]
        for key, value in span.get("attributes", {}).items():
            written.attributes.add(key=key).value.CopyFrom(any_value(value))
        for event in span.get("events", ()):
            added = written.events.add(name=event["name"], time_unix_nano=start_ns + event.get("after_ns", 0))
            for key, value in event.get("attributes", {}).items():
                added.attributes.add(key=key).value.CopyFrom(any_value(value))
    return request


def trace_export(request: ExportTraceServiceRequest, project_id: str = "p") -> Export:
    """A request as the committer gets it."""
    return Export(Signal.TRACES, project_id, request.SerializeToString(), batch_id=1, received_at_ns=START_NS)


def decode_spans(spans: Sequence[Mapping[str, Any]], *, scope: str = "", **request: Any) -> list[dict[str, Any]]:
    """The rows that the decoder makes of spans (see trace_request), as dicts by column name; maps as dicts too."""
    export = trace_export(trace_request(spans, scope=scope, **request))
    batch = TraceDecoder(NoPrices(), future_tolerance_s=600)([export], START_NS + 10_000_000_000).batch
    rows: list[dict[str, Any]] = batch.to_pylist()
    maps = [field.name for field in batch.schema if pa.types.is_map(field.type)]
    return [{**row, **{name: dict(row[name]) for name in maps}} for row in rows]


def decode_span(attributes: Mapping[str, Any], *, scope: str = "", **span: Any) -> dict[str, Any]:
    """The row of one span with these attributes."""
    return decode_spans([{"attributes": attributes, **span}], scope=scope)[0]
