"""The Arrow type of each column, from its ClickHouse type."""

import re
from functools import cache

import numpy as np
import pyarrow as pa

from watchglass.model.fields import fields_of

_SCALARS = {
    "String": pa.string(),
    "Bool": pa.bool_(),
    "UInt8": pa.uint8(),
    "UInt16": pa.uint16(),
    "UInt32": pa.uint32(),
    "UInt64": pa.uint64(),
    "Int32": pa.int32(),
    "Int64": pa.int64(),
    "Float64": pa.float64(),
}


@cache
def arrow_type(clickhouse_type: str) -> pa.DataType:
    """Return the Arrow type that a column of `clickhouse_type` is inserted as.

    Raises:
        ValueError: A type that the schema does not use.
    """
    wrapped = re.fullmatch(r"(?:LowCardinality|Nullable)\((.*)\)", clickhouse_type)
    if wrapped:
        return arrow_type(wrapped.group(1))
    listed = re.fullmatch(r"Array\((.*)\)", clickhouse_type)
    if listed:
        return pa.list_(arrow_type(listed.group(1)))
    mapped = re.fullmatch(r"Map\(LowCardinality\(String\), (\w+)\)", clickhouse_type)
    if mapped:
        return pa.map_(pa.string(), arrow_type(mapped.group(1)))
    if clickhouse_type.startswith("DateTime64(9"):
        return pa.timestamp("ns", tz="UTC")
    if clickhouse_type.startswith("DateTime64(3"):
        return pa.timestamp("ms", tz="UTC")
    if clickhouse_type in _SCALARS:
        return _SCALARS[clickhouse_type]
    raise ValueError(f"no Arrow type for {clickhouse_type}")


@cache
def table_schema(table: str) -> pa.Schema:
    """Return the Arrow schema in which rows of `table` are inserted, columns in storage order."""
    return pa.schema(
        [pa.field(field.name, arrow_type(field.type), field.is_nullable) for field in fields_of(table).values()]
    )


def default_column(table: str, name: str, row_count: int) -> pa.Array:
    """Return `row_count` defaults of a column: null where it can be, else empty text, 0, false, an empty list or map."""
    field = fields_of(table)[name]
    kind = arrow_type(field.type)
    if field.is_nullable or not row_count:
        return pa.nulls(row_count, kind)
    if pa.types.is_list(kind) or pa.types.is_map(kind):
        return _empty_lists(kind, row_count)
    return pa.repeat(default_value(kind), row_count)


def _empty_lists(kind: pa.DataType, row_count: int) -> pa.Array:
    """Lists, or maps, of nothing: `repeat` copies them one by one, which was half of what it took to decode metric points."""
    offsets = pa.array(np.zeros(row_count + 1, dtype=np.int32))
    if pa.types.is_map(kind):
        return pa.MapArray.from_arrays(offsets, pa.nulls(0, kind.key_type), pa.nulls(0, kind.item_type)).cast(kind)
    return pa.ListArray.from_arrays(offsets, pa.nulls(0, kind.value_type)).cast(kind)


def default_value(kind: pa.DataType) -> pa.Scalar:
    """Return the value that stands for nothing in a column that cannot be null."""
    if pa.types.is_string(kind):
        return pa.scalar("", kind)
    if pa.types.is_boolean(kind):
        return pa.scalar(False, kind)
    if pa.types.is_list(kind) or pa.types.is_map(kind):
        return pa.scalar([], kind)
    return pa.scalar(0, kind)


def filled(table: str, name: str, column: pa.Array) -> pa.Array:
    """Return `column` with nulls replaced where the table's column cannot be null."""
    field = fields_of(table)[name]
    if field.is_nullable or not column.null_count:
        return column
    kind = arrow_type(field.type)
    if pa.types.is_list(kind):
        # fill_null has no kernel for lists: an absent list has no items, so only the validity goes
        return pa.ListArray.from_arrays(_packed_offsets(column), column.flatten())
    return column.fill_null(default_value(kind))


def _packed_offsets(lists: pa.ListArray) -> pa.Array:
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    return pa.array([0, *lengths.cumsum().tolist()], pa.int32())
