"""Flat attributes back as plain Python values, for the few rows that need them whole."""

from typing import Any

import numpy as np
import orjson

from watchglass.conventions.attributes import BOOL, DOUBLE, EMPTY, INT, FlatAttributes


def plain_attributes(attributes: FlatAttributes) -> list[dict[str, Any]]:
    """All rows' attributes as plain values, one dict a row."""
    result: list[dict[str, Any]] = [{} for _ in range(attributes.row_count)]
    values = _plain_values(attributes, slice(0, len(attributes)))
    for row, code, value in zip(attributes.row.tolist(), attributes.code.tolist(), values, strict=True):
        result[row][attributes.keys[code]] = value
    return result


def plain_row(attributes: FlatAttributes, row: int) -> dict[str, Any]:
    """One row's attributes as plain values."""
    first, last = np.searchsorted(attributes.row, (row, row + 1)).tolist()
    entries = slice(first, last)
    keys = [attributes.keys[code] for code in attributes.code[entries].tolist()]
    return dict(zip(keys, _plain_values(attributes, entries), strict=True))


def _plain_values(attributes: FlatAttributes, entries: slice) -> list[Any]:
    kinds = attributes.kind[entries].tolist()
    values: list[Any] = attributes.text[entries].to_pylist()
    for kind, column in ((INT, attributes.ints), (DOUBLE, attributes.doubles), (BOOL, attributes.bools)):
        if kind in kinds:
            typed = column[entries].to_pylist()
            values = [new if here == kind else old for here, new, old in zip(kinds, typed, values, strict=True)]
    for position in np.flatnonzero(attributes.is_json[entries]).tolist():
        values[position] = orjson.loads(values[position])
    return [None if kind == EMPTY else value for kind, value in zip(kinds, values, strict=True)]
