"""Trace exports in, rows of the table `spans` out, a group at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import FlatAttributes, typed_maps
from watchglass.conventions.normalise import Normaliser
from watchglass.conventions.span_rows import SpanRows
from watchglass.ingest.decode import decode_bodies
from watchglass.ingest.flatten import flatten_attributes, named, struct_fields
from watchglass.ingest.ids import hex_ids, optional_ids, valid_ids
from watchglass.ingest.levels import Origins, records_of
from watchglass.ingest.repeated_calls import RepeatedCalls
from watchglass.ingest.rows import Columns, identity_columns, marks_column, outcomes, table_batch
from watchglass.ingest.span_details import SpanDetails
from watchglass.ingest.times import Times, clean_times, timestamps
from watchglass.model.records import Export, Signal
from watchglass.store.commit import Decoded

REFUSED = "spans with a missing or malformed trace_id or span_id were refused"
KINDS = pa.array(["unspecified", "internal", "server", "client", "producer", "consumer"])
STATUS_CODES = pa.array(["unset", "ok", "error"])


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
        self._repeated_calls = RepeatedCalls()
        self._future_tolerance_s = future_tolerance_s

    def __call__(self, exports: Sequence[Export], now_ns: int) -> Decoded:
        """Decode a group; see store.commit.Decode. Never raises on what a client sent."""
        bodies = decode_bodies(exports, Signal.TRACES)
        spans = _Spans(*records_of(bodies.batch, Signal.TRACES))
        export_of = bodies.export_of[spans.origins.body_of]
        keep = spans.valid
        results = outcomes(bodies, export_of, keep, len(exports), REFUSED)
        if not keep.all():
            spans, export_of = spans.only(keep), export_of[keep]
        columns = self._columns(spans, exports, export_of, bodies.is_repaired(export_of), now_ns)
        return Decoded(table_batch("spans", columns, len(export_of)), results)

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
        columns.update(spans.origins.columns())
        rows = SpanRows(
            attributes=spans.attributes,
            scope_names=spans.scope_names,
            scope_of=spans.scope_code,
            event_names=details.event_names,
            event_row=details.event_row,
            event_code=details.event_code,
            event_time_ns=details.event_time_ns,
            start_time_ns=start.values,
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
        columns["is_model_call"] = self._repeated_calls.settle(columns)
        columns.update(self._prices.price(columns))
        return columns


def _error_type(columns: Columns, details: SpanDetails) -> pa.Array:
    """The error's class: what the attributes say, else the exception event's type."""
    said = columns.get("error_type")
    raised = details.exception_types()
    if raised is None:
        return said if said is not None else pa.repeat("", len(columns["name"]))
    return raised if said is None else pc.coalesce(said, raised)


@dataclass(frozen=True)
class _Spans:
    """The n spans of a group, and where they come from."""

    spans: pa.StructArray
    origins: Origins

    def only(self, chosen: npt.NDArray[np.bool_]) -> "_Spans":
        """The same without the rows that are not chosen."""
        return _Spans(self.spans.filter(pa.array(chosen)), self.origins.take(chosen))

    @cached_property
    def fields(self) -> dict[str, pa.Array]:
        """The protocol's span fields."""
        return struct_fields(self.spans)

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
        names = struct_fields(self.origins.scopes)["name"].fill_null("").dictionary_encode()
        codes = names.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return names.dictionary.to_pylist(), codes[self.origins.scope_of]

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
        return {
            "trace_id": hex_ids(fields["trace_id"]),
            "span_id": hex_ids(fields["span_id"]),
            "parent_span_id": optional_ids(fields["parent_span_id"], 8),
            "trace_state": fields["trace_state"],
            "name": fields["name"],
            "kind": named(fields["kind"], KINDS),
            "status_code": named(status["code"].fill_null(0), STATUS_CODES),
            "status_message": status["message"].fill_null(""),
        }
