"""Nested Arrow arrays of the protocol flattened: lists to their items, structs to their fields, attributes to entries."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import BOOL, DOUBLE, EMPTY, INT, TEXT, FlatAttributes, KeyCodes
from watchglass.ingest.any_value import list_json, map_json, text_of_bytes


def children(parents: pa.ListArray) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Flatten a list column.

    Returns:
        The items, and the position of each item's parent, shape (items,), ascending.
    """
    lengths = parents.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    return parents.flatten(), np.repeat(np.arange(len(parents), dtype=np.int64), lengths)


def struct_fields(structs: pa.StructArray) -> dict[str, pa.Array]:
    """The children of a struct column by name, null where the struct is null."""
    return dict(zip([field.name for field in structs.type], structs.flatten(), strict=True))


def flatten_attributes(lists: pa.ListArray) -> FlatAttributes:
    """Flatten a column of KeyValue lists, one list a row; a null list has no attributes."""
    entries, row = children(lists)
    fields = struct_fields(entries)
    keys = fields["key"].dictionary_encode()
    codes = keys.indices.to_numpy(zero_copy_only=False)
    return _flat_values(fields["value"], len(lists), row, codes, keys.dictionary.to_pylist())


def flatten_values(values: pa.StructArray, key: str) -> FlatAttributes:
    """Take a column of AnyValues, one a row, as attributes that all have the same `key`."""
    row = np.arange(len(values), dtype=np.int64)
    return _flat_values(values, len(values), row, np.zeros(len(values), dtype=np.int32), [key])


def _flat_values(
    any_values: pa.StructArray, row_count: int, row: npt.NDArray[np.int64], code: KeyCodes, keys: list[str]
) -> FlatAttributes:
    values = struct_fields(any_values)
    text = values["string_value"]
    is_json = np.zeros(len(row), dtype=bool)
    for name, write in (("array_value", list_json), ("kvlist_value", map_json), ("bytes_value", text_of_bytes)):
        column = values[name]
        if column.null_count == len(column):
            continue
        present = column.is_valid()
        # most such values repeat (finish reasons, tags), so each distinct one is written once
        distinct = column.drop_null().dictionary_encode()
        written = pa.array([write(value) for value in distinct.dictionary.to_pylist()], pa.string())
        text = pc.replace_with_mask(text, present, written.take(distinct.indices))
        if name != "bytes_value":
            is_json |= present.to_numpy(zero_copy_only=False)
    kind = np.full(len(row), EMPTY, dtype=np.int8)
    ints, doubles, bools = values["int_value"], values["double_value"], values["bool_value"]
    for kind_code, column in ((TEXT, text), (INT, ints), (DOUBLE, doubles), (BOOL, bools)):
        if column.null_count < len(column):
            kind[column.is_valid().to_numpy(zero_copy_only=False)] = kind_code
    return FlatAttributes(
        row_count=row_count,
        row=row,
        code=code,
        keys=keys,
        kind=kind,
        text=text,
        is_json=is_json,
        ints=ints,
        doubles=doubles,
        bools=bools,
    )


def named(codes: pa.Array, names: pa.StringArray) -> pa.StringArray:
    """Names of an enumeration's numbers; a number that is not known is the first."""
    known = pc.and_(pc.greater_equal(codes, 0), pc.less(codes, len(names)))
    return names.take(pc.if_else(known, codes, 0))
