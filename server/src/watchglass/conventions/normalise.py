"""Spans in, canonical columns out: which convention a span speaks, and what its attributes mean. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import EMPTY, FlatAttributes
from watchglass.conventions.columns import column_from_python, overlay, read_values
from watchglass.conventions.detect import Detector
from watchglass.conventions.registry import Convention, FieldRule, load_conventions
from watchglass.conventions.span_rows import SpanRows

RowMask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Normalised:
    """Canonical columns of n spans.

    Attributes:
        columns: Column name -> array of length n; columns that no attribute filled are absent.
        leftover: Which attribute entries no column took, shape (entries,).
    """

    columns: dict[str, pa.Array]
    leftover: RowMask


@dataclass(frozen=True, slots=True)
class _Source:
    """One attribute that may fill one field, for the rows of one convention (or all rows, for the base)."""

    convention: int
    key: str
    rule: FieldRule


class Normaliser:
    """Reads spans by the conventions; built once, used for every group."""

    def __init__(self, conventions: Sequence[Convention] | None = None) -> None:
        """Compile the conventions (by default those of the registry); the first one is the base of all others."""
        self._conventions = list(load_conventions() if conventions is None else conventions)
        self._detector = Detector(self._conventions)
        self._sources: dict[str, list[_Source]] = {}
        for index, convention in enumerate(self._conventions):
            for field, rule in convention.fields.items():
                # the base comes last: it fills only what the span's own convention left empty
                ranked = self._sources.setdefault(field, [])
                own = [_Source(index, key, rule) for key in rule.sources]
                ranked[:] = ranked + own if index == 0 else own + ranked

    def normalise(self, spans: SpanRows) -> Normalised:
        """Fill the canonical columns of `spans`. Never raises on what a client sent; what cannot be read stays over."""
        attributes = spans.attributes
        convention_of = self._detector.detect(spans)
        positions = _positions_by_key(attributes)
        leftover = np.ones(len(attributes), dtype=bool)
        columns: dict[str, pa.Array] = {}
        for field, sources in self._sources.items():
            column = self._fill(field, sources, attributes, positions, convention_of, leftover)
            if column is not None:
                columns[field] = column
        self._build(spans, convention_of, columns, leftover)
        columns["convention"] = self._names(convention_of)
        self._derive(spans, convention_of, columns)
        return Normalised(columns, leftover)

    def _fill(
        self,
        field: str,
        sources: Sequence[_Source],
        attributes: FlatAttributes,
        positions: Mapping[str, Rows],
        convention_of: npt.NDArray[np.int8],
        leftover: RowMask,
    ) -> pa.Array | None:
        """Fill one column: for each row the first source that is there and can be read."""
        column: pa.Array | None = None
        open_rows: RowMask | None = None
        for source in sources:
            entries = positions.get(source.key)
            if entries is None:
                continue
            rows = attributes.row[entries]
            if source.convention != 0:
                own = convention_of[rows] == source.convention
                entries, rows = entries[own], rows[own]
            if open_rows is not None:
                wanted = open_rows[rows]
                entries, rows = entries[wanted], rows[wanted]
            if not len(rows):
                continue
            values, is_read = read_values(field, attributes, entries, source.rule)
            if not is_read.all():
                entries, rows = entries[is_read], rows[is_read]
                values = values.filter(pa.array(is_read))
            if not len(rows):
                continue
            column = overlay(column, field, rows, values, attributes.row_count)
            leftover[entries] = False
            if open_rows is None:
                open_rows = np.ones(attributes.row_count, dtype=bool)
            open_rows[rows] = False
        return column

    def _build(
        self, spans: SpanRows, convention_of: npt.NDArray[np.int8], columns: dict[str, pa.Array], leftover: RowMask
    ) -> None:
        """Run the builders on the rows that need one and lay their results over the columns."""
        attributes = spans.attributes
        offsets: Rows | None = None
        for index in [*range(1, len(self._conventions)), 0]:
            convention = self._conventions[index]
            if convention.build is None:
                continue
            needs, consumed = _builder_rows(spans, convention)
            if index != 0:
                needs &= convention_of == index
            rows = np.flatnonzero(needs)
            if not len(rows):
                continue
            offsets = attributes.entry_offsets() if offsets is None else offsets
            built: dict[str, dict[int, object]] = {}
            filled = _filled_fields(columns, rows)
            for position, row in enumerate(rows.tolist()):
                result = convention.build(spans.view(row, filled[position]))
                for field, value in result.items():
                    built.setdefault(field, {})[row] = value
                if result:
                    span_entries = slice(offsets[row], offsets[row + 1])
                    leftover[span_entries] &= ~consumed[attributes.code[span_entries]]
            for field, by_row in built.items():
                values, kept_rows = column_from_python(field, by_row)
                columns[field] = overlay(columns.get(field), field, kept_rows, values, attributes.row_count)

    def _names(self, convention_of: npt.NDArray[np.int8]) -> pa.Array:
        names = pa.array([convention.name for convention in self._conventions] + [""])
        return names.take(pa.array(np.where(convention_of < 0, len(self._conventions), convention_of)))

    def _derive(
        self, spans: SpanRows, convention_of: npt.NDArray[np.int8], columns: dict[str, pa.Array]
    ) -> None:
        """Compute the columns that follow from others: is_model_call, model, time_per_output_token_ns."""
        row_count = spans.attributes.row_count
        operation = columns.get("operation_name")
        is_call = np.zeros(row_count, dtype=bool)
        if operation is not None:
            names, codes = _codes(operation)
            for index in range(-1, len(self._conventions)):
                convention = self._conventions[max(index, 0)]
                called = np.array([name in convention.model_call_operations for name in names], dtype=bool)
                here = convention_of == index
                is_call[here] = called[codes[here]]
        said = columns.get("is_model_call")
        if said is not None:
            is_call = pc.coalesce(said, pa.array(is_call)).to_numpy(zero_copy_only=False)
        columns["is_model_call"] = pa.array(is_call)
        answered, asked = columns.get("response_model"), columns.get("request_model")
        if answered is not None and asked is not None:
            columns["model"] = pc.coalesce(answered, asked)
        elif answered is not None or asked is not None:
            columns["model"] = answered if answered is not None else asked
        first, tokens = columns.get("time_to_first_token_ns"), columns.get("output_tokens")
        if first is not None and tokens is not None:
            columns["time_per_output_token_ns"] = _time_per_output_token(spans.duration_ns, first, tokens)


def _positions_by_key(attributes: FlatAttributes) -> dict[str, Rows]:
    """Where each key's entries are that hold something, ascending."""
    holds = attributes.kind != EMPTY
    if attributes.text.null_count < len(attributes.text):
        is_blank = pc.equal(attributes.text, "").fill_null(False).to_numpy(zero_copy_only=False)
        holds &= ~is_blank
    entries = np.flatnonzero(holds)
    codes = attributes.code[entries]
    order = np.argsort(codes.astype(np.int32), kind="stable")
    entries, codes = entries[order], codes[order]
    bounds = np.flatnonzero(np.diff(codes)) + 1
    runs = np.split(entries, bounds)
    return {attributes.keys[attributes.code[run[0]]]: run for run in runs if len(run)}


def _builder_rows(spans: SpanRows, convention: Convention) -> tuple[RowMask, RowMask]:
    """Rows that have a key or an event of the builder, shape (n,); keys that the builder takes, shape (keys,)."""
    attributes = spans.attributes
    taken = np.array([key.startswith(convention.builder_keys) for key in attributes.keys], dtype=bool)
    needs = np.zeros(attributes.row_count, dtype=bool)
    if taken.any():
        needs[attributes.row[taken[attributes.code]]] = True
    events = np.array([name in convention.builder_events for name in spans.event_names], dtype=bool)
    if events.any():
        needs[spans.event_row[events[spans.event_code]]] = True
    return needs, taken


def _filled_fields(columns: Mapping[str, pa.Array], rows: Rows) -> list[dict[str, Any]]:
    """What is filled already in each of `rows`, as plain values."""
    indices = pa.array(rows)
    picked = {name: column.take(indices).to_pylist() for name, column in columns.items()}
    return [
        {name: values[position] for name, values in picked.items() if values[position] is not None}
        for position in range(len(rows))
    ]


def _codes(column: pa.Array) -> tuple[list[str], npt.NDArray[np.int64]]:
    encoded = column.fill_null("").dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)


def _time_per_output_token(
    duration_ns: npt.NDArray[np.int64], first: pa.UInt64Array, tokens: pa.UInt64Array
) -> pa.UInt64Array:
    """(duration - time to first token) / (output tokens - 1); null for fewer than two tokens."""
    first_ns = first.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64)
    count = tokens.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64)
    known = pc.and_(first.is_valid(), tokens.is_valid()).to_numpy(zero_copy_only=False)
    known &= (count >= 2) & (duration_ns >= first_ns)
    mean = np.where(known, (duration_ns - first_ns) / np.maximum(count - 1, 1), 0)
    return pa.array(mean.astype(np.uint64), mask=~known)

