"""How the observations of a histogram are spread, over time: the buckets of the whole range, and what each bucket of time has in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchglass.errors import InvalidInput
from watchglass.query.histograms import Distribution, Exponential, differ, merge_explicit, merge_exponential
from watchglass.query.metric_question import SeriesQuestion
from watchglass.query.metric_series import find_metric, read_exponential
from watchglass.query.metric_sql import MetricSql
from watchglass.query.metrics import Metric
from watchglass.query.reader import Reader

MAX_ROWS = 60
"""About how many buckets a histogram is shown with; finer ones are put together."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A histogram over time.

    Attributes:
        metric: The metric that was read.
        times_ns: Start of each bucket of time, nanoseconds since 1970 UTC, a multiple of the interval.
        lower: Lower bound of each row, ascending; -inf where it has none.
        upper: Upper bound of each row; +inf where it has none.
        counts: Observations in each row, a list for each bucket of time.
        left_out_count: Observations of series that report no buckets beside others that do; they are in no row.
        is_spread: Whether series of different bounds were put together, their observations spread evenly within each bucket.
    """

    metric: Metric
    times_ns: list[int]
    lower: list[float]
    upper: list[float]
    counts: list[list[float]]
    left_out_count: float
    is_spread: bool


def read_heatmap(reader: Reader, question: SeriesQuestion, now_ns: int) -> HeatMap:
    """Read the distribution of a histogram over time; of the question, groups, aggregation, quantiles and limit do not count.

    Raises:
        InvalidInput: The filter names what is not there, or the metric is no histogram.
        NotFound: No point of this name is in the range.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    metric = find_metric(reader, question, now_ns)
    if metric.type not in ("histogram", "exponential_histogram"):
        raise InvalidInput("name", f"a {metric.type} has no buckets; a heat map takes a histogram")
    sql = MetricSql(question.scope, metric, question.expr, (), None, question.interval_s, now_ns)
    is_explicit = metric.type == "histogram"
    rows = reader.query(sql.explicit() if is_explicit else sql.exponential(), sql.parameters()).to_pylist()
    layouts = [row["layout"] for row in rows] if is_explicit else []
    has_some = any(layouts)
    left_out_count = sum(sum(row["added"]) for row in rows if not row["layout"]) if has_some else 0
    step_ns = question.interval_s * 10**9
    times_ns = list(range(question.scope.start_ns // step_ns * step_ns, question.scope.end_ns, step_ns))
    by_time: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_time.setdefault(row["bucket"] * step_ns, []).append(row)
    whole, merged = _explicit(by_time) if is_explicit else _exponential(by_time)
    nothing = [0.0] * len(whole.counts)
    counts = [[max(0.0, it) for it in merged[time].counts.tolist()] if time in merged else nothing for time in times_ns]
    return HeatMap(metric, times_ns, whole.lower.tolist(), whole.upper.tolist(), counts, left_out_count, differ(layouts))


ByTime = Mapping[int, Sequence[dict[str, Any]]]


def _explicit(by_time: ByTime) -> tuple[Distribution, dict[int, Distribution]]:
    """All rows together, and those of each time on the bounds that there are, or as many of them as are shown."""
    parts = {time: [(row["layout"], row["added"]) for row in listed] for time, listed in by_time.items()}
    whole = merge_explicit(it for listed in parts.values() for it in listed)
    bounds = whole.upper[:-1].tolist()
    shown = bounds[:: -(-len(bounds) // MAX_ROWS)] if bounds else []
    whole = merge_explicit((it for listed in parts.values() for it in listed), shown)
    return whole, {time: merge_explicit(listed, shown) for time, listed in parts.items()}


def _exponential(by_time: ByTime) -> tuple[Distribution, dict[int, Distribution]]:
    """The same at the finest scale that gives at most about MAX_ROWS buckets."""
    parts = {time: read_exponential(listed) for time, listed in by_time.items()}
    everything = [part for listed in parts.values() for part in listed]
    empty = _layout(everything)
    return merge_exponential([empty, *everything]), {
        time: merge_exponential([empty, *listed]) for time, listed in parts.items()
    }


def _layout(parts: Sequence[Exponential]) -> Exponential:
    """A histogram without observations that has every bucket of `parts`, so that each time has the same ones."""
    scale = min((part.scale for part in parts), default=0)
    while True:
        sides = [
            {index >> (part.scale - scale): 0.0 for part in parts for index in getattr(part, side)}
            for side in ("positive", "negative")
        ]
        spans = [max(side) - min(side) + 1 for side in sides if side]
        if sum(spans) <= MAX_ROWS:
            break
        scale -= 1
    positive, negative = (dict.fromkeys(range(min(side), max(side) + 1), 0.0) if side else {} for side in sides)
    return Exponential(scale, 0.0, max((part.zero_threshold for part in parts), default=0.0), positive, negative)
