"""Events and links of spans: as columns, and as plain values for the builders of conventions."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from watchglass.conventions.attributes import FlatAttributes
from watchglass.conventions.span_view import EventView, SpanView
from watchglass.ingest.any_value import json_text
from watchglass.ingest.flatten import children, flatten_attributes, struct_fields
from watchglass.ingest.ids import hex_ids
from watchglass.ingest.plain import plain_attributes, plain_row
from watchglass.ingest.times import LATEST_NS, timestamps

KIND_NAMES = ("unspecified", "internal", "server", "client", "producer", "consumer")


class _SpanArrays(Protocol):
    """What a view needs of the spans."""

    @property
    def fields(self) -> dict[str, pa.Array]: ...

    @property
    def attributes(self) -> FlatAttributes: ...

    @property
    def scope_names(self) -> list[str]: ...

    @property
    def scope_code(self) -> npt.NDArray[np.int64]: ...


class SpanDetails:
    """The events and links of n spans.

    Attributes:
        event_names: Distinct names.
        event_row: Span of each event, shape (events,), ascending.
        event_code: Position in `event_names` of each event, shape (events,).
        event_time_ns: Time of each event, nanoseconds since 1970, shape (events,).
    """

    def __init__(self, events: pa.ListArray, links: pa.ListArray) -> None:
        """Take the list columns `events` and `links` of the protocol's spans."""
        items, self.event_row = children(events)
        self._row_count = len(events)
        fields = struct_fields(items)
        names = fields["name"].dictionary_encode()
        self.event_names: list[str] = names.dictionary.to_pylist()
        self.event_code: npt.NDArray[np.int64] = names.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        self.event_time_ns = np.minimum(fields["time_unix_nano"].to_numpy(zero_copy_only=False), LATEST_NS).astype(np.int64)
        self._attributes = flatten_attributes(fields["attributes"])
        self._names = fields["name"]
        self._links = links
        self._plain: list[dict[str, Any]] | None = None

    @property
    def _offsets(self) -> npt.NDArray[np.int64]:
        return np.searchsorted(self.event_row, np.arange(self._row_count + 1))

    def _event_attributes(self) -> list[dict[str, Any]]:
        """The attributes of every event as plain values."""
        if self._plain is None:
            self._plain = plain_attributes(self._attributes)
        return self._plain

    def columns(self) -> dict[str, pa.Array]:
        """The columns event_times, event_names, event_attributes and links; absent when no span has any."""
        columns: dict[str, pa.Array] = {}
        if len(self.event_row):
            offsets = pa.array(self._offsets.astype(np.int32))
            written = [json_text(attributes) for attributes in self._event_attributes()]
            columns["event_times"] = pa.ListArray.from_arrays(offsets, timestamps(self.event_time_ns))
            columns["event_names"] = pa.ListArray.from_arrays(offsets, self._names)
            columns["event_attributes"] = pa.ListArray.from_arrays(offsets, pa.array(written, pa.string()))
        items, row = children(self._links)
        if len(row):
            columns["links"] = self._written_links(items, row)
        return columns

    def _written_links(self, items: pa.StructArray, row: npt.NDArray[np.int64]) -> pa.StringArray:
        fields = struct_fields(items)
        of_row: dict[int, list[dict[str, Any]]] = {}
        parts = zip(
            row.tolist(),
            hex_ids(fields["trace_id"]).to_pylist(),
            hex_ids(fields["span_id"]).to_pylist(),
            fields["trace_state"].to_pylist(),
            plain_attributes(flatten_attributes(fields["attributes"])),
            strict=True,
        )
        for position, trace_id, span_id, trace_state, attributes in parts:
            link = {"trace_id": trace_id, "span_id": span_id, "trace_state": trace_state, "attributes": attributes}
            of_row.setdefault(position, []).append(link)
        return pa.array([json_text(of_row[i]) if i in of_row else "" for i in range(self._row_count)], pa.string())

    def exception_types(self) -> pa.StringArray | None:
        """`exception.type` of each span's last exception event, null where it has none; None when no span has."""
        if "exception" not in self.event_names:
            return None
        exceptions = np.flatnonzero(self.event_code == self.event_names.index("exception"))
        types: list[str | None] = [None] * self._row_count
        attributes = self._event_attributes()
        for event in exceptions.tolist():
            named = attributes[event].get("exception.type")
            if isinstance(named, str):
                types[self.event_row[event]] = named
        return pa.array(types, pa.string())

    def view(
        self, row: int, spans: _SpanArrays, start_ns: npt.NDArray[np.int64], fields: Mapping[str, object]
    ) -> SpanView:
        """Build the whole span of one row for a convention's builder."""
        first, last = np.searchsorted(self.event_row, (row, row + 1)).tolist()
        attributes = self._event_attributes() if last > first else []
        events = [
            EventView(self.event_names[self.event_code[event]], int(self.event_time_ns[event]), attributes[event])
            for event in range(first, last)
        ]
        kind = spans.fields["kind"][row].as_py()
        return SpanView(
            name=spans.fields["name"][row].as_py(),
            scope_name=spans.scope_names[spans.scope_code[row]],
            kind=KIND_NAMES[kind] if 0 <= kind < len(KIND_NAMES) else KIND_NAMES[0],
            start_time_ns=int(start_ns[row]),
            attributes=plain_row(spans.attributes, row),
            events=events,
            fields=dict(fields),
        )
