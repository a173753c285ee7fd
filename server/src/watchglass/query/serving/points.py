"""The points of servers and machines as lines: one a reporter, GPU, metric and part, with a number in each bucket of time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from watchglass.query.metric_sql import EACH, LOOK_BACK_NS, change_of, is_new
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.serving.directory import Key, Reporter, reported
from watchglass.query.sql import instant
from watchglass.store.engine import Parameter

Floats = npt.NDArray[np.float64]

LEVELS = ("sum", "avg", "max", "low", "high", "newest_sum", "newest_avg", "newest_max")
"""What is made of levels: over the series their means in the bucket, the least and the largest, and their newest."""

CHANGES = ("rate", "added", "mean", "count")
"""What is made of counters, histograms and summaries."""

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
        values: What can be made of the points, each of shape (n,), NaN where nothing was said: those of LEVELS or
            of CHANGES.
    """

    reporter: Key
    gpu: str
    gpu_name: tuple[str, str]
    metric: str
    part: str
    report_count: Floats
    values: dict[str, Floats] = field(default_factory=dict)


def read_lines(reader: Reader, scope: Scope, interval_s: int, reporters: Sequence[Reporter]) -> list[Line]:
    """Read what the reporters tell of within the scope, in buckets of `interval_s` seconds.

    Bucket 0 is the one that `scope.start_ns` falls in, and begins at a multiple of the interval.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    told = [(reporter, it) for reporter in reporters for it in reporter.told]
    if not told:
        return []
    text, parameters = reported(scope)
    bound: dict[str, Parameter] = {
        **parameters,
        "metrics": list(dict.fromkeys(it.metric for _, it in told)),
        "series": [series for _, it in told for series in it.series_ids],
        "lines": [number for number, (_, it) in enumerate(told) for _ in it.series_ids],
        "from_ns": max(0, scope.start_ns - LOOK_BACK_NS),
    }
    # the table is sorted by metric and series
    fits = "metric_name IN {metrics:Array(String)} AND series_id IN {series:Array(UInt64)} AND NOT has(marks, 'no_recorded_value')"
    before = text.replace("{start_ns:Int64}", "{from_ns:Int64}")
    first, count = scope.start_ns // (interval_s * 10**9), bucket_count(scope, interval_s)
    found: list[Line] = []
    for sql, columns in ((_levels(f"{text} AND {fits}", interval_s), LEVELS), (_changes(f"{before} AND {fits}", interval_s), CHANGES)):
        for row in reader.query(sql, bound).to_pylist():
            reporter, it = told[row["line"]]
            at = np.array(row["l0"], dtype=np.int64) - first
            listed = [_placed(at, row[f"l{index}"], count) for index in range(1, len(columns) + 2)]
            values: dict[str, Floats] = dict(zip(columns, listed[1:], strict=True))
            found.append(Line(reporter.key, it.gpu, it.gpu_name, it.metric, it.part, np.nan_to_num(listed[0]), values))
    return found


def _levels(fits: str, interval_s: int) -> str:
    """Levels: each series' own in a bucket first, then over the series."""
    return _lines(
        "sum(mean_) AS sum_, avg(mean_) AS avg_, max(mean_) AS max_, min(least) AS low_, max(most) AS high_, "
        "sum(newest) AS newest_sum_, avg(newest) AS newest_avg_, max(newest) AS newest_max_",
        f"SELECT series_id, {_bucket(interval_s)}, avg(value) AS mean_, min(value) AS least, max(value) AS most, "
        f"argMax(value, time) AS newest, count() AS reports FROM ({_points(fits, 'value', _IS_LEVEL)}) AS point "
        "WHERE isFinite(value) GROUP BY series_id, bucket",
        LEVELS,
    )


def _changes(fits: str, interval_s: int) -> str:
    """What counters, histograms and summaries grew by; a rate is over the time that passed between a series' own points."""
    columns = "if(metric_type = 'sum', value, toFloat64(count)) AS value, ifNull(sum, 0.) AS total, temporality, start_time"
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
        f"SELECT series_id, {_bucket(interval_s)}, sum(change) AS added, sum(sum_change) AS sum_added, "
        f"sum(passed_s) AS passed, count(change) AS reports FROM ({changed}) AS two "
        f"WHERE time >= {instant('{start_ns:Int64}')} GROUP BY series_id, bucket"
    )
    rate = "sumIf(added / passed, passed > 0)"
    return _lines(
        f"{rate} AS rate_, sum(added) AS added_, if(added_ > 0, sum(sum_added) / added_, NULL) AS mean_, {rate} AS count_",
        f"SELECT * FROM ({series}) AS three WHERE reports > 0",
        CHANGES,
    )


def _points(fits: str, columns: str, kind: str) -> str:
    return f"SELECT series_id, time, {columns} FROM metric_points WHERE {fits} AND {kind}"


def _bucket(interval_s: int) -> str:
    return f"intDiv(toUnixTimestamp64Second(time), {int(interval_s)}) AS bucket"


def _lines(over_series: str, series: str, columns: Sequence[str]) -> str:
    """A row a line: its buckets, and a list of as many numbers for each column."""
    listed = ("bucket", "report_count", *(f"ifNull({name}_, nan)" for name in columns))
    lists = ", ".join(f"groupArray({it}) AS l{index}" for index, it in enumerate(listed))
    line = "transform(series_id, {series:Array(UInt64)}, {lines:Array(UInt32)}, toUInt32(0)) AS line"
    grouped = f"SELECT {line}, bucket, sum(reports) AS report_count, {over_series} FROM ({series}) AS of_series GROUP BY line, bucket"
    return f"SELECT line, {lists} FROM ({grouped}) AS of_bucket GROUP BY line"


def bucket_count(scope: Scope, interval_s: int) -> int:
    """How many buckets of `interval_s` seconds the scope touches."""
    step_ns = interval_s * 10**9
    return -(-scope.end_ns // step_ns) - scope.start_ns // step_ns


def _placed(at: npt.NDArray[np.int64], values: list[float], count: int) -> Floats:
    placed = np.full(count, np.nan)
    placed[at] = values
    return placed
