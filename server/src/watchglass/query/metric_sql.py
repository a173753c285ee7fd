"""The statements behind the series of a metric: per series first, then over the series of a group.

A cumulative point is turned into what was added since the point before it. Where the counter started anew (it is lower than
before, or says that it began after the point before) all of it was added since; what the first point of a series holds was
added in the range when the series says that it began there, else it is only what the next one is compared with.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.metrics import Metric
from watchglass.query.scope import Scope
from watchglass.query.usage_groups import Group
from watchglass.store.engine import Parameter

LOOK_BACK_NS = 600 * 10**9
"""How far before the range the point is looked for that the first one in it is compared with: 10 minutes."""

MAX_EXEMPLARS = 100
"""Most exemplars of one answer, the newest."""

_START, _END = (f"fromUnixTimestamp64Nano({{{name}:Int64}}, 'UTC')" for name in ("start_ns", "end_ns"))
_FROM = "fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC')"
EACH = "(PARTITION BY series_id ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
"""The window of a point and the one before it in its series."""


@dataclass(frozen=True, slots=True)
class MetricSql:
    """Writes the statements about one metric's points.

    Attributes:
        scope: Project and range.
        metric: The metric.
        expr: Which points count, over the columns of metric_points.
        groups: What to tell apart.
        kept: Groups that are kept; None for all.
        interval_s: Length of a bucket, in seconds.
        now_ns: The present, nanoseconds since 1970 UTC.
    """

    scope: Scope
    metric: Metric
    expr: Expr
    groups: tuple[Group, ...]
    kept: Sequence[tuple[str, ...]] | None
    interval_s: int
    now_ns: int

    @property
    def keys(self) -> str:
        """Names of the groups' columns, with a comma after each."""
        return "".join(f"g{index}, " for index in range(len(self.groups)))

    def parameters(self) -> dict[str, Parameter]:
        """Values of every statement's placeholders."""
        bound: dict[str, Parameter] = {
            "project_id": self.scope.project_id,
            "metric_name": self.metric.name,
            "metric_type": self.metric.type,
            "temporality": self.metric.temporality,
            "is_monotonic": self.metric.is_monotonic,
            "start_ns": self.scope.start_ns,
            "end_ns": self.scope.end_ns,
            "from_ns": max(0, self.scope.start_ns - max(LOOK_BACK_NS, self.interval_s * 10**9)),
            **condition(self.expr, "metric_points", self.now_ns).parameters,
        }
        for index, group in enumerate(self.groups):
            bound |= group.parameters
            if self.kept is not None:
                bound[f"kept_{index}"] = [values[index] for values in self.kept]
        return bound

    def largest_groups(self, limit: int) -> str:
        """The groups with the most points; one row more than `limit` where there are more."""
        names = ", ".join(f"g{index}" for index in range(len(self.groups)))
        return (
            f"SELECT {names} FROM ({self._points(_START)}) AS point GROUP BY {names} "
            f"ORDER BY count() DESC, {names} LIMIT {int(limit) + 1}"
        )

    def gauge(self, aggregation: str) -> str:
        """A row a group and bucket: `value`, each series' own in the bucket first, then over the series."""
        over_series = {
            "avg": "avg(mean)", "sum": "sum(mean)", "min": "min(least)", "max": "max(most)", "last": "argMax(latest, at)",
        }[aggregation]  # fmt: skip
        return (
            f"SELECT {self.keys}bucket, {over_series} AS value FROM ("
            f"SELECT {self.keys}series_id, bucket, avg(value) AS mean, min(value) AS least, max(value) AS most, "
            "argMax(value, time) AS latest, max(time) AS at "
            f"FROM ({self._points(_START, ', value')}) AS point WHERE NOT isNaN(value) GROUP BY {self.keys}series_id, bucket"
            f") AS one GROUP BY {self.keys}bucket"
        )

    def counter(self) -> str:
        """A row a group and bucket: `added`, summed over the series, null where nothing is known."""
        if self.metric.temporality == "delta":
            return (
                f"SELECT {self.keys}bucket, sum(value) AS added FROM ({self._points(_START, ', value')}) AS point "
                f"WHERE NOT isNaN(value) GROUP BY {self.keys}bucket"
            )
        return (
            f"SELECT {self.keys}bucket, sum(change) AS added FROM (SELECT *, {change_of('value', 'before')} AS change FROM ("
            f"SELECT *, row_number() OVER {EACH.replace('1 PRECEDING', 'UNBOUNDED PRECEDING')} AS position, "
            f"lagInFrame(value) OVER {EACH} AS before, lagInFrame(time) OVER {EACH} AS time_before "
            f"FROM ({self._points(_FROM, ', value')}) AS point WHERE NOT isNaN(value)"
            f") AS one) AS two WHERE time >= {_START} GROUP BY {self.keys}bucket"
        )

    def observations(self) -> str:
        """A row a group and bucket: `added` observations and `added_sum` (null when not known), of a histogram or summary."""
        columns = ", toFloat64(count) AS value, sum AS total"
        # a histogram of negative values has a sum that falls, so only the count tells of a new start
        return (
            f"SELECT {self.keys}bucket, sum(change) AS added, sum(sum_change) AS added_sum FROM ({self._changes(columns)}) AS two "
            f"WHERE time >= {_START} GROUP BY {self.keys}bucket"
        )

    def explicit(self) -> str:
        """A row a group, bucket and `layout` (the bounds): the counts that were `added`."""
        columns = ", toFloat64(count) AS value, 0. AS total, bucket_bounds AS bounds, bucket_counts AS counts"
        before = f"lagInFrame(counts) OVER {EACH} AS counts_before, lagInFrame(bounds) OVER {EACH} AS bounds_before, "
        parts = (
            "[(bounds, arrayMap(x -> toInt64(x), counts))]"
            if self.metric.temporality == "delta"
            else "multiIf(isNull(change), [], is_new OR bounds != bounds_before, [(bounds, arrayMap(x -> toInt64(x), counts))], "
            "[(bounds, arrayMap((x, y) -> toInt64(x) - toInt64(y), counts, arrayResize(counts_before, length(counts))))])"
        )
        return (
            f"SELECT {self.keys}bucket, tupleElement(part, 1) AS layout, sumForEach(tupleElement(part, 2)) AS added "
            f"FROM ({self._changes(columns, before)}) AS two ARRAY JOIN {parts} AS part "
            f"WHERE time >= {_START} GROUP BY {self.keys}bucket, layout"
        )

    def exponential(self) -> str:
        """A row a group, bucket and `level` (the scale): counts that were added, a point's less those of the one before it."""
        names = ("scale", "zero_count", "zero_threshold", "positive_offset", "positive_counts", "negative_offset", "negative_counts")
        columns = ", toFloat64(count) AS value, 0. AS total, " + ", ".join(names)
        before = "".join(f"lagInFrame({name}) OVER {EACH} AS {name}_before, " for name in names)
        now = _exponential_part("", 1)
        parts = f"[{now}]"
        if self.metric.temporality != "delta":
            parts = f"multiIf(isNull(change), [], is_new, [{now}], [{now}, {_exponential_part('_before', -1)}])"
        return (
            f"SELECT {self.keys}bucket, tupleElement(part, 1) AS level, sum(tupleElement(part, 2)) AS zero_added, max(tupleElement(part, 3)) AS zero_width, "
            "sumMap(tupleElement(part, 4), tupleElement(part, 5)) AS positive, sumMap(tupleElement(part, 6), tupleElement(part, 7)) AS negative "
            f"FROM ({self._changes(columns, before)}) AS two ARRAY JOIN {parts} AS part "
            f"WHERE time >= {_START} GROUP BY {self.keys}bucket, level"
        )

    def summary(self) -> str:
        """A row a group, bucket and quantile: the mean of what the series said."""
        return (
            f"SELECT {self.keys}bucket, quantile, avg(quantile_value) AS value FROM "
            f"({self._points(_START, ', quantiles, quantile_values')}) AS point "
            "ARRAY JOIN quantiles AS quantile, quantile_values AS quantile_value "
            f"WHERE NOT isNaN(quantile_value) GROUP BY {self.keys}bucket, quantile"
        )

    def exemplars(self) -> str:
        """The newest exemplars of the range that name a trace."""
        columns = ", exemplar_times, exemplar_values, exemplar_trace_ids, exemplar_span_ids"
        return (
            f"SELECT {self.keys}toUnixTimestamp64Nano(exemplar_time) AS time_ns, exemplar_value AS value, trace_id, span_id "
            f"FROM ({self._points(_START, columns)}) AS point ARRAY JOIN exemplar_times AS exemplar_time, "
            "exemplar_values AS exemplar_value, exemplar_trace_ids AS trace_id, exemplar_span_ids AS span_id "
            f"WHERE trace_id != '' AND exemplar_time >= {_START} AND exemplar_time < {_END} "
            f"ORDER BY exemplar_time DESC, trace_id LIMIT {MAX_EXEMPLARS}"
        )

    def _points(self, start: str, columns: str = "") -> str:
        """The points from `start` on, with their groups and buckets."""
        values = [group.sql.format(t="metric_points") for group in self.groups]
        groups = "".join(f"{sql} AS g{index}, " for index, sql in enumerate(values))
        is_kept = ""
        if self.kept is not None:
            arrays = ", ".join(f"{{kept_{index}:Array(String)}}" for index in range(len(values)))
            is_kept = f" AND tuple({', '.join(values)}) IN (SELECT arrayJoin(arrayZip({arrays})))"
        return (
            f"SELECT {groups}series_id, time, start_time, intDiv(toUnixTimestamp64Second(time), {int(self.interval_s)}) AS bucket"
            f"{columns} FROM metric_points WHERE project_id = {{project_id:String}} AND metric_name = {{metric_name:String}} "
            "AND metric_type = {metric_type:String} AND temporality = {temporality:String} "
            f"AND is_monotonic = {{is_monotonic:Bool}} AND metric_points.time >= {start} AND metric_points.time < {_END} "
            f"AND NOT has(marks, 'no_recorded_value') AND {condition(self.expr, 'metric_points', self.now_ns).text}{is_kept}"
        )

    def _changes(self, columns: str, before: str = "") -> str:
        """Each point with what its `value` and `total` grew by since the point before, and whether the series began anew."""
        if self.metric.temporality == "delta":
            return f"SELECT *, value AS change, total AS sum_change FROM ({self._points(_START, columns)}) AS point"
        return (
            f"SELECT *, {is_new('value', 'value_before')} AS is_new, {change_of('value', 'value_before')} AS change, "
            "if(isNull(change), NULL, if(is_new, total, total - total_before)) AS sum_change FROM ("
            f"SELECT *, {before}row_number() OVER {EACH.replace('1 PRECEDING', 'UNBOUNDED PRECEDING')} AS position, "
            f"lagInFrame(value) OVER {EACH} AS value_before, lagInFrame(total) OVER {EACH} AS total_before, "
            f"lagInFrame(time) OVER {EACH} AS time_before FROM ({self._points(_FROM, columns)}) AS point) AS one"
        )


def is_new(value: str, before: str) -> str:
    """Whether a point counts from nothing: the first one, or one after a new start."""
    return f"(position = 1 OR {value} < {before} OR start_time > time_before)"


def change_of(value: str, before: str) -> str:
    """What a point adds, null where that is not known: the first point of a series that began before the range.

    Rows need `position` in their series (from 1), `start_time`, `time`, `time_before`, and the placeholder `from_ns`.
    """
    began_here = f"start_time < time AND start_time >= {_FROM}"
    return f"multiIf(position = 1, if({began_here}, toNullable({value}), NULL), {is_new(value, before)}, {value}, {value} - {before})"


def _exponential_part(suffix: str, sign: int) -> str:
    """A tuple of one point's buckets by index, times `sign`."""
    sides = ", ".join(
        f"arrayMap(i -> toInt64({side}_offset{suffix}) + i - 1, arrayEnumerate({side}_counts{suffix})), "
        f"arrayMap(x -> toInt64(x) * {sign}, {side}_counts{suffix})"
        for side in ("positive", "negative")
    )
    return f"(scale{suffix}, toInt64(zero_count{suffix}) * {sign}, zero_threshold{suffix}, {sides})"
