"""OTLP values as plain values and JSON text, whatever they hold."""

import json

from hypothesis import given
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

from doubles.otlp_strategies import any_values
from doubles.spans import any_value
from watchglass.ingest.any_value import MAX_DEPTH, json_text, list_json, map_json, python_value


@given(any_values)
def test_every_value_has_json(value: AnyValue) -> None:
    """Any nesting of any kinds becomes JSON that can be read back."""
    json.loads(json_text(python_value(value)))


def test_plain_values_come_back() -> None:
    """Each kind becomes the Python value that it stands for."""
    plain = {"a": [1, 2.5, "x", True, None, {"b": []}], "c": {}}
    assert python_value(any_value(plain)) == plain
    assert python_value(any_value(b"\x00\xff")) == "AP8="


def test_nesting_is_cut_at_a_depth() -> None:
    """A value that is nested without end is followed to a depth, and null beyond it."""
    deep: list[object] = []
    for _ in range(MAX_DEPTH + 20):
        deep = [deep]
    value = python_value(any_value(deep))
    levels = 0
    while isinstance(value, list):
        value = value[0] if value else None
        levels += 1
    assert levels == MAX_DEPTH + 1


def test_unreadable_bytes_are_a_json_string() -> None:
    """What claims to be an array or a map and is none is kept as base64, in JSON that can be read."""
    assert json.loads(list_json(b"\xff\xff")) == "//8="
    assert json.loads(map_json(b"\x0a\xff")) == "Cv8="


def test_invalid_utf8_within_is_mended() -> None:
    """Text within arrays and maps is made valid where it is not."""
    array = ArrayValue(values=[AnyValue(string_value="ab")]).SerializeToString().replace(b"ab", b"a\xff")
    assert json.loads(list_json(array)) == ["a\ufffd"]
    entries = KeyValueList(values=[{"key": "kk", "value": {"string_value": "ab"}}])  # type: ignore[list-item]
    serialised = entries.SerializeToString().replace(b"ab", b"\xc3(").replace(b"kk", b"k\xff")
    assert json.loads(map_json(serialised)) == {"k\ufffd": "\ufffd("}
