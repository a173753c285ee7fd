"""The values of all windows of a range, as the detectors take them: series by times, with what is unknown left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from watchglass.alerts.measured import measure
from watchglass.alerts.usage_windows import adds_up
from watchglass.alerts.watch import Watch
from watchglass.alerts.windows import Floats, Labels, S, Values, windows
from watchglass.analysis.anomaly.series import Series
from watchglass.query.asked import UsageQuery


@dataclass(frozen=True, slots=True)
class SeriesOf:
    """Series with their labels.

    Attributes:
        labels: What tells each row apart.
        series: The values.
    """

    labels: tuple[Labels, ...]
    series: Series

    def since(self, start_ns: int) -> "SeriesOf":
        """Without the windows that begin before `start_ns`."""
        first = max(0, (start_ns - self.series.start_ns) // self.series.step_ns)
        values = self.series.values[:, first:]
        return replace(self, series=Series(values, self.series.start_ns + first * self.series.step_ns, self.series.step_ns))

    def until(self, end_ns: int) -> "SeriesOf":
        """Without the windows that end after `end_ns`."""
        count = max(0, (end_ns - self.series.start_ns) // self.series.step_ns)
        return replace(self, series=Series(self.series.values[:, :count], self.series.start_ns, self.series.step_ns))

    def known(self, count: int) -> Series:
        """The first so many series."""
        return Series(self.series.values[:count], self.series.start_ns, self.series.step_ns)


def read_series_of(watch: Watch, start_ns: int, end_ns: int, first: Sequence[Labels]) -> SeriesOf:
    """Read every window of a range, whose ends are multiples of the window.

    Args:
        watch: What to read, and with what.
        start_ns: Start of the first window.
        end_ns: End of the last one.
        first: Series that come first, in this order, whether they are there or not; others follow.

    Raises:
        InvalidInput: The query cannot be answered as it is.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    step_ns = watch.window_s * S
    ends = np.arange(start_ns + step_ns, end_ns + 1, step_ns, dtype=np.int64)
    found = measure(watch.asked, watch.query, windows(ends, watch.window_s)) if len(ends) else {}
    nothing_is_zero = isinstance(watch.query, UsageQuery) and watch.query.per is None and adds_up(watch.query)
    labels = tuple(dict.fromkeys((*first, *found)))
    values = np.full((len(labels), len(ends)), np.nan)
    for row, name in enumerate(labels):
        if name in found:
            values[row] = _usual(found[name], watch.minimum_traffic, nothing_is_zero, is_new=name not in first)
        elif nothing_is_zero:
            values[row] = 0.0
    return SeriesOf(labels, Series(values, start_ns, step_ns))


def _usual(values: Values, minimum_traffic: int, nothing_is_zero: bool, *, is_new: bool) -> Floats:
    """A series' values: unknown with too little traffic, where it has nothing, and before it began."""
    kept = values.values.copy()
    if values.traffic is not None and minimum_traffic:
        kept[values.traffic < minimum_traffic] = np.nan
    if not nothing_is_zero:
        kept[~values.is_there] = np.nan
    elif is_new:
        there = np.flatnonzero(np.nan_to_num(values.values) != 0)
        kept[: there[0] if len(there) else len(kept)] = np.nan
    return kept
