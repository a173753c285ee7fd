"""Rows of an SQL answer as JSON values: instants as RFC 3339 text, what is not a number as null, the rest by its type."""

import ipaddress
import math
import re
from typing import Any

import orjson
import pyarrow as pa

from watchglass.query.scope import format_time

_ENUM_ITEM = re.compile(r"'((?:[^'\\]|\\.)*)' = (-?\d+)")
_WRAPPERS = ("Nullable", "LowCardinality")
_AS_THEY_ARE = frozenset({"String", "Bool", "UInt8", "UInt16", "UInt32", "UInt64", "Int8", "Int16", "Int32", "Int64"})
"""Types whose Python values are JSON's."""


def json_rows(table: pa.Table, types: tuple[str, ...]) -> list[list[Any]]:
    """Return the rows as lists of JSON values.

    Integers up to 64 bits stay numbers, wider ones and decimals are text; tuples with names and maps are objects.

    Args:
        table: The rows.
        types: ClickHouse type of each column.
    """
    # chunk by chunk, as chunks of some types (unions) cannot be put together
    columns = [
        [value for chunk in column.chunks for value in json_values(chunk, kind)]
        for column, kind in zip(table.columns, types, strict=True)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def json_values(array: pa.Array, clickhouse_type: str) -> list[Any]:
    """Return the items of one column as JSON values."""
    name, arguments = split_type(clickhouse_type)
    while name in _WRAPPERS:
        name, arguments = split_type(arguments[0])
    if name in ("SimpleAggregateFunction", "Array", "Map", "Tuple") and array.type == pa.null():
        return [None] * len(array)
    if name == "SimpleAggregateFunction":
        return json_values(array, arguments[1])
    if name == "Map":
        pairs = _lists(array, list(zip(json_values(array.keys, arguments[0]), json_values(array.items, arguments[1]), strict=True)))
        return [None if it is None else {str(key): value for key, value in it} for it in pairs]
    if pa.types.is_list(array.type):
        return _lists(array, json_values(array.values, arguments[0] if name == "Array" else "Tuple(Float64, Float64)"))
    if pa.types.is_struct(array.type):
        return _tuples(array, arguments)
    values = _plain(array)
    if name in _AS_THEY_ARE:
        return values
    return [None if value is None else _scalar(value, name, clickhouse_type) for value in values]


def split_type(clickhouse_type: str) -> tuple[str, list[str]]:
    """Return a type's name and its arguments.

    >>> split_type("Map(LowCardinality(String), DateTime64(9, 'UTC'))")
    ('Map', ['LowCardinality(String)', "DateTime64(9, 'UTC')"])
    """
    name, parenthesis, rest = clickhouse_type.partition("(")
    if not parenthesis:
        return name, []
    parts, depth, quote, start = [], 0, "", 0
    inner = rest[:-1]
    position = 0
    while position < len(inner):
        letter = inner[position]
        if quote:
            position += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'`":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "," and not depth:
            parts.append(inner[start:position].strip())
            start = position + 1
        position += 1
    return name, [*parts, inner[start:].strip()]


def _lists(array: pa.Array, items: list[Any]) -> list[Any]:
    offsets = array.offsets.to_pylist()
    return [
        items[start:end] if valid else None
        for start, end, valid in zip(offsets, offsets[1:], array.is_valid().to_pylist(), strict=False)
    ]


def _tuples(array: pa.Array, arguments: list[str]) -> list[Any]:
    names = [field.name for field in array.type]
    kinds = [_without_name(argument) for argument in arguments] or ["Float64"] * len(names)
    columns = [json_values(array.field(index), kind) for index, kind in enumerate(kinds)]
    has_names = names != [str(index + 1) for index in range(len(names))]
    rows: list[Any] = [dict(zip(names, row, strict=True)) if has_names else list(row) for row in zip(*columns, strict=True)]
    return [row if valid else None for row, valid in zip(rows, array.is_valid().to_pylist(), strict=True)]


def _without_name(argument: str) -> str:
    match = re.match(r"(?:`(?:[^`\\]|\\.)*`|\w+) (?=\w)", argument)
    return argument[match.end() :] if match else argument


def _plain(array: pa.Array) -> list[Any]:
    """The items as Python values, instants as nanoseconds since 1970."""
    if pa.types.is_timestamp(array.type):
        return array.cast(pa.timestamp("ns", array.type.tz)).cast(pa.int64()).to_pylist()
    try:
        return array.to_pylist()
    except UnicodeDecodeError:
        return [None if item is None else item.decode("utf-8", "replace") for item in array.cast(pa.binary()).to_pylist()]


def _scalar(value: Any, name: str, clickhouse_type: str) -> Any:
    if name == "DateTime64":
        return format_time(value)
    if name in ("DateTime", "DateTime32"):
        return format_time(value * 10**9)
    if name.startswith("Enum"):
        return _enum(clickhouse_type)[value]
    if name == "IPv4":
        return str(ipaddress.IPv4Address(value))
    if name == "IPv6":
        return str(ipaddress.IPv6Address(value))
    if name in ("JSON", "Dynamic", "Variant") and isinstance(value, str):
        return _json(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        is_integer = name.removeprefix("U").startswith("Int")
        return str(int.from_bytes(value, "little", signed=name[0] == "I")) if is_integer else value.decode("utf-8", "replace")
    return value if isinstance(value, bool | int | str) else str(value)


def _enum(clickhouse_type: str) -> dict[int, str]:
    return {int(number): re.sub(r"\\(.)", r"\1", text) for text, number in _ENUM_ITEM.findall(clickhouse_type)}


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
