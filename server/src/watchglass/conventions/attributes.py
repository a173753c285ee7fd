"""Attributes of many rows as flat columns: the form in which conventions and storage read them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

EMPTY, TEXT, INT, DOUBLE, BOOL = range(5)
"""Kinds of a value. Arrays, maps and bytes are TEXT: JSON, or base64 for bytes."""

KeyCodes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class FlatAttributes:
    """The attributes of n rows, one entry an attribute, rows in ascending order.

    Attributes:
        row_count: n.
        row: Row of each entry, shape (entries,), ascending.
        code: Position of each entry's key in `keys`, shape (entries,).
        keys: The distinct keys.
        kind: EMPTY, TEXT, INT, DOUBLE or BOOL, shape (entries,).
        text: Values of TEXT entries, null elsewhere.
        is_json: True where the text was written from an array or a map, shape (entries,).
        ints: Values of INT entries, null elsewhere.
        doubles: Values of DOUBLE entries, null elsewhere.
        bools: Values of BOOL entries, null elsewhere.
    """

    row_count: int
    row: npt.NDArray[np.int64]
    code: KeyCodes
    keys: list[str]
    kind: npt.NDArray[np.int8]
    text: pa.StringArray
    is_json: npt.NDArray[np.bool_]
    ints: pa.Int64Array
    doubles: pa.DoubleArray
    bools: pa.BooleanArray

    def __len__(self) -> int:
        return len(self.row)

    def entry_offsets(self) -> npt.NDArray[np.int64]:
        """Where each row's entries begin, shape (row_count + 1,)."""
        return row_offsets(self.row, self.row_count)

    def as_text(self) -> pa.StringArray:
        """Every value as text: what is not TEXT as JSON writes it; an EMPTY value is the empty text."""
        text = self.text
        for values in (self.ints, self.doubles, self.bools):
            if values.null_count < len(values):
                text = pc.coalesce(text, values.cast(pa.string()))
        return text.fill_null("") if text.null_count else text


def row_offsets(row: npt.NDArray[np.int64], row_count: int) -> npt.NDArray[np.int64]:
    """Offsets of the runs of an ascending row column, shape (row_count + 1,)."""
    counts = np.bincount(row, minlength=row_count)
    return np.concatenate(([0], np.cumsum(counts)))


def map_array(
    attributes: FlatAttributes, chosen: npt.NDArray[np.bool_], values: pa.Array, value_type: pa.DataType
) -> pa.MapArray:
    """Build a map column, one map a row, from the chosen entries.

    Args:
        attributes: Where keys and rows come from.
        chosen: Entries to keep, shape (entries,).
        values: A value an entry, length entries.
        value_type: Arrow type of the map's values.
    """
    picked = np.flatnonzero(chosen)
    offsets = row_offsets(attributes.row[picked], attributes.row_count).astype(np.int32)
    keys = pa.array(attributes.keys, pa.string()).take(pa.array(attributes.code[picked], pa.int32()))
    return pa.MapArray.from_arrays(pa.array(offsets), keys, values.take(pa.array(picked)).cast(value_type))


def typed_maps(attributes: FlatAttributes, chosen: npt.NDArray[np.bool_]) -> dict[str, pa.MapArray]:
    """Build the four typed map columns of the chosen entries; an EMPTY value is kept as empty text."""
    kind = attributes.kind
    text = attributes.text.fill_null("") if attributes.text.null_count else attributes.text
    return {
        "attributes": map_array(attributes, chosen & (kind <= TEXT), text, pa.string()),
        "attributes_int": map_array(attributes, chosen & (kind == INT), attributes.ints, pa.int64()),
        "attributes_double": map_array(attributes, chosen & (kind == DOUBLE), attributes.doubles, pa.float64()),
        "attributes_bool": map_array(attributes, chosen & (kind == BOOL), attributes.bools, pa.bool_()),
    }


def text_map(attributes: FlatAttributes) -> pa.MapArray:
    """Build one map column of all entries with every value as text."""
    everything = np.ones(len(attributes), dtype=bool)
    return map_array(attributes, everything, attributes.as_text(), pa.string())
