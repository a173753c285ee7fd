"""Log exports in, rows of the table `logs` out, a group at a time."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import TEXT, FlatAttributes, typed_maps
from watchglass.conventions.log_events import messages_of_event
from watchglass.ingest.decode import decode_bodies
from watchglass.ingest.flatten import flatten_attributes, flatten_values, struct_fields
from watchglass.ingest.ids import optional_ids
from watchglass.ingest.levels import records_of
from watchglass.ingest.plain import plain_row
from watchglass.ingest.rows import Columns, identity_columns, marks_column, outcomes, table_batch
from watchglass.ingest.times import clean_times, timestamps
from watchglass.model.records import Export, Signal
from watchglass.store.commit import Decoded

MAX_SEVERITY = 24
EVENT_NAME_KEY = "event.name"
"""Where the event's name stood before log records had a field for it."""
MESSAGE_EVENTS = "gen_ai."
"""Begin of the names of events that may carry messages."""


class LogDecoder:
    """Decodes groups of log exports; a Decode for the committer of Signal.LOGS."""

    def __init__(self, *, future_tolerance_s: float) -> None:
        """Prepare; records further than `future_tolerance_s` seconds ahead are marked."""
        self._future_tolerance_s = future_tolerance_s

    def __call__(self, exports: Sequence[Export], now_ns: int) -> Decoded:
        """Decode a group; see store.commit.Decode. Never raises on what a client sent."""
        bodies = decode_bodies(exports, Signal.LOGS)
        records, origins = records_of(bodies.batch, Signal.LOGS)
        row_count = len(records)
        export_of = bodies.export_of[origins.body_of]
        columns = identity_columns(exports, export_of, now_ns)
        columns.update(origins.columns())
        fields = struct_fields(records)
        columns.update(_protocol_columns(fields))
        columns.update(_content_columns(fields))
        marks = [*self._times(fields, columns, now_ns), ("replaced_utf8", bodies.is_repaired(export_of))]
        columns["marks"] = marks_column(row_count, marks)
        keep = np.ones(row_count, dtype=bool)
        return Decoded(
            table_batch("logs", columns, row_count), outcomes(bodies, export_of, keep, len(exports), why="")
        )

    def _times(
        self, fields: Mapping[str, pa.Array], columns: Columns, now_ns: int
    ) -> list[tuple[str, npt.NDArray[np.bool_]]]:
        """Fill `time` and `observed_time`, each by the other where it was not sent; return the marks."""
        observed = clean_times(fields["observed_time_unix_nano"], now_ns, now_ns, self._future_tolerance_s)
        time = clean_times(fields["time_unix_nano"], observed.values, now_ns, self._future_tolerance_s)
        is_unobserved = observed.is_missing & ~time.is_missing
        columns["time"] = timestamps(time.values)
        columns["observed_time"] = timestamps(np.where(is_unobserved, time.values, observed.values))
        return [
            ("missing_time", time.is_missing & observed.is_missing),
            ("future_time", time.is_future),
            ("time_out_of_range", time.is_out_of_range | observed.is_out_of_range),
        ]


def _protocol_columns(fields: Mapping[str, pa.Array]) -> Columns:
    """Columns that are fields of the protocol; an id that is not valid is left empty."""
    severity = fields["severity_number"]
    is_known = pc.and_(pc.greater_equal(severity, 0), pc.less_equal(severity, MAX_SEVERITY))
    return {
        "trace_id": optional_ids(fields["trace_id"], 16),
        "span_id": optional_ids(fields["span_id"], 8),
        "severity_number": pc.if_else(is_known, severity, 0),
        "severity_text": fields["severity_text"],
    }


def _content_columns(fields: Mapping[str, pa.Array]) -> Columns:
    """Body, event name, the messages that events carry, and the attributes."""
    body = flatten_values(fields["body"], "body")
    attributes = flatten_attributes(fields["attributes"])
    event_names, leftover = _event_names(fields["event_name"], attributes)
    return {
        "body": body.as_text(),
        "event_name": event_names,
        **_message_columns(event_names, body, attributes),
        **typed_maps(attributes, leftover),
    }


def _event_names(
    named: pa.StringArray, attributes: FlatAttributes
) -> tuple[pa.StringArray, npt.NDArray[np.bool_]]:
    """The event name of each record, and which attribute entries it was not taken from, shape (entries,)."""
    leftover = np.ones(len(attributes), dtype=bool)
    if EVENT_NAME_KEY not in attributes.keys:
        return named, leftover
    is_name = (attributes.code == attributes.keys.index(EVENT_NAME_KEY)) & (attributes.kind == TEXT)
    unnamed = pc.equal(named, "").to_numpy(zero_copy_only=False)
    entries = np.flatnonzero(is_name & unnamed[attributes.row])
    leftover[entries] = False
    rows, first = np.unique(attributes.row[entries], return_index=True)
    mask = np.zeros(len(named), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(named, mask, attributes.text.take(pa.array(entries[first]))), leftover


def _message_columns(event_names: pa.StringArray, body: FlatAttributes, attributes: FlatAttributes) -> Columns:
    """Messages of the events that carry some; the columns are absent when none does."""
    rows = np.flatnonzero(pc.starts_with(event_names, MESSAGE_EVENTS).to_numpy(zero_copy_only=False))
    written: dict[str, list[str]] = {}
    for row in rows.tolist():
        name = event_names[row].as_py()
        for field, text in messages_of_event(name, plain_row(body, row)["body"], plain_row(attributes, row)).items():
            written.setdefault(field, [""] * len(event_names))[row] = text
    return {field: pa.array(texts, pa.string()) for field, texts in written.items()}
