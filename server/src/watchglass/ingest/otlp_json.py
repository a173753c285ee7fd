"""OTLP's JSON encoding: requests to protobuf, and the answers in the encoding of the request.

Specification: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

import base64
import binascii
from typing import Any

import orjson
from google.protobuf import json_format
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from watchglass.errors import InvalidInput
from watchglass.ingest.compression import TooLarge
from watchglass.ingest.decode import REQUESTS
from watchglass.model.records import Committed, Signal

RESPONSES: dict[Signal, type[Message]] = {
    Signal.TRACES: trace_service_pb2.ExportTraceServiceResponse,
    Signal.LOGS: logs_service_pb2.ExportLogsServiceResponse,
    Signal.METRICS: metrics_service_pb2.ExportMetricsServiceResponse,
}
REJECTED_FIELDS = {
    Signal.TRACES: "rejected_spans",
    Signal.LOGS: "rejected_log_records",
    Signal.METRICS: "rejected_data_points",
}
HEX_IDS = {
    "traceId": 16, "trace_id": 16, "spanId": 8, "span_id": 8, "parentSpanId": 8, "parent_span_id": 8,
}  # fmt: skip
"""Fields that OTLP writes in hexadecimal where protobuf's JSON has base64, and their length in bytes."""

MAX_DEPTH = 100
"""Nesting that protobuf's parser accepts as well."""

MAX_OBJECTS = 1_000_000
"""Most objects in one request: reading them takes ten microseconds each."""

OBJECT_BYTES, ITEM_BYTES = 200, 50
"""Memory of a parsed object or list, as Python and as protobuf together, and of an item in it, as measured."""


def json_to_protobuf(body: bytes, signal: Signal) -> bytes:
    """Turn a JSON request into the serialised message.

    Raises:
        InvalidInput: Not JSON, or not a request of this signal; the field is the JSON path where it can be told.
        TooLarge: It has too many objects, however short they are.
    """
    object_count = body.count(b"{")
    if object_count > MAX_OBJECTS:
        raise TooLarge("body", f"{object_count} objects in one request; the limit is {MAX_OBJECTS}, send fewer at once")
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("body", f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise InvalidInput("body", "must be a JSON object")
    _ids_to_base64(data, "", 0)
    try:
        message = json_format.ParseDict(data, REQUESTS[signal](), ignore_unknown_fields=True)
    except (json_format.ParseError, ValueError, TypeError, RecursionError) as error:
        raise InvalidInput("body", f"not a {REQUESTS[signal].DESCRIPTOR.name}: {str(error)[:500]}") from error
    return message.SerializeToString()


def parsed_bytes(body: bytes) -> int:
    """About how much memory parsing the JSON takes, in bytes: a short text can stand for very many objects."""
    return OBJECT_BYTES * (body.count(b"{") + body.count(b"[")) + ITEM_BYTES * body.count(b",")


def _ids_to_base64(node: Any, path: str, depth: int) -> None:
    """Rewrite hexadecimal ids in place; the content of attribute values is left alone."""
    if depth > MAX_DEPTH:
        raise InvalidInput(path[:200], f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(node, list):
        for position, item in enumerate(node):
            if isinstance(item, dict | list):
                _ids_to_base64(item, f"{path}[{position}]", depth + 1)
        return
    for key, value in node.items():
        here = f"{path}.{key}" if path else key
        if key in HEX_IDS:
            node[key] = _base64_id(value, here, HEX_IDS[key])
        elif isinstance(value, dict | list):
            _ids_to_base64(value, here, depth + 1)


def _base64_id(value: Any, path: str, size_bytes: int) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or len(value) != 2 * size_bytes:
        raise InvalidInput(path, f"must be {2 * size_bytes} hexadecimal digits")
    try:
        return base64.b64encode(binascii.unhexlify(value)).decode()
    except (binascii.Error, ValueError):
        raise InvalidInput(path, f"must be {2 * size_bytes} hexadecimal digits") from None


def response_bytes(signal: Signal, committed: Committed, as_json: bool) -> bytes:
    """Write Export*ServiceResponse; partial_success is set only when something was rejected."""
    response = RESPONSES[signal]()
    if committed.rejected_rows:
        partial = response.partial_success  # type: ignore[attr-defined]
        setattr(partial, REJECTED_FIELDS[signal], committed.rejected_rows)
        partial.error_message = committed.message
    return json_format.MessageToJson(response, indent=None).encode() if as_json else response.SerializeToString()


def status_message(code: int, message: str, retry_after_s: float = 0.0) -> Status:
    """Build a google.rpc.Status, with RetryInfo when the request may be sent again after `retry_after_s` seconds."""
    status = Status(code=code, message=message)
    if retry_after_s:
        delay = Duration()
        delay.FromNanoseconds(int(retry_after_s * 1e9))
        detail = AnyMessage()
        detail.Pack(RetryInfo(retry_delay=delay))
        status.details.append(detail)
    return status


def status_bytes(code: int, message: str, as_json: bool, retry_after_s: float = 0.0) -> bytes:
    """Write a google.rpc.Status as the body of a refused request."""
    status = status_message(code, message, retry_after_s)
    return json_format.MessageToJson(status, indent=None).encode() if as_json else status.SerializeToString()
