"""OTLP AnyValue in, plain Python values or JSON text out."""

import base64
from typing import Any, TypeVar

import orjson
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

from watchglass.ingest.utf8 import repair_utf8

M = TypeVar("M", bound=Message)

MAX_DEPTH = 64
"""Nesting that is followed; deeper values are written as null. (protobuf itself stops at 100.)"""


def python_value(value: AnyValue, depth: int = 0) -> Any:
    """Return the plain value: None, str, bool, int, float, list, dict, or base64 text for bytes."""
    kind = value.WhichOneof("value")
    if kind is None or depth > MAX_DEPTH:
        return None
    if kind == "array_value":
        return [python_value(item, depth + 1) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {item.key: python_value(item.value, depth + 1) for item in value.kvlist_value.values}
    if kind == "bytes_value":
        return text_of_bytes(value.bytes_value)
    return getattr(value, kind)


def json_text(value: Any) -> str:
    """Write a plain value as JSON; NaN and infinities become null, as JSON has none."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def list_json(serialised: bytes) -> str:
    """Write a serialised ArrayValue as JSON; a JSON string of its base64 where it cannot be read."""
    message = _read(ArrayValue, serialised)
    if message is None:
        return json_text(text_of_bytes(serialised))
    return json_text([python_value(item) for item in message.values])


def map_json(serialised: bytes) -> str:
    """Write a serialised KeyValueList as a JSON object; a JSON string of its base64 where it cannot be read."""
    message = _read(KeyValueList, serialised)
    if message is None:
        return json_text(text_of_bytes(serialised))
    return json_text({item.key: python_value(item.value) for item in message.values})


def _read(kind: type[M], serialised: bytes) -> M | None:
    """Read a nested value; the decoder of the whole request took it as opaque bytes, so it is checked here."""
    message = kind()
    try:
        message.ParseFromString(serialised)
    except DecodeError:
        try:
            message.ParseFromString(repair_utf8(serialised, kind))
        except DecodeError:
            return None
    return message


def text_of_bytes(value: bytes) -> str:
    """Write bytes as base64."""
    return base64.b64encode(value).decode()
