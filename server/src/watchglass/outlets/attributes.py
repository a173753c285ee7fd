"""Plain values and stored columns as OTLP attributes."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import orjson
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from watchglass.conventions.registry import Convention, load_conventions
from watchglass.model.fields import load_fields

TYPED_MAPS = ("attributes", "attributes_int", "attributes_double", "attributes_bool")
INT64 = range(-(2**63), 2**63)

WIDELY_READ = {"input_value": "input.value", "output_value": "output.value", "tags": "tag.tags", "client_cost_usd": "llm.cost.total"}
"""Names of what OpenTelemetry has none for, as OpenInference has them; a span's own convention comes first."""


def any_value(value: Any) -> AnyValue:
    """Write a plain value: None, str, bool, int, float, list or map; an integer that int64 lacks as text."""
    written = AnyValue()
    if isinstance(value, bool):
        written.bool_value = value
    elif isinstance(value, str):
        written.string_value = value
    elif isinstance(value, int):
        if value in INT64:
            written.int_value = value
        else:
            written.string_value = str(value)
    elif isinstance(value, float):
        written.double_value = value
    elif isinstance(value, list):
        written.array_value.SetInParent()
        written.array_value.values.extend(any_value(item) for item in value)
    elif isinstance(value, Mapping):
        written.kvlist_value.SetInParent()
        written.kvlist_value.values.extend(key_values(value))
    return written


def key_values(attributes: Mapping[str, Any]) -> Iterable[KeyValue]:
    """Write a map as attributes."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def json_object(text: str) -> dict[str, Any]:
    """Read attributes that are stored as a JSON object; nothing where there are none."""
    try:
        value = orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def typed_attributes(row: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a row that no column took, each in its type."""
    return {key: value for name in TYPED_MAPS for key, value in row[name].items()}


def span_attributes(row: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a span: what columns took, under OpenTelemetry's names, and what none took as it was sent."""
    attributes: dict[str, Any] = {}
    for column in _attribute_columns():
        value = row[column]
        if value is None or value == "" or value == [] or value is False:
            continue
        key = _key(column, row["convention"])
        if key:
            attributes[key] = value / 1e9 if column == "time_to_first_token_ns" else value
    return {**attributes, **typed_attributes(row)}


@cache
def _attribute_columns() -> tuple[str, ...]:
    """Columns of spans that attributes fill, less those that the resource fills."""
    of_resource = {"service_name", "service_instance_id", "release", "environment", "host_name"}
    fields = load_fields()["spans"]
    return tuple(field.name for field in fields if field.source == "convention" and field.name not in of_resource)


@cache
def _key(column: str, convention: str) -> str:
    conventions = {it.name: it for it in load_conventions()}
    base = load_conventions()[0]
    if column in base.fields:
        return base.fields[column].sources[0]
    return _own_key(conventions.get(convention), column) or WIDELY_READ.get(column, "")


def _own_key(convention: Convention | None, column: str) -> str:
    rule = convention.fields.get(column) if convention else None
    return rule.sources[0] if rule and not rule.convert and rule.value_map is None else ""
