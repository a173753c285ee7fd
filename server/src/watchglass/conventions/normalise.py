"""Spans in, canonical columns out: which convention a span speaks, and what its attributes mean. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import EMPTY, FlatAttributes
from watchglass.conventions.building import build_columns
from watchglass.conventions.columns import overlay, read_values, says_it_all
from watchglass.conventions.derive import derive_columns
from watchglass.conventions.detect import Detector
from watchglass.conventions.registry import Convention, FieldRule, load_conventions
from watchglass.conventions.span_rows import SpanRows
from watchglass.conventions.tidy import tidy_messages
from watchglass.conventions.token_columns import fill_tokens

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
        build_columns(spans, self._conventions, convention_of, columns, leftover)
        tidy_messages(columns)
        columns["convention"] = self._names(convention_of)
        derive_columns(spans, self._conventions, convention_of, columns)
        fill_tokens(attributes, positions, self._conventions, convention_of, columns, leftover)
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
            leftover[entries[says_it_all(attributes, entries, values, source.rule)]] = False
            if open_rows is None:
                open_rows = np.ones(attributes.row_count, dtype=bool)
            open_rows[rows] = False
        return column

    def _names(self, convention_of: npt.NDArray[np.int8]) -> pa.Array:
        names = pa.array([convention.name for convention in self._conventions] + [""])
        return names.take(pa.array(np.where(convention_of < 0, len(self._conventions), convention_of)))


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
