"""Metric exports in, rows of the table `metric_points` out, a group at a time."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import text_map
from watchglass.ingest.decode import decode_bodies
from watchglass.ingest.exemplars import exemplar_columns
from watchglass.ingest.flatten import flatten_attributes, struct_fields
from watchglass.ingest.host_names import HostNames
from watchglass.ingest.levels import records_of
from watchglass.ingest.metric_points import TABLE, Points, points_of
from watchglass.ingest.rows import Columns, identity_columns, marks_column, outcomes, table_batch
from watchglass.ingest.series import series_ids
from watchglass.ingest.serving import with_serving
from watchglass.ingest.times import clean_times, timestamps
from watchglass.model.records import Export, Signal
from watchglass.store.commit import Decoded

NO_RECORDED_VALUE = 1
"""DataPointFlags: the source has no value for the series at this time."""


class MetricDecoder:
    """Decodes groups of metric exports; a Decode for the committer of Signal.METRICS."""

    def __init__(self, *, future_tolerance_s: float) -> None:
        """Prepare; points further than `future_tolerance_s` seconds ahead are marked."""
        self._future_tolerance_s = future_tolerance_s
        self._hosts = HostNames()

    def __call__(self, exports: Sequence[Export], now_ns: int) -> Decoded:
        """Decode a group; see store.commit.Decode. Never raises on what a client sent."""
        bodies = decode_bodies(exports, Signal.METRICS)
        metrics, metric_origins = records_of(bodies.batch, Signal.METRICS)
        points = points_of(metrics)
        if points is None:
            no_rows = np.empty(0, dtype=np.int64)
            return Decoded(table_batch(TABLE, {}, 0), outcomes(bodies, no_rows, no_rows > 0, len(exports), why=""))
        origins = metric_origins.take(points.metric_of)
        export_of = bodies.export_of[origins.body_of]
        attributes = flatten_attributes(points.fields["attributes"])
        columns = identity_columns(exports, export_of, now_ns)
        columns.update(points.columns)
        columns.update(_metric_columns(metrics, points.metric_of))
        columns.update(origins.columns())
        columns.update(exemplar_columns(points.fields["exemplars"]))
        columns["attributes"] = text_map(attributes)
        columns["series_id"] = series_ids(columns["metric_name"], origins, attributes)
        has_bad_buckets = _drop_bad_buckets(columns)
        marks = [
            ("no_recorded_value", _flags(points, NO_RECORDED_VALUE)),
            *self._times(points.fields, columns, now_ns),
            ("malformed_buckets", has_bad_buckets),
            ("replaced_utf8", bodies.is_repaired(export_of)),
        ]
        columns["marks"] = marks_column(len(export_of), marks)
        keep = np.ones(len(export_of), dtype=bool)
        batch = with_serving(table_batch(TABLE, columns, len(export_of)), self._hosts)
        return Decoded(batch, outcomes(bodies, export_of, keep, len(exports), why=""))

    def _times(
        self, fields: Mapping[str, pa.Array], columns: Columns, now_ns: int
    ) -> list[tuple[str, npt.NDArray[np.bool_]]]:
        """Fill `start_time` (1970 where it was not sent) and `time` (now where it was not); return the marks."""
        start = clean_times(fields["start_time_unix_nano"], 0, now_ns, self._future_tolerance_s)
        time = clean_times(fields["time_unix_nano"], now_ns, now_ns, self._future_tolerance_s)
        columns["start_time"], columns["time"] = timestamps(start.values), timestamps(time.values)
        return [
            ("missing_time", time.is_missing),
            ("future_time", time.is_future),
            ("time_out_of_range", start.is_out_of_range | time.is_out_of_range),
        ]


def _metric_columns(metrics: pa.StructArray, metric_of: npt.NDArray[np.int64]) -> Columns:
    """Name, unit and description of each point's metric."""
    fields = struct_fields(metrics)
    named = {"metric_name": "name", "unit": "unit", "description": "description"}
    return {column: fields[field].take(pa.array(metric_of)) for column, field in named.items()}


def _flags(points: Points, flag: int) -> npt.NDArray[np.bool_]:
    flags: npt.NDArray[np.uint32] = points.fields["flags"].to_numpy(zero_copy_only=False)
    return flags & np.uint32(flag) != 0


def _drop_bad_buckets(columns: Columns) -> npt.NDArray[np.bool_]:
    """Empty the buckets of histograms whose counts or bounds contradict the protocol, and say which, shape (n,).

    There must be one count more than bounds, and the bounds must ascend; count and sum are right all the same.
    """
    if "bucket_bounds" not in columns:
        return np.zeros(len(columns["value"]), dtype=bool)
    bounds, counts = columns["bucket_bounds"], columns["bucket_counts"]
    bound_count, count_count = (lists.value_lengths().to_numpy(zero_copy_only=False) for lists in (bounds, counts))
    is_bad = (count_count != bound_count + 1) & ((count_count > 0) | (bound_count > 0))
    values = bounds.flatten().to_numpy(zero_copy_only=False)
    row = np.repeat(np.arange(len(bounds)), bound_count)
    descends = ~(values[1:] > values[:-1]) & (row[1:] == row[:-1])
    is_bad[row[1:][descends]] = True
    is_bad[row[np.isnan(values)]] = True
    if is_bad.any():
        for name in ("bucket_bounds", "bucket_counts"):
            # a null list is an empty one: table_batch fills it
            columns[name] = pc.if_else(pa.array(is_bad), pa.scalar(None, columns[name].type), columns[name])
    return is_bad
