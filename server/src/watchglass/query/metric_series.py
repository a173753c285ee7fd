"""The values of a metric over time: gauges as they are, counters as rates, histograms as quantiles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from watchglass.errors import InvalidInput, NotFound
from watchglass.query.expr import And, Compare, Value
from watchglass.query.histograms import Distribution, Exponential, differ, merge_explicit, merge_exponential, quantile
from watchglass.query.metric_question import LEVELS, Aggregation, SeriesQuestion, aggregations_of
from watchglass.query.metric_sql import MetricSql
from watchglass.query.metrics import Metric, list_metrics
from watchglass.query.reader import Reader


@dataclass(frozen=True, slots=True)
class MetricValues:
    """One line.

    Attributes:
        group: Value of each thing that is grouped by.
        quantile: Which quantile it is, None for the other aggregations.
        values: Value in each bucket, None where nothing is known.
    """

    group: dict[str, str | float | bool | None]
    quantile: float | None
    values: list[float | None]


@dataclass(frozen=True, slots=True)
class Exemplar:
    """An observation that says which trace it came from.

    Attributes:
        time_ns: When, nanoseconds since 1970 UTC.
        value: What was observed.
        trace_id: The trace.
        span_id: The span, empty when not known.
        group: Value of each thing that is grouped by.
    """

    time_ns: int
    value: float
    trace_id: str
    span_id: str
    group: dict[str, str | float | bool | None]


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """The answer.

    Attributes:
        metric: The metric that was read.
        aggregation: What was made of its points.
        times_ns: Start of each bucket, nanoseconds since 1970 UTC, a multiple of the interval.
        series: The lines, groups with the most points first.
        exemplars: Newest first.
        is_truncated: Whether there are more groups than the limit.
        is_spread: Whether quantiles are of series of different bounds, their observations spread evenly within each bucket.
    """

    metric: Metric
    aggregation: Aggregation
    times_ns: list[int]
    series: list[MetricValues]
    exemplars: list[Exemplar]
    is_truncated: bool
    is_spread: bool = False


def read_series(reader: Reader, question: SeriesQuestion, now_ns: int) -> MetricSeries:
    """Read one metric over time.

    Raises:
        InvalidInput: The filter names what is not there, or the aggregation is not for this type.
        NotFound: No point of this name is in the range.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    metric = find_metric(reader, question, now_ns)
    aggregation = question.aggregation or aggregations_of(metric)[0]
    if aggregation not in aggregations_of(metric):
        kind = f"{metric.temporality} {metric.type}" if metric.type == "sum" else metric.type
        raise InvalidInput("aggregation", f"a {kind} can be read as {', '.join(aggregations_of(metric))}")
    return _Reading(reader, question, metric, aggregation, now_ns).read()


def find_metric(reader: Reader, question: SeriesQuestion, now_ns: int) -> Metric:
    """Return the metric that is asked about; of several with the name, the one that was reported last.

    Raises:
        InvalidInput: The filter names what is not there.
        NotFound: No point of this name is in the range.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    conditions = [Compare("metric_name", "=", (Value(question.name),))]
    if question.type:
        conditions.append(Compare("metric_type", "=", (Value(question.type),)))
    found = list_metrics(reader, question.scope, And((*conditions, question.expr)), 100, now_ns)
    if not found:
        raise NotFound(f"no point of a metric {question.name[:200]!r} fits in this range")
    return max(found, key=lambda metric: metric.last_time_ns)


class _Reading:
    """The statements of one question, and what is made of their rows."""

    def __init__(self, reader: Reader, question: SeriesQuestion, metric: Metric, aggregation: Aggregation, now_ns: int) -> None:
        self._reader = reader
        self._question = question
        self._metric = metric
        self._aggregation = aggregation
        self._now_ns = now_ns
        step_ns = question.interval_s * 10**9
        self._first = question.scope.start_ns // step_ns
        self._times_ns = list(range(self._first * step_ns, question.scope.end_ns, step_ns))
        self._is_spread = False

    def read(self) -> MetricSeries:
        largest = self._largest()
        kept = largest[: self._question.limit]
        sql = self._sql(kept if self._question.groups else None)
        lines = self._lines(sql)
        rank = {group: index for index, group in enumerate(kept)}
        series = [
            MetricValues(self._group(texts), share, values)
            for (texts, share), values in sorted(lines.items(), key=lambda it: (rank.get(it[0][0], 0), it[0][1] or 0))
        ]
        exemplars = [
            Exemplar(row["time_ns"], row["value"], row["trace_id"], row["span_id"], self._group(self._texts(row)))
            for row in self._ask(sql.exemplars(), sql)
        ]
        return MetricSeries(
            self._metric,
            self._aggregation,
            self._times_ns,
            series,
            exemplars,
            len(largest) > self._question.limit,
            self._is_spread,
        )

    def _largest(self) -> list[tuple[str, ...]]:
        if not self._question.groups:
            return []
        sql = self._sql(None)
        return [self._texts(row) for row in self._ask(sql.largest_groups(self._question.limit), sql)]

    def _sql(self, kept: Sequence[tuple[str, ...]] | None) -> MetricSql:
        asked = self._question
        return MetricSql(asked.scope, self._metric, asked.expr, asked.groups, kept, asked.interval_s, self._now_ns)

    def _ask(self, text: str, sql: MetricSql) -> list[dict[str, Any]]:
        table: pa.Table = self._reader.query(text, sql.parameters())
        return table.to_pylist()

    def _lines(self, sql: MetricSql) -> dict[tuple[tuple[str, ...], float | None], list[float | None]]:
        """Values of each group and quantile."""
        if self._metric.type == "gauge" or (self._aggregation in LEVELS and self._metric.type == "sum"):
            return self._plain(self._ask(sql.gauge(self._aggregation), sql), lambda row: row["value"])
        if self._metric.type == "sum":
            return self._plain(self._ask(sql.counter(), sql), self._per_time)
        if self._aggregation == "avg":
            return self._plain(self._ask(sql.observations(), sql), _mean)
        if self._aggregation != "quantile":
            return self._plain(self._ask(sql.observations(), sql), self._per_time)
        if self._metric.type == "summary":
            return self._plain(self._ask(sql.summary(), sql), lambda row: row["value"], has_quantile=True)
        if self._metric.type == "histogram":
            rows = self._ask(sql.explicit(), sql)
            self._is_spread = differ(row["layout"] for row in rows)
            return self._quantiles(rows, _explicit)
        return self._quantiles(self._ask(sql.exponential(), sql), _exponential)

    def _plain(
        self, rows: list[dict[str, Any]], value: Callable[[dict[str, Any]], float | None], *, has_quantile: bool = False
    ) -> dict[tuple[tuple[str, ...], float | None], list[float | None]]:
        lines: dict[tuple[tuple[str, ...], float | None], list[float | None]] = {}
        for row in rows:
            key = (self._texts(row), row["quantile"] if has_quantile else None)
            line = lines.setdefault(key, [None] * len(self._times_ns))
            line[row["bucket"] - self._first] = value(row)
        return lines

    def _quantiles(
        self, rows: list[dict[str, Any]], merge: Callable[[list[dict[str, Any]]], Distribution]
    ) -> dict[tuple[tuple[str, ...], float | None], list[float | None]]:
        parts: dict[tuple[tuple[str, ...], int], list[dict[str, Any]]] = {}
        for row in rows:
            parts.setdefault((self._texts(row), row["bucket"]), []).append(row)
        lines: dict[tuple[tuple[str, ...], float | None], list[float | None]] = {}
        for (texts, bucket), listed in parts.items():
            merged = merge(listed)
            for share in self._question.quantiles:
                line = lines.setdefault((texts, share), [None] * len(self._times_ns))
                line[bucket - self._first] = quantile(merged, share)
        return lines

    def _per_time(self, row: dict[str, Any]) -> float | None:
        """What was added, or that over the seconds of the bucket that lie in the range."""
        added: float | None = row["added"]
        if added is None or self._aggregation == "increase":
            return added
        step_ns = self._question.interval_s * 10**9
        start_ns = max(self._question.scope.start_ns, row["bucket"] * step_ns)
        end_ns = min(self._question.scope.end_ns, (row["bucket"] + 1) * step_ns)
        return added * 1e9 / (end_ns - start_ns)

    def _texts(self, row: dict[str, Any]) -> tuple[str, ...]:
        return tuple(row[f"g{index}"] for index in range(len(self._question.groups)))

    def _group(self, texts: tuple[str, ...]) -> dict[str, str | float | bool | None]:
        return {group.name: group.value(text) for group, text in zip(self._question.groups, texts, strict=True)}


def _mean(row: dict[str, Any]) -> float | None:
    return row["added_sum"] / row["added"] if row["added"] and row["added_sum"] is not None else None


def _explicit(rows: list[dict[str, Any]]) -> Distribution:
    return merge_explicit((row["layout"], row["added"]) for row in rows)


def _exponential(rows: list[dict[str, Any]]) -> Distribution:
    return merge_exponential(read_exponential(rows))


def read_exponential(rows: Sequence[dict[str, Any]]) -> list[Exponential]:
    """The histograms in rows of `MetricSql.exponential`."""
    return [
        Exponential(
            scale=row["level"],
            zero_count=row["zero_added"],
            zero_threshold=row["zero_width"],
            positive=_indexed(row["positive"]),
            negative=_indexed(row["negative"]),
        )
        for row in rows
    ]


def _indexed(pairs: dict[str, list[int]] | tuple[list[int], list[int]]) -> dict[int, float]:
    """Counts by index, from sumMap's two lists."""
    keys, counts = pairs.values() if isinstance(pairs, dict) else pairs
    return dict(zip(keys, counts, strict=True))
