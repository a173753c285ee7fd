"""The histogram of gaps between tokens, filled many gaps at a time.

OpenTelemetry's own histogram takes one value a call, at several microseconds each: more than a token may cost.
"""

import threading
from array import array
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    ScopeMetrics,
)
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from watchglass_probe.clock import SYSTEM_CLOCK

SCOPE = "watchglass_probe.streams.gaps"
"""Not that of the probe's instruments: OpenTelemetry's encoder keeps one list of metrics a scope, and drops others."""
NAME = "watchglass.stream.inter_token_gap"
BOUNDS_S = (
    0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075,
    0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0, 30.0,
)  # fmt: skip
_BOUNDS_NS = tuple(round(bound * 1e9) for bound in BOUNDS_S)
MAX_SERIES = 500
"""Sets of attributes; what comes beyond them is counted together."""
OVERFLOW: dict[str, str | bool] = {"otel.metric.overflow": True}

Attributes = Mapping[str, str | bool | int | float]
Series = tuple[tuple[str, str | bool | int | float], ...]


@dataclass
class Distribution:
    """Gaps in buckets; all times in ns."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    count: int = 0
    sum_ns: int = 0
    min_ns: int = 0
    max_ns: int = 0

    def add(self, gaps_ns: "array[int]") -> None:
        """Take in gaps, in ns; a gap on a bound belongs below it."""
        if not gaps_ns:
            return
        ordered = sorted(gaps_ns)
        below = 0
        for bucket, bound in enumerate(_BOUNDS_NS):
            upto = bisect_right(ordered, bound, below)
            self.counts[bucket] += upto - below
            below = upto
        self.counts[-1] += len(ordered) - below
        self._widen(len(ordered), sum(ordered), ordered[0], ordered[-1])

    def merge(self, other: "Distribution") -> None:
        """Take in another's gaps."""
        if other.count:
            self.counts = [mine + its for mine, its in zip(self.counts, other.counts, strict=True)]
            self._widen(other.count, other.sum_ns, other.min_ns, other.max_ns)

    def _widen(self, count: int, sum_ns: int, min_ns: int, max_ns: int) -> None:
        self.min_ns = min(self.min_ns, min_ns) if self.count else min_ns
        self.max_ns = max(self.max_ns, max_ns)
        self.count += count
        self.sum_ns += sum_ns


class GapHistogram:
    """Distributions by attributes, since the process started. Any thread may use it."""

    def __init__(self) -> None:
        self._started_ns = SYSTEM_CLOCK.now_ns()
        self._series: dict[Series, Distribution] = {}
        self._lock = threading.Lock()

    def add(self, attributes: Attributes, gaps: Distribution) -> None:
        """Take in the gaps of one stream."""
        series = tuple(sorted(attributes.items()))
        with self._lock:
            if series not in self._series and len(self._series) >= MAX_SERIES:
                series = tuple(OVERFLOW.items())
            self._series.setdefault(series, Distribution()).merge(gaps)

    def added_to(self, collected: MetricsData) -> MetricsData:
        """What was collected, with this histogram in it, under the same resource."""
        points = self._points()
        if not points or not collected.resource_metrics:
            return collected
        data = Histogram(points, AggregationTemporality.CUMULATIVE)
        metric = Metric(NAME, "Time between one token of a stream and the next", "s", data)
        mine = ScopeMetrics(InstrumentationScope(SCOPE), [metric], "")
        first, *others = collected.resource_metrics
        return MetricsData([replace(first, scope_metrics=[*first.scope_metrics, mine]), *others])

    def _points(self) -> list[HistogramDataPoint]:
        now_ns = SYSTEM_CLOCK.now_ns()
        with self._lock:
            return [
                HistogramDataPoint(
                    attributes=dict(series),
                    start_time_unix_nano=self._started_ns,
                    time_unix_nano=now_ns,
                    count=gaps.count,
                    sum=gaps.sum_ns / 1e9,
                    bucket_counts=list(gaps.counts),
                    explicit_bounds=BOUNDS_S,
                    min=gaps.min_ns / 1e9,
                    max=gaps.max_ns / 1e9,
                )
                for series, gaps in self._series.items()
            ]
