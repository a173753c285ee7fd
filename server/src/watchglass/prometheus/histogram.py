"""Histograms of many series at once, as arrays: counts, sums, and for each bucket the last trace that fell into it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

TRACE_ID_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class Exemplars:
    """The last observation of each bucket, arrays of shape (series, buckets); `trace_id` is empty where there is none.

    Attributes:
        value: What was observed.
        time_s: When its call was committed, seconds since 1970.
        trace_id: 32 hexadecimal digits.
    """

    value: npt.NDArray[np.float64]
    time_s: npt.NDArray[np.float64]
    trace_id: npt.NDArray[np.bytes_]


class Histogram:
    """One histogram a series. One thread at a time."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        """Begin without series; `bounds` are the upper bounds of the buckets but the last, ascending."""
        self.bounds = np.array(bounds)
        self._width = len(bounds) + 1
        self.counts = np.zeros((0, self._width), np.int64)
        """Observations a bucket, not cumulative, shape (series, buckets)."""
        self.sums = np.zeros(0)
        """Sum of the observations, shape (series,)."""
        self.exemplars = Exemplars(*self._no_exemplars(0))

    def observe(
        self, series: npt.NDArray[np.int64], values: npt.NDArray[np.float64], trace_ids: pa.StringArray, time_s: float
    ) -> None:
        """Count observations.

        Args:
            series: Number of the series of each, shape (n,).
            values: What was observed, shape (n,).
            trace_ids: The trace of each, length n.
            time_s: When they were committed, seconds since 1970.
        """
        if not len(series):
            return
        self._make_room(int(series.max()) + 1)
        cells = series * self._width + np.searchsorted(self.bounds, values, side="left")
        # reversed, as unique returns the first place of each value: the last observation of a bucket is the one that is kept
        touched, first, counts = np.unique(cells[::-1], return_index=True, return_counts=True)
        last = len(cells) - 1 - first
        self.counts.reshape(-1)[touched] += counts
        np.add.at(self.sums, series, values)
        self.exemplars.value.reshape(-1)[touched] = values[last]
        self.exemplars.time_s.reshape(-1)[touched] = time_s
        traces = trace_ids.take(pa.array(last)).to_pylist()
        self.exemplars.trace_id.reshape(-1)[touched] = np.array(traces, f"S{TRACE_ID_CHARACTERS}")

    def copy(self) -> "Histogram":
        """Return the state as it is now."""
        twin = Histogram(tuple(self.bounds))
        twin.counts, twin.sums = self.counts.copy(), self.sums.copy()
        held = self.exemplars
        twin.exemplars = Exemplars(held.value.copy(), held.time_s.copy(), held.trace_id.copy())
        return twin

    def _make_room(self, series_count: int) -> None:
        if series_count <= len(self.sums):
            return
        more = max(series_count, 2 * len(self.sums)) - len(self.sums)
        self.counts = np.concatenate([self.counts, np.zeros((more, self._width), np.int64)])
        self.sums = np.concatenate([self.sums, np.zeros(more)])
        held, added = self.exemplars, self._no_exemplars(more)
        self.exemplars = Exemplars(
            np.concatenate([held.value, added[0]]),
            np.concatenate([held.time_s, added[1]]),
            np.concatenate([held.trace_id, added[2]]),
        )

    def _no_exemplars(
        self, series_count: int
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bytes_]]:
        shape = (series_count, self._width)
        return np.zeros(shape), np.zeros(shape), np.zeros(shape, f"S{TRACE_ID_CHARACTERS}")
