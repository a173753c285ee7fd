"""Stored metric points written as OTLP metrics again."""

import math
from typing import Any

from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from watchglass.outlets.attributes import json_object, key_values
from watchglass.outlets.outlet import Row

TEMPORALITIES = {"unspecified": 0, "delta": 1, "cumulative": 2}
NO_RECORDED_VALUE = 1


def metric_key(row: Row) -> tuple[Any, ...]:
    """What the points of one metric share."""
    names = ("metric_name", "metric_type", "unit", "description", "temporality", "is_monotonic")
    return tuple(row[name] for name in names)


def new_metric(metrics: Any, row: Row) -> Metric:
    """Add the metric of a point to `metrics`, without the point."""
    metric: Metric = metrics.add(name=row["metric_name"], unit=row["unit"], description=row["description"])
    data = getattr(metric, row["metric_type"])
    data.SetInParent()
    if row["metric_type"] in ("sum", "histogram", "exponential_histogram"):
        data.aggregation_temporality = TEMPORALITIES.get(row["temporality"], 0)
    if row["metric_type"] == "sum":
        data.is_monotonic = row["is_monotonic"]
    return metric


def write_point(metric: Metric, row: Row) -> None:
    """Add a point to its metric."""
    kind = row["metric_type"]
    point = getattr(metric, kind).data_points.add(
        start_time_unix_nano=max(row["start_time"], 0),
        time_unix_nano=max(row["time"], 0),
        attributes=key_values(row["attributes"]),
    )
    if "no_recorded_value" in row["marks"]:
        point.flags = NO_RECORDED_VALUE
    elif kind in ("gauge", "sum") and not math.isnan(row["value"]):
        point.as_double = row["value"]
    if kind not in ("gauge", "sum"):
        _write_observations(point, row, kind)
    if kind != "summary":
        _write_exemplars(point, row)


def _write_observations(point: Any, row: Row, kind: str) -> None:
    point.count = row["count"]
    for name in ("sum",) if kind == "summary" else ("sum", "min", "max"):
        if row[name] is not None:
            setattr(point, name, row[name])
    if kind == "histogram":
        point.explicit_bounds.extend(row["bucket_bounds"])
        point.bucket_counts.extend(row["bucket_counts"])
    elif kind == "exponential_histogram":
        point.scale, point.zero_count, point.zero_threshold = row["scale"], row["zero_count"], row["zero_threshold"]
        for side in ("positive", "negative"):
            getattr(point, side).offset = row[f"{side}_offset"]
            getattr(point, side).bucket_counts.extend(row[f"{side}_counts"])
    else:
        for quantile, value in zip(row["quantiles"], row["quantile_values"], strict=True):
            point.quantile_values.add(quantile=quantile, value=value)


def _write_exemplars(point: Any, row: Row) -> None:
    parts = zip(
        row["exemplar_times"], row["exemplar_values"], row["exemplar_trace_ids"], row["exemplar_span_ids"],
        row["exemplar_attributes"], strict=True,
    )  # fmt: skip
    for time, value, trace_id, span_id, held in parts:
        exemplar = point.exemplars.add(
            time_unix_nano=max(time, 0),
            trace_id=bytes.fromhex(trace_id),
            span_id=bytes.fromhex(span_id),
            filtered_attributes=key_values(json_object(held)),
        )
        if not math.isnan(value):
            exemplar.as_double = value
