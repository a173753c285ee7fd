"""The points of OTLP's five metric types as columns of one shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.ingest.exemplars import number_values
from watchglass.ingest.flatten import children, named, struct_fields
from watchglass.ingest.rows import Columns
from watchglass.model.arrow import arrow_type, default_column, filled
from watchglass.model.fields import fields_of

TABLE = "metric_points"
TEMPORALITIES = pa.array(["unspecified", "delta", "cumulative"])
SHARED = ("start_time_unix_nano", "time_unix_nano", "attributes", "flags")
"""Protocol fields that the points of all types have."""

Fields = Mapping[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Points:
    """The n points of a list of metrics, type after type.

    Attributes:
        metric_of: Metric of each point, shape (n,).
        fields: The protocol fields named in SHARED, and `exemplars`, length n.
        columns: The table's columns that depend on the metric's type, length n.
    """

    metric_of: npt.NDArray[np.int64]
    fields: dict[str, pa.Array]
    columns: Columns


def points_of(metrics: pa.StructArray) -> Points | None:
    """Flatten metrics to their points, None when there are none; a metric of a type that is not known has none."""
    metric_fields = struct_fields(metrics)
    owners: list[npt.NDArray[np.int64]] = []
    sent: list[dict[str, pa.Array]] = []
    parts: list[Columns] = []
    for metric_type, read in READERS.items():
        data = struct_fields(metric_fields[metric_type])
        points, owner = children(data["data_points"])
        if not len(points):
            continue
        fields = struct_fields(points)
        owners.append(owner)
        sent.append(fields)
        parts.append(
            {"metric_type": pa.repeat(metric_type, len(points)), **_metric_columns(data, owner), **read(fields)}
        )
    if not parts:
        return None
    shared = {name: pa.concat_arrays([fields[name] for fields in sent]) for name in SHARED}
    exemplars = [_exemplars(fields, metric_fields["gauge"]) for fields in sent]
    return Points(
        np.concatenate(owners), {**shared, "exemplars": pa.concat_arrays(exemplars)}, _joined(parts)
    )


def _exemplars(fields: Fields, gauges: pa.StructArray) -> pa.ListArray:
    """The points' exemplars; those of a summary, which has none, in the type that a gauge's have."""
    if "exemplars" in fields:
        return fields["exemplars"]
    kind = gauges.type.field("data_points").type.value_type.field("exemplars").type
    return pa.nulls(len(fields["flags"]), kind)


def _metric_columns(data: Fields, owner: npt.NDArray[np.int64]) -> Columns:
    """What the metric itself says of all its points, where its type has it."""
    columns: Columns = {"temporality": pa.repeat("unspecified", len(owner))}
    if "aggregation_temporality" in data:
        said = data["aggregation_temporality"].take(pa.array(owner))
        columns["temporality"] = named(said, TEMPORALITIES)
    if "is_monotonic" in data:
        columns["is_monotonic"] = data["is_monotonic"].take(pa.array(owner))
    return columns


def _number(fields: Fields) -> Columns:
    """A point of a gauge or a sum; one marked as having no value has none, whatever it carries."""
    has_value = pc.equal(pc.bit_wise_and(fields["flags"], 1), 0)
    return {"value": pc.if_else(has_value, number_values(fields), np.nan)}


def _histogram(fields: Fields) -> Columns:
    return {
        **_observations(fields),
        "min": fields["min"],
        "max": fields["max"],
        "bucket_bounds": fields["explicit_bounds"],
        "bucket_counts": fields["bucket_counts"],
    }


def _exponential_histogram(fields: Fields) -> Columns:
    positive, negative = struct_fields(fields["positive"]), struct_fields(fields["negative"])
    return {
        **_observations(fields),
        "min": fields["min"],
        "max": fields["max"],
        "scale": fields["scale"],
        "zero_count": fields["zero_count"],
        "zero_threshold": fields["zero_threshold"],
        "positive_offset": positive["offset"],
        "positive_counts": positive["bucket_counts"],
        "negative_offset": negative["offset"],
        "negative_counts": negative["bucket_counts"],
    }


def _summary(fields: Fields) -> Columns:
    pairs, row = children(fields["quantile_values"])
    pair = struct_fields(pairs)
    offsets = pa.array(np.searchsorted(row, np.arange(len(fields["flags"]) + 1)).astype(np.int32))
    return {
        **_observations(fields),
        "quantiles": pa.ListArray.from_arrays(offsets, pair["quantile"]),
        "quantile_values": pa.ListArray.from_arrays(offsets, pair["value"]),
    }


def _observations(fields: Fields) -> Columns:
    return {"value": pa.repeat(np.nan, len(fields["flags"])), "count": fields["count"], "sum": fields["sum"]}


READERS: Mapping[str, Callable[[Fields], Columns]] = {
    "gauge": _number,
    "sum": _number,
    "histogram": _histogram,
    "exponential_histogram": _exponential_histogram,
    "summary": _summary,
}
"""By metric type (the name of the protocol's field): the protocol's points in, the table's columns out."""


def _joined(parts: Sequence[Columns]) -> Columns:
    """Lay the columns of all types end to end; defaults where a type does not have one."""
    counts = [len(part["metric_type"]) for part in parts]
    columns: Columns = {}
    for name in dict.fromkeys(name for part in parts for name in part):
        kind = arrow_type(fields_of(TABLE)[name].type)
        pieces = [
            filled(TABLE, name, part[name].cast(kind)) if name in part else default_column(TABLE, name, count)
            for part, count in zip(parts, counts, strict=True)
        ]
        columns[name] = pa.concat_arrays(pieces)
    return columns
