"""Metrics of model servers and machines that moved while something else did, by how unusual that is for each."""

from typing import Any

import numpy as np
import pyarrow as pa

from watchglass.analysis.explain.moved import LEAST_POINTS, robust_z
from watchglass.conventions.serving.registry import SERVER, SOURCE_METRIC, load_serving
from watchglass.query.explanation import MetricChange
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import instant

MOST_METRICS = 8

LEAST_Z = 4.0
"""What moved less is not worth a line."""

MOST_POINTS = 60
"""Points of a series that are compared in each stretch; a point is a minute at least."""

MOST_ROWS = 200_000

SMALLEST_LEVEL = 0.02
"""Scatter of a series that hardly scatters, as a part of its level: what moves by less is not seen by anybody."""

PARTS_OF_ONE = ("cpu.logical_number", "system.device", "system.filesystem.mountpoint", SOURCE_METRIC, SERVER)
"""Attributes whose values are taken together: the cores of a machine are one machine."""


_KEYS = "metric_name, unit, service_name, host_name, service_instance_id, attributes, metric_type, temporality, is_monotonic"


def moved_metrics(reader: Reader, scope: Scope, before: Scope) -> list[MetricChange]:
    """Return what moved most, one line a metric.

    Gauges are compared by their mean, counters by what they grew by, histograms by the mean of what was observed, each over
    steps of equal length.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    length_ns = scope.end_ns - scope.start_ns
    step_s = max(60, length_ns // MOST_POINTS // 10**9)
    now, earlier = (_series(_read(reader, it, step_s), step_s) for it in (scope, before))
    changes: dict[str, MetricChange] = {}
    for key, values in now.items():
        old = earlier.get(key)
        if old is None or len(old) < LEAST_POINTS or len(values) < LEAST_POINTS:
            continue
        z = robust_z(np.array(values), np.array(old), SMALLEST_LEVEL)
        name, unit, labels = key
        if abs(z) >= LEAST_Z and (name not in changes or abs(z) > abs(changes[name].robust_z)):
            changes[name] = MetricChange(name, unit, dict(labels), float(np.median(values)), float(np.median(old)), z)
    return sorted(changes.values(), key=lambda it: -abs(it.robust_z))[:MOST_METRICS]


def _read(reader: Reader, scope: Scope, step_s: int) -> pa.Table:
    """A row a series and step."""
    start, end = (instant(f"{{{name}:Int64}}") for name in ("start_ns", "end_ns"))
    return reader.query(
        f"SELECT {_KEYS}, series_id, intDiv(toUnixTimestamp64Second(metric_points.time), {int(step_s)}) AS step, "
        "avg(metric_points.value) AS mean, argMax(metric_points.value, metric_points.time) AS last, sum(metric_points.value) AS added, "
        "argMax(metric_points.sum, metric_points.time) AS last_sum, sum(metric_points.sum) AS added_sum, "
        "toInt64(argMax(metric_points.count, metric_points.time)) AS last_count, toInt64(sum(metric_points.count)) AS added_count "
        "FROM metric_points WHERE metric_points.project_id = {project_id:String} AND metric_name IN {names:Array(String)} "
        f"AND metric_points.time >= {start} AND metric_points.time < {end} AND NOT has(marks, 'no_recorded_value') "
        f"GROUP BY {_KEYS}, series_id, step ORDER BY series_id, step LIMIT {MOST_ROWS}",
        {
            "project_id": scope.project_id,
            "names": sorted({rule.name for rule in load_serving().values()}),
            "start_ns": scope.start_ns,
            "end_ns": scope.end_ns,
        },
    )


Key = tuple[str, str, tuple[tuple[str, str], ...]]
"""Name, unit and labels of what is compared."""


def _series(table: pa.Table, step_s: int) -> dict[Key, list[float]]:
    """The values of each thing that is compared, a step each, the mean over series that are parts of one."""
    found: dict[Key, dict[int, list[float]]] = {}
    last: dict[str, Any] | None = None
    for row in table.to_pylist():
        value = _value(row, last if last and last["series_id"] == row["series_id"] else None, step_s)
        last = row
        if value is not None and np.isfinite(value):
            found.setdefault(_key(row), {}).setdefault(row["step"], []).append(value)
    return {key: [float(np.mean(values)) for _, values in sorted(steps.items())] for key, steps in found.items()}


def _value(row: dict[str, Any], before: dict[str, Any] | None, step_s: int) -> float | None:
    """What a series is at in one step; a cumulative one needs the step before it, and says nothing where it began anew."""
    kind, is_delta = row["metric_type"], row["temporality"] == "delta"
    if kind == "gauge" or (kind == "sum" and not row["is_monotonic"] and not is_delta):
        return row["mean"]
    if kind == "sum":
        if is_delta:
            return row["added"] / step_s
        if before is None or row["last"] < before["last"]:
            return None
        return (row["last"] - before["last"]) / (step_s * (row["step"] - before["step"]))
    if is_delta:
        return row["added_sum"] / row["added_count"] if row["added_count"] and row["added_sum"] is not None else None
    if before is None or row["last_sum"] is None or before["last_sum"] is None:
        return None
    observed = row["last_count"] - before["last_count"]
    return (row["last_sum"] - before["last_sum"]) / observed if observed > 0 else None


def _key(row: dict[str, Any]) -> Key:
    labels = {name: row[name] for name in ("service_name", "host_name", "service_instance_id")}
    labels |= {name: value for name, value in row["attributes"] if name not in PARTS_OF_ONE}
    return row["metric_name"], row["unit"], tuple(sorted((name, value) for name, value in labels.items() if value))
