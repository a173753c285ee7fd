"""Trace exports in, rows of the table `spans` out, a group at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import FlatAttributes, text_map, typed_maps
from watchglass.conventions.normalise import Normaliser
from watchglass.conventions.resource import resource_columns
from watchglass.conventions.span_rows import SpanRows
from watchglass.ingest.decode import (
    Times,
    children,
    clean_times,
    decode_bodies,
    flatten_attributes,
    hex_ids,
    marks_column,
    struct_fields,
    timestamps,
    valid_ids,
)
from watchglass.ingest.span_details import SpanDetails
from watchglass.model.arrow import default_column, filled, table_schema
from watchglass.model.records import Committed, Export, Signal
from watchglass.store.writer import Decoded

KINDS = pa.array(["unspecified", "internal", "server", "client", "producer", "consumer"])
STATUS_CODES = pa.array(["unset", "ok", "error"])

Columns = dict[str, pa.Array]


class Prices(Protocol):
    """What prices model calls; see ingest.cost.Pricer."""

    def price(self, columns: Mapping[str, pa.Array]) -> Columns:
        """Return cost_usd, input_cost_usd, output_cost_usd and price_source for rows with the given columns."""
        ...


class TraceDecoder:
    """Decodes groups of trace exports; a Decode for the committer of Signal.TRACES."""

    def __init__(self, prices: Prices, *, future_tolerance_s: float) -> None:
        """Prepare; spans further than `future_tolerance_s` seconds ahead are marked."""
        self._normaliser = Normaliser()
        self._prices = prices
        self._future_tolerance_s = future_tolerance_s

    def __call__(self, exports: Sequence[Export], now_ns: int) -> Decoded:
        """Decode a group; see store.writer.Decode. Never raises on what a client sent."""
        bodies = decode_bodies(exports, Signal.TRACES)
        spans = _Spans(bodies.batch)
        keep = spans.valid
        export_of = np.array(bodies.export_of, dtype=np.int64)[spans.body_of]
        outcomes: list[Committed | Exception] = []
        stored = np.bincount(export_of[keep], minlength=len(exports))
        refused = np.bincount(export_of[~keep], minlength=len(exports))
        for position in range(len(exports)):
            error = bodies.errors.get(position)
            message = "spans with a missing or malformed trace_id or span_id were refused" if refused[position] else ""
            outcomes.append(error or Committed(int(stored[position]), int(refused[position]), message))
        if not keep.all():
            spans = spans.only(keep)
            export_of = export_of[keep]
        is_repaired = np.isin(export_of, list(bodies.repaired))
        columns = self._columns(spans, exports, export_of, is_repaired, now_ns)
        return Decoded(_batch("spans", columns, len(export_of)), outcomes)

    def _columns(
        self,
        spans: "_Spans",
        exports: Sequence[Export],
        export_of: npt.NDArray[np.int64],
        is_repaired: npt.NDArray[np.bool_],
        now_ns: int,
    ) -> Columns:
        columns = identity_columns(exports, export_of, now_ns)
        columns.update(spans.protocol_columns())
        start, end = spans.times(now_ns, self._future_tolerance_s)
        duration_ns = np.maximum(end.values - start.values, 0)
        columns["start_time"], columns["end_time"] = timestamps(start.values), timestamps(end.values)
        columns["duration_ns"] = pa.array(duration_ns.astype(np.uint64))
        details = SpanDetails(spans.fields["events"], spans.fields["links"])
        columns.update(details.columns())
        columns.update(spans.resource_columns())
        rows = SpanRows(
            attributes=spans.attributes,
            scope_names=spans.scope_names,
            scope_of=spans.scope_code,
            event_names=details.event_names,
            event_row=details.event_row,
            event_code=details.event_code,
            duration_ns=duration_ns,
            view=lambda row, fields: details.view(row, spans, start.values, fields),
        )
        normalised = self._normaliser.normalise(rows)
        for name, column in normalised.columns.items():
            said_by_resource = columns.get(name)
            columns[name] = column if said_by_resource is None else pc.coalesce(column, said_by_resource)
        columns.update(typed_maps(spans.attributes, normalised.leftover))
        columns["error_type"] = _error_type(columns, details)
        columns["marks"] = marks_column(
            len(export_of),
            [
                ("missing_start_time", start.is_missing),
                ("missing_end_time", end.is_missing),
                ("end_before_start", end.values < start.values),
                ("future_time", start.is_future),
                ("time_out_of_range", start.is_out_of_range | end.is_out_of_range),
                ("replaced_utf8", is_repaired),
                ("dropped_attributes", spans.numbers("dropped_attributes_count") > 0),
            ],
        )
        columns.update(self._prices.price(columns))
        return columns


def identity_columns(exports: Sequence[Export], export_of: npt.NDArray[np.int64], now_ns: int) -> Columns:
    """Columns that say whose rows these are: project_id, received_at, batch_id.

    received_at is the group's, not the export's: one value is one partition, so the group is one atomic part.
    """
    projects = pa.array([export.project_id for export in exports], pa.string())
    batches = pa.array([export.batch_id for export in exports], pa.uint64())
    indices = pa.array(export_of)
    received = pa.scalar(now_ns // 1_000_000, pa.int64()).cast(pa.timestamp("ms", tz="UTC"))
    return {
        "project_id": projects.take(indices),
        "received_at": pa.repeat(received, len(export_of)),
        "batch_id": batches.take(indices),
    }


def _batch(table: str, columns: Columns, row_count: int) -> pa.RecordBatch:
    schema = table_schema(table)
    arrays = []
    for field in schema:
        column = columns.get(field.name)
        if column is None:
            arrays.append(default_column(table, field.name, row_count))
        else:
            column = column if column.type == field.type else column.cast(field.type)
            arrays.append(filled(table, field.name, column))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _error_type(columns: Columns, details: SpanDetails) -> pa.Array:
    """The error's class: what the attributes say, else the exception event's type."""
    said = columns.get("error_type")
    raised = details.exception_types()
    if raised is None:
        return said if said is not None else pa.repeat("", len(columns["name"]))
    return raised if said is None else pc.coalesce(said, raised)


@dataclass(frozen=True)
class _Spans:
    """The spans of a batch of requests, as Arrow arrays of one length."""

    batch: pa.RecordBatch
    chosen: npt.NDArray[np.bool_] | None = None

    def only(self, chosen: npt.NDArray[np.bool_]) -> "_Spans":
        """The same without the rows that are not chosen."""
        return _Spans(self.batch, chosen)

    @cached_property
    def _levels(self) -> tuple[pa.Array, pa.Array, pa.Array, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Resources, scopes and spans, with the resource, the scope and the body of each span."""
        resources, body_of_resource = children(self.batch.column("resource_spans"))
        resource_fields = struct_fields(resources)
        scopes, resource_of_scope = children(resource_fields["scope_spans"])
        scope_fields = struct_fields(scopes)
        spans, scope_of_span = children(scope_fields["spans"])
        if self.chosen is not None:
            spans = spans.filter(pa.array(self.chosen))
            scope_of_span = scope_of_span[self.chosen]
        resource_of_span = resource_of_scope[scope_of_span]
        body_of_span = body_of_resource[resource_of_span]
        return resource_fields["resource"], scope_fields["scope"], spans, resource_of_span, scope_of_span, body_of_span

    @cached_property
    def fields(self) -> dict[str, pa.Array]:
        """The protocol's span fields."""
        return struct_fields(self._levels[2])

    @property
    def body_of(self) -> npt.NDArray[np.int64]:
        """The request each span came in, shape (n,)."""
        return self._levels[5]

    @cached_property
    def valid(self) -> npt.NDArray[np.bool_]:
        """Which spans have a usable trace_id and span_id, shape (n,)."""
        return valid_ids(self.fields["trace_id"], 16) & valid_ids(self.fields["span_id"], 8)

    @cached_property
    def attributes(self) -> FlatAttributes:
        """The spans' own attributes."""
        return flatten_attributes(self.fields["attributes"])

    @cached_property
    def _scope_names(self) -> tuple[list[str], npt.NDArray[np.int64]]:
        names = struct_fields(self._levels[1])["name"].fill_null("").dictionary_encode()
        codes = names.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return names.dictionary.to_pylist(), codes[self._levels[4]]

    @property
    def scope_names(self) -> list[str]:
        """Distinct instrumentation scope names."""
        return self._scope_names[0]

    @property
    def scope_code(self) -> npt.NDArray[np.int64]:
        """Position in `scope_names` of each span, shape (n,)."""
        return self._scope_names[1]

    def numbers(self, field: str) -> npt.NDArray[np.int64]:
        """A number field of the protocol, shape (n,)."""
        return self.fields[field].to_numpy(zero_copy_only=False)

    def times(self, now_ns: int, tolerance_s: float) -> tuple[Times, Times]:
        """Start and end; a start that is missing is now, an end that is missing is the start."""
        start = clean_times(self.fields["start_time_unix_nano"], now_ns, now_ns, tolerance_s)
        return start, clean_times(self.fields["end_time_unix_nano"], start.values, now_ns, tolerance_s)

    def protocol_columns(self) -> Columns:
        """Columns that are fields of the protocol."""
        fields = self.fields
        status = struct_fields(fields["status"])
        scope = struct_fields(self._levels[1])
        scope_of = pa.array(self._levels[4])
        return {
            "trace_id": hex_ids(fields["trace_id"]),
            "span_id": hex_ids(fields["span_id"]),
            "parent_span_id": hex_ids(fields["parent_span_id"]),
            "trace_state": fields["trace_state"],
            "name": fields["name"],
            "kind": _named(fields["kind"], KINDS),
            "status_code": _named(status["code"].fill_null(0), STATUS_CODES),
            "status_message": status["message"].fill_null(""),
            "scope_name": scope["name"].take(scope_of),
            "scope_version": scope["version"].take(scope_of),
        }

    def resource_columns(self) -> Columns:
        """Columns that the resource fills, and the resource's attributes."""
        resource = flatten_attributes(struct_fields(self._levels[0])["attributes"])
        resource_of = pa.array(self._levels[3])
        columns = {**resource_columns(resource), "resource_attributes": text_map(resource)}
        return {name: column.take(resource_of) for name, column in columns.items()}


def _named(codes: pa.Array, names: pa.StringArray) -> pa.StringArray:
    """Names of an enumeration's numbers; a number that is not known is the first."""
    known = pc.and_(pc.greater_equal(codes, 0), pc.less(codes, len(names)))
    return names.take(pc.if_else(known, codes, 0))
