"""Log and metric requests, exports of any signal, and the rows that come of them as plain dicts."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from doubles.spans import START_NS, NoPrices, any_value
from watchglass.ingest.logs import LogDecoder
from watchglass.ingest.metrics import MetricDecoder
from watchglass.ingest.traces import TraceDecoder
from watchglass.model.records import Export, Signal
from watchglass.store.commit import Decode, Decoded
from watchglass.store.ledger import batch_id

TOLERANCE_S = 600
NOW_NS = START_NS + 10_000_000_000
"""The time of the commit in these tests; rows later than TOLERANCE_S after it are in the future."""

DECODERS: dict[Signal, Decode] = {
    Signal.TRACES: TraceDecoder(NoPrices(), future_tolerance_s=TOLERANCE_S),
    Signal.LOGS: LogDecoder(future_tolerance_s=TOLERANCE_S),
    Signal.METRICS: MetricDecoder(future_tolerance_s=TOLERANCE_S),
}


def key_values(attributes: Mapping[str, Any]) -> list[KeyValue]:
    """Plain attributes as OTLP writes them."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def log_request(
    records: Sequence[Mapping[str, Any]], *, scope: str = "", resource: Mapping[str, Any] | None = None
) -> ExportLogsServiceRequest:
    """An export request of log records.

    Args:
        records: A dict each, with fields of the protocol (time_unix_nano, severity_number, ...); `body` and `attributes`
            are plain values.
        scope: Instrumentation scope.
        resource: Resource attributes.
    """
    request = ExportLogsServiceRequest()
    resource_logs = request.resource_logs.add()
    resource_logs.resource.attributes.extend(key_values(resource or {}))
    scope_logs = resource_logs.scope_logs.add()
    scope_logs.scope.name = scope
    for record in records:
        plain = {key: value for key, value in record.items() if key not in ("body", "attributes")}
        added = scope_logs.log_records.add(**{"time_unix_nano": START_NS, **plain})
        added.attributes.extend(key_values(record.get("attributes", {})))
        if "body" in record:
            added.body.CopyFrom(any_value(record["body"]))
    return request


def metric_request(
    metrics: Sequence[Metric], *, scope: str = "", version: str = "", resource: Mapping[str, Any] | None = None
) -> ExportMetricsServiceRequest:
    """An export request of metrics of one scope (`scope`, `version`) and one resource."""
    request = ExportMetricsServiceRequest()
    resource_metrics = request.resource_metrics.add()
    resource_metrics.resource.attributes.extend(key_values(resource or {}))
    scope_metrics = resource_metrics.scope_metrics.add()
    scope_metrics.scope.name = scope
    scope_metrics.scope.version = version
    scope_metrics.metrics.extend(metrics)
    return request


def export(signal: Signal, request: Message | bytes, project_id: str = "p") -> Export:
    """A request as the committer gets it."""
    body = request if isinstance(request, bytes) else request.SerializeToString()
    return Export(signal, project_id, body, batch_id(project_id, signal, body), received_at_ns=START_NS)


def decode(signal: Signal, *requests: Message | bytes) -> Decoded:
    """Decode one group."""
    return DECODERS[signal]([export(signal, request) for request in requests], NOW_NS)


def rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """Rows as dicts by column name; maps as dicts, times as nanoseconds since 1970."""
    plain: dict[str, list[Any]] = {}
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_timestamp(field.type):
            plain[field.name] = column.cast(pa.int64()).to_pylist()
        elif pa.types.is_map(field.type):
            plain[field.name] = [dict(pairs) for pairs in column.to_pylist()]
        elif pa.types.is_list(field.type) and pa.types.is_timestamp(field.type.value_type):
            plain[field.name] = column.cast(pa.list_(pa.int64())).to_pylist()
        else:
            plain[field.name] = column.to_pylist()
    return [dict(zip(plain, values, strict=True)) for values in zip(*plain.values(), strict=True)]


def decoded_rows(signal: Signal, *requests: Message | bytes) -> list[dict[str, Any]]:
    """The rows of one group; every export must be readable."""
    decoded = decode(signal, *requests)
    errors = [outcome for outcome in decoded.outcomes if isinstance(outcome, Exception)]
    assert not errors, errors
    return rows(decoded.batch)
