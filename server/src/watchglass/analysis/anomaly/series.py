"""Evenly spaced values of many series, as the detectors take them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from watchglass.errors import InvalidInput

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]

DAY_NS = 86_400 * 10**9
WEEK_NS = 7 * DAY_NS
LARGEST = 1e150


@dataclass(frozen=True, slots=True)
class Series:
    """Values of many series on one grid of time.

    Attributes:
        values: Shape (series, times). NaN where nothing is known; infinities count as unknown. For a counter that only grows,
            pass `increases(values)`.
        start_ns: Time of the first column, a multiple of step_ns since 1970 (UTC).
        step_ns: From one column to the next; a day is a whole number of them, and one is an hour at most.
        is_normal: Shape (times,): False where nothing is to be learnt, such as on holidays and in known incidents. Only `fit`
            asks for it; None is all of them.
    """

    values: Floats
    start_ns: int
    step_ns: int
    is_normal: Bools | None = None

    def __post_init__(self) -> None:
        """Refuse what no detector can read.

        Raises:
            InvalidInput: A shape, the step or the start does not fit.
        """
        if self.values.ndim != 2:
            raise InvalidInput("values", f"is an array of series by times, not of shape {self.values.shape}")
        if self.step_ns <= 0 or DAY_NS % self.step_ns or self.step_ns > DAY_NS // 24:
            raise InvalidInput("step_ns", "divides a day into a whole number of parts of an hour at most")
        if self.start_ns % self.step_ns:
            raise InvalidInput("start_ns", "is a multiple of step_ns")
        if self.is_normal is not None and self.is_normal.shape != self.values.shape[1:]:
            raise InvalidInput("is_normal", f"has one entry a time, {self.values.shape[1]}, not shape {self.is_normal.shape}")

    @property
    def end_ns(self) -> int:
        """The first time after the last column."""
        return self.start_ns + self.values.shape[1] * self.step_ns

    @property
    def known(self) -> Floats:
        """The values as 64-bit numbers, NaN for infinities too, and none so large that its square is not a number."""
        values = np.asarray(self.values, np.float64)
        return np.clip(np.where(np.isfinite(values), values, np.nan), -LARGEST, LARGEST)

    @property
    def learnable(self) -> Floats:
        """The known values, NaN where nothing is to be learnt."""
        return self.known if self.is_normal is None else np.where(self.is_normal, self.known, np.nan)


def increases(totals: Floats) -> Floats:
    """How much counters grew in each step.

    A counter that falls was started again, and what it shows then is what it grew by, as Prometheus's `increase` reads it.

    Args:
        totals: Shape (series, times), NaN where unknown.

    Returns:
        Shape (series, times); NaN in the first column and where a value or the one before is unknown.
    """
    growth = np.full(totals.shape, np.nan)
    if totals.shape[1] > 1:
        before, after = totals[:, :-1], totals[:, 1:]
        growth[:, 1:] = np.where(after < before, after + 0 * before, after - before)
    return growth
