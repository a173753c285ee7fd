"""Run the builders of conventions on the spans that need one, and lay what they read over the columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from watchglass.conventions.columns import coerced, column_from_python, overlay
from watchglass.conventions.registry import Convention
from watchglass.conventions.span_rows import SpanRows
from watchglass.conventions.span_view import SpanView

RowMask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


def build_columns(
    spans: SpanRows,
    conventions: Sequence[Convention],
    convention_of: npt.NDArray[np.int8],
    columns: dict[str, pa.Array],
    leftover: RowMask,
) -> None:
    """Run the builders; a span's own convention first, the base last.

    Args:
        spans: The spans.
        conventions: All conventions, the base first.
        convention_of: Position in `conventions` of each row's own one, -1 for none, shape (n,).
        columns: Filled so far; changed in place.
        leftover: Which attribute entries no column took, shape (entries,); changed in place.
    """
    offsets: Rows | None = None
    for index in [*range(1, len(conventions)), 0]:
        convention = conventions[index]
        if convention.build is None:
            continue
        needs = _rows_in_need(spans, convention)
        if index != 0:
            needs &= convention_of == index
        rows = np.flatnonzero(needs)
        if not len(rows):
            continue
        offsets = spans.attributes.entry_offsets() if offsets is None else offsets
        built: dict[str, dict[int, object]] = {}
        for row, filled in zip(rows.tolist(), _filled_fields(columns, rows), strict=True):
            entries = slice(int(offsets[row]), int(offsets[row + 1]))
            read = _build_row(spans, conventions, index, row, filled, entries, leftover)
            for field, value in read.items():
                built.setdefault(field, {})[row] = value
        for field, by_row in built.items():
            values, kept_rows = column_from_python(field, by_row)
            columns[field] = overlay(columns.get(field), field, kept_rows, values, spans.attributes.row_count)


def _build_row(
    spans: SpanRows,
    conventions: Sequence[Convention],
    index: int,
    row: int,
    filled: Mapping[str, Any],
    entries: slice,
    leftover: RowMask,
) -> dict[str, object]:
    """Read one span, and mark which of its attributes columns hold now."""
    build = conventions[index].build
    assert build is not None
    view = spans.view(row, filled)
    try:
        read = {field: coerced(field, value) for field, value in build(view).items()}
    except Exception:  # one odd span must not refuse the group it came in: it keeps its attributes as they are
        return {}
    read = {field: value for field, value in read.items() if value is not None}
    replaced = [field for field, value in read.items() if field in filled and filled[field] != value]
    given_back = {key for field in replaced for key in _source_of(field, view, conventions[index], conventions[0])}
    if view.taken or given_back:
        keys = spans.attributes.keys
        for position, code in enumerate(spans.attributes.code[entries].tolist(), start=entries.start):
            if keys[code] in view.taken:
                leftover[position] = False
            elif keys[code] in given_back:
                leftover[position] = True
    return read


def _source_of(field: str, view: SpanView, *conventions: Convention) -> list[str]:
    """The attribute that filled a column before its builder replaced the value: it goes back to the maps."""
    for convention in conventions:
        rule = convention.fields.get(field)
        for key in rule.sources if rule else ():
            if view.attributes.get(key) not in (None, ""):
                return [key]
    return []


def _rows_in_need(spans: SpanRows, convention: Convention) -> RowMask:
    """Rows that have a key or an event that calls for the builder, shape (n,)."""
    attributes = spans.attributes
    exact = frozenset(convention.builder_keys)
    prefixes = tuple(key for key in convention.builder_keys if key.endswith("."))
    called = np.array([key in exact or key.startswith(prefixes) for key in attributes.keys], dtype=bool)
    needs = np.zeros(attributes.row_count, dtype=bool)
    if called.any():
        needs[attributes.row[called[attributes.code]]] = True
    events = np.array([name in convention.builder_events for name in spans.event_names], dtype=bool)
    if events.any():
        needs[spans.event_row[events[spans.event_code]]] = True
    return needs


def _filled_fields(columns: Mapping[str, pa.Array], rows: Rows) -> list[dict[str, Any]]:
    """What is filled already in each of `rows`, as plain values."""
    indices = pa.array(rows)
    picked = {name: column.take(indices).to_pylist() for name, column in columns.items()}
    return [
        {name: values[position] for name, values in picked.items() if values[position] is not None}
        for position in range(len(rows))
    ]
