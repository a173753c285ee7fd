"""Metric points as Datadog's MetricSeries."""

import math
from typing import Any

from watchglass.outlets.datadog_tags import tag, tags_of
from watchglass.outlets.outlet import Row

COUNT, GAUGE = 1, 3
UNSUPPORTED = "points without a finite value have no form in Datadog"


def point_series(row: Row) -> list[dict[str, Any]]:
    """The series of a point, each with one point; none where it has no finite value.

    A cumulative sum is a gauge of the total (Datadog's monotonic_diff makes a rate of it); a delta is a count.
    """
    kind, delta = row["metric_type"], row["temporality"] == "delta"
    if kind in ("gauge", "sum"):
        return _finite(row, {"": row["value"]}, COUNT if kind == "sum" and delta else GAUGE)
    totals = {".count": row["count"], ".sum": row["sum"]}
    series = _finite(row, totals, COUNT if delta else GAUGE)
    extremes = {".min": row["min"], ".max": row["max"]} if kind != "summary" else {}
    series += _finite(row, extremes, GAUGE)
    for quantile, value in zip(row["quantiles"], row["quantile_values"], strict=True):
        series += _finite(row, {".quantile": value}, GAUGE, tag("quantile", f"{quantile:g}"))
    return series


def _finite(row: Row, values: dict[str, float | None], type_: int, *more: str) -> list[dict[str, Any]]:
    interval_s = (row["time"] - row["start_time"]) // 1_000_000_000 if row["start_time"] > 0 else 0
    common: dict[str, Any] = {
        "type": type_,
        "tags": sorted({*tags_of(row), *(tag(key, str(value)) for key, value in row["attributes"].items()), *more}),
        **({"interval": max(1, interval_s)} if type_ == COUNT else {}),
        **({"resources": [{"type": "host", "name": row["host_name"]}]} if row["host_name"] else {}),
    }
    return [
        {
            "metric": row["metric_name"] + suffix,
            "points": [{"timestamp": row["time"] // 1_000_000_000, "value": float(value)}],
            **common,
        }
        for suffix, value in values.items()
        if value is not None and math.isfinite(value)
    ]
