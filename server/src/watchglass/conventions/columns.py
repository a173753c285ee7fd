"""Attribute entries in, values of a canonical column out; and the laying of values over a column."""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import BOOL, DOUBLE, INT, TEXT, FlatAttributes
from watchglass.conventions.converters import CONVERTERS, LOSSY, numbers_of_text
from watchglass.conventions.parts import plain_text
from watchglass.conventions.registry import FieldRule
from watchglass.model.arrow import arrow_type
from watchglass.model.fields import fields_of

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]

MAX_UINT64, MAX_INT64 = 2**64 - 1, 2**63 - 1


@cache
def span_type(field: str) -> pa.DataType:
    """Return the Arrow type of a span column.

    Raises:
        KeyError: Spans have no such column.
    """
    return arrow_type(fields_of("spans")[field].type)


def read_values(
    field: str, attributes: FlatAttributes, entries: Positions, rule: FieldRule
) -> tuple[pa.Array, Mask]:
    """Read attribute entries as values of `field`.

    Returns:
        Values of the column's type, one an entry, and which of them could be read, shape (entries,).

    A value that a map or a converter made nothing of (null) counts as not read.
    """
    kind = span_type(field)
    if rule.convert:
        values = CONVERTERS[rule.convert](_raw(attributes, entries))
    elif pa.types.is_boolean(kind):
        values = _booleans(attributes, entries)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        values = _numbers(attributes, entries)
    elif pa.types.is_list(kind):
        values = _lists(attributes, entries)
    else:
        values = _texts(attributes, entries)
    if rule.value_map is not None:
        values = _mapped(values, rule.value_map)
    values = _fitted(values, kind)
    return values, values.is_valid().to_numpy(zero_copy_only=False)


def _raw(attributes: FlatAttributes, entries: Positions) -> pa.Array:
    """The entries in their own type where they share one, else as text: what converters take."""
    kinds = np.unique(attributes.kind[entries])
    indices = pa.array(entries)
    if len(kinds) == 1 and kinds[0] in (INT, DOUBLE, BOOL):
        column = {INT: attributes.ints, DOUBLE: attributes.doubles, BOOL: attributes.bools}[int(kinds[0])]
        return column.take(indices)
    return _texts(attributes, entries)


def _texts(attributes: FlatAttributes, entries: Positions) -> pa.StringArray:
    indices = pa.array(entries)
    text = attributes.text.take(indices)
    if not text.null_count:
        return text
    for column in (attributes.ints, attributes.doubles, attributes.bools):
        text = pc.coalesce(text, column.take(indices).cast(pa.string()))
    return text


def _numbers(attributes: FlatAttributes, entries: Positions) -> pa.Array:
    indices = pa.array(entries)
    kinds = attributes.kind[entries]
    if (kinds == INT).all():
        return attributes.ints.take(indices)
    doubles = pc.coalesce(attributes.doubles.take(indices), attributes.ints.take(indices).cast(pa.float64()))
    if (kinds == TEXT).any():
        # numbers may come as text; what is not a number stays null
        texts = attributes.text.take(indices)
        doubles = pc.coalesce(doubles, numbers_of_text(texts))
    return doubles


def _booleans(attributes: FlatAttributes, entries: Positions) -> pa.BooleanArray:
    indices = pa.array(entries)
    bools = attributes.bools.take(indices)
    if not bools.null_count:
        return bools
    text = pc.utf8_lower(_texts(attributes, entries))
    said = pc.if_else(pc.is_in(text, pa.array(["true", "1", "1.0"])), True, pa.scalar(None, pa.bool_()))
    denied = pc.if_else(pc.is_in(text, pa.array(["false", "0", "0.0"])), False, pa.scalar(None, pa.bool_()))
    return pc.coalesce(bools, said, denied)


def _lists(attributes: FlatAttributes, entries: Positions) -> pa.ListArray:
    """Read lists of text: a JSON array, or a single value."""
    encoded = _texts(attributes, entries).dictionary_encode()
    lists = pa.array([list_of_text(text) for text in encoded.dictionary.to_pylist()], pa.list_(pa.string()))
    return lists.take(encoded.indices)


def list_of_text(text: str) -> list[str]:
    """Read a JSON array as a list of text; anything else is a list of one."""
    if text.startswith("["):
        try:
            items = orjson.loads(text)
        except orjson.JSONDecodeError:
            return [text]
        if isinstance(items, list):
            return [plain_text(item) for item in items if item is not None]
    return [text]


def says_it_all(attributes: FlatAttributes, entries: Positions, values: pa.Array, rule: FieldRule) -> Mask:
    """Whether the column keeps all that each entry said, so that the maps need not, shape (entries,)."""
    if rule.value_map is None and rule.convert not in LOSSY:
        return np.ones(len(entries), dtype=bool)
    if not pa.types.is_string(values.type):
        return np.zeros(len(entries), dtype=bool)
    same: Mask = pc.equal(values, _texts(attributes, entries)).to_numpy(zero_copy_only=False)
    return same


def _mapped(values: pa.StringArray, value_map: Mapping[str, str | None]) -> pa.StringArray:
    """Translate values; what the map does not know is lower-cased."""
    encoded = values.dictionary_encode()
    words = [None if word is None else value_map.get(word, word.lower()) for word in encoded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(encoded.indices)


def _fitted(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Cast to the column's type; what does not fit (a negative count, a fraction of one, not a number) is null."""
    if values.type == kind:
        return values
    if pa.types.is_integer(kind) and pa.types.is_floating(values.type):
        values = pc.round(values)
        least = 0.0 if pa.types.is_unsigned_integer(kind) else -(2.0**63)
        fits = pc.and_(pc.greater_equal(values, least), pc.less(values, 2.0**63))
        values = pc.if_else(fits, values, pa.scalar(None, values.type))
    elif pa.types.is_unsigned_integer(kind) and pa.types.is_signed_integer(values.type):
        values = pc.if_else(pc.greater_equal(values, 0), values, pa.scalar(None, values.type))
    return values.cast(kind, safe=False)


def overlay(
    column: pa.Array | None, field: str, rows: Positions, values: pa.Array, row_count: int
) -> pa.Array:
    """Lay `values` over `rows` of a column, which begins as all null."""
    if column is None and len(rows) == row_count and (rows == np.arange(row_count)).all():
        return values
    where = np.full(row_count, -1, dtype=np.int64)
    where[rows] = np.arange(len(rows))
    laid = values.take(pa.array(where, mask=where < 0))
    if column is None:
        return laid
    if pa.types.is_nested(span_type(field)):
        # coalesce has no kernel for lists: choose by position in the two laid end to end
        chosen = np.where(where >= 0, np.arange(row_count), np.arange(row_count) + row_count)
        return pa.concat_arrays([laid, column]).take(pa.array(chosen))
    return pc.coalesce(laid, column)


def column_from_python(field: str, by_row: Mapping[int, object]) -> tuple[pa.Array, Positions]:
    """Turn values that are `coerced` already into a column.

    Returns:
        Values of the column's type and their rows, ascending.
    """
    rows = sorted(by_row)
    return pa.array([by_row[row] for row in rows], span_type(field)), np.array(rows, dtype=np.int64)


def coerced(field: str, value: Any) -> Any:
    """Turn a builder's value into the column's Python type, None where it does not fit.

    Raises:
        KeyError: Spans have no such column.
        TypeError: The value is nested deeper than JSON is written.
    """
    kind = span_type(field)
    if value is None:
        return None
    if pa.types.is_list(kind):
        return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
    if pa.types.is_boolean(kind):
        return value if isinstance(value, bool) else None
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if pa.types.is_floating(kind):
        return float(value)
    low, high = (0, MAX_UINT64) if pa.types.is_unsigned_integer(kind) else (-MAX_INT64, MAX_INT64)
    return int(value) if low <= value <= high else None
