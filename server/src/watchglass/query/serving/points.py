"""The points of servers and machines as lines: one a reporter, GPU, metric and part, with a number in each bucket of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from watchglass.query.metric_sql import EACH, LOOK_BACK_NS, change_of, is_new
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.serving.directory import Key, reported
from watchglass.query.serving.measures import PARTS, How
from watchglass.query.sql import instant
from watchglass.store.engine import Parameter

Floats = npt.NDArray[np.float64]

MAX_LINES = 20_000
"""Most lines of one answer."""

LEVELS = ("sum", "avg", "max", "low", "high", "newest_sum", "newest_avg", "newest_max")
"""What is made of levels: over the series their means in the bucket, the least and the largest, and their newest."""

_PART = "coalesce(" + ", ".join(f"nullIf(attributes['{name}'], '')" for name in PARTS) + ", '')"
_KEYS = "metric_name, service_name, service_instance_id, host_name, gpu, part"
_IS_LEVEL = "(metric_type = 'gauge' OR (metric_type = 'sum' AND NOT is_monotonic))"


@dataclass(frozen=True, slots=True)
class Line:
    """What one reporter said of one metric and part.

    Attributes:
        reporter: Who said it.
        gpu: Id of the GPU that it is about, empty for none.
        gpu_name: Model and index of that GPU, as far as they were said.
        metric: Canonical name of the metric.
        part: Which part of it, empty for a metric without parts.
        report_count: Points of each bucket, shape (n,).
        values: What can be made of the points, each of shape (n,), NaN where nothing was said: those of LEVELS, or of
            counters and histograms.
    """

    reporter: Key
    gpu: str
    gpu_name: tuple[str, str]
    metric: str
    part: str
    report_count: Floats
    values: dict[How | str, Floats] = field(default_factory=dict)


def read_lines(reader: Reader, scope: Scope, interval_s: int, metrics: list[str], reporters: Sequence[Key] | None) -> list[Line]:
    """Read the metrics of the reporters (None for all) within the scope, in buckets of `interval_s` seconds.

    Bucket 0 is the one that `scope.start_ns` falls in, and begins at a multiple of the interval.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    text, parameters = reported(scope)
    bound: dict[str, Parameter] = {**parameters, "metrics": metrics, "from_ns": max(0, scope.start_ns - LOOK_BACK_NS)}
    is_chosen = "1"
    if reporters is not None:
        for index, name in enumerate(("services", "instances", "hosts")):
            bound[name] = [key[index] for key in reporters]
        is_chosen = (
            "(service_name, service_instance_id, host_name) IN "
            "(SELECT arrayJoin(arrayZip({services:Array(String)}, {instances:Array(String)}, {hosts:Array(String)})))"
        )
    fits = f"metric_name IN {{metrics:Array(String)}} AND {is_chosen} AND NOT has(marks, 'no_recorded_value')"
    shape = _Shape(scope, interval_s)
    lines = list(shape.lines(reader, _levels(f"{text} AND {fits}", interval_s), bound, LEVELS))
    changes = _changes(text.replace("{start_ns:Int64}", "{from_ns:Int64}") + f" AND {fits}", interval_s)
    return lines + list(shape.lines(reader, changes, bound, ("rate", "added", "mean", "count")))


def _levels(fits: str, interval_s: int) -> str:
    """Levels: each series' own in a bucket first, then over the series."""
    return _lines(
        "sum(mean_) AS sum_, avg(mean_) AS avg_, max(mean_) AS max_, min(least) AS low_, max(most) AS high_, "
        "sum(newest) AS newest_sum_, avg(newest) AS newest_avg_, max(newest) AS newest_max_",
        f"SELECT {_KEYS}, series_id, {_bucket(interval_s)}, avg(value) AS mean_, min(value) AS least, max(value) AS most, "
        f"argMax(value, time) AS newest, count() AS reports, {_GPU_NAME} FROM ({_points(fits, 'value', _IS_LEVEL)}) AS point "
        f"WHERE isFinite(value) GROUP BY {_KEYS}, series_id, bucket",
        tuple(f"{name}_" for name in LEVELS),
    )


def _changes(fits: str, interval_s: int) -> str:
    """What counters, histograms and summaries grew by; a rate is over the time that passed between a series' own points."""
    columns = (
        "if(metric_type = 'sum', value, toFloat64(count)) AS value, ifNull(sum, 0.) AS total, temporality, start_time"
    )
    each = (
        f"SELECT *, row_number() OVER {EACH.replace('1 PRECEDING', 'UNBOUNDED PRECEDING')} AS position, "
        f"lagInFrame(value) OVER {EACH} AS before, lagInFrame(total) OVER {EACH} AS total_before, "
        f"lagInFrame(time) OVER {EACH} AS time_before FROM ({_points(fits, columns, f'NOT {_IS_LEVEL}')}) AS point WHERE isFinite(value)"
    )
    passed = "(toUnixTimestamp64Nano(time) - toUnixTimestamp64Nano(if(position = 1, start_time, time_before))) / 1e9"
    changed = (
        f"SELECT *, temporality = 'delta' AS is_delta, if(is_delta, toNullable(value), {change_of('value', 'before')}) AS change, "
        f"if(isNull(change), NULL, if(is_delta OR {is_new('value', 'before')}, total, total - total_before)) AS sum_change, "
        f"if(isNull(change), NULL, {passed}) AS passed_s FROM ({each}) AS one"
    )
    series = (
        f"SELECT {_KEYS}, series_id, {_bucket(interval_s)}, sum(change) AS added, sum(sum_change) AS sum_added, "
        f"sum(passed_s) AS passed, count(change) AS reports, {_GPU_NAME} FROM ({changed}) AS two "
        f"WHERE time >= {instant('{start_ns:Int64}')} GROUP BY {_KEYS}, series_id, bucket"
    )
    rate = "sumIf(added / passed, passed > 0)"
    return _lines(
        f"{rate} AS rate_, sum(added) AS added_, if(added_ > 0, sum(sum_added) / added_, NULL) AS mean_, {rate} AS count_",
        f"SELECT * FROM ({series}) AS three WHERE reports > 0",
        ("rate_", "added_", "mean_", "count_"),
    )


_GPU_NAME = "any(gpu_model) AS gpu_model_, any(gpu_index) AS gpu_index_"


def _points(fits: str, columns: str, kind: str) -> str:
    return (
        f"SELECT metric_name, service_name, service_instance_id, host_name, attributes['hw.id'] AS gpu, {_PART} AS part, "
        "attributes['hw.name'] AS gpu_model, attributes['watchglass.gpu.index'] AS gpu_index, series_id, time, "
        f"{columns} FROM metric_points WHERE {fits} AND {kind}"
    )


def _bucket(interval_s: int) -> str:
    return f"intDiv(toUnixTimestamp64Second(time), {int(interval_s)}) AS bucket"


def _lines(over_series: str, series: str, columns: Sequence[str]) -> str:
    """A row a line: its buckets, and a list of as many numbers for each column."""
    listed = ("bucket", "report_count", *(f"ifNull({it}, nan)" for it in columns))
    lists = ", ".join(f"groupArray({it}) AS l{index}" for index, it in enumerate(listed))
    grouped = (
        f"SELECT {_KEYS}, bucket, sum(reports) AS report_count, any(gpu_model_) AS gpu_model__, any(gpu_index_) AS gpu_index__, "
        f"{over_series} FROM ({series}) AS of_series GROUP BY {_KEYS}, bucket"
    )
    return (
        f"SELECT {_KEYS}, any(gpu_model__) AS gpu_model, any(gpu_index__) AS gpu_index, {lists} "
        f"FROM ({grouped}) AS of_bucket GROUP BY {_KEYS} LIMIT {MAX_LINES}"
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """The buckets of an answer."""

    scope: Scope
    interval_s: int

    def lines(self, reader: Reader, sql: str, bound: dict[str, Parameter], columns: Sequence[str]) -> Iterator[Line]:
        """The rows of a statement as lines."""
        first = self.scope.start_ns // (self.interval_s * 10**9)
        count = bucket_count(self.scope, self.interval_s)
        for row in reader.query(sql, bound).to_pylist():
            at = np.array(row["l0"], dtype=np.int64) - first
            listed = [_placed(at, row[f"l{index}"], count) for index in range(1, len(columns) + 2)]
            yield Line(
                (row["service_name"], row["service_instance_id"], row["host_name"]),
                row["gpu"],
                (row["gpu_model"], row["gpu_index"]),
                row["metric_name"],
                row["part"],
                np.nan_to_num(listed[0]),
                dict(zip(columns, listed[1:], strict=True)),
            )


def bucket_count(scope: Scope, interval_s: int) -> int:
    """How many buckets of `interval_s` seconds the scope touches."""
    step_ns = interval_s * 10**9
    return -(-scope.end_ns // step_ns) - scope.start_ns // step_ns


def _placed(at: npt.NDArray[np.int64], values: list[float], count: int) -> Floats:
    placed = np.full(count, np.nan)
    placed[at] = values
    return placed
