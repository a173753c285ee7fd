"""Which price holds when: the last one of a list that is in force at the start of a call."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from watchglass.ingest.price_formula import Formula

Times = npt.NDArray[np.int64]

DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, or a part of each day.

    Attributes:
        from_ns: First nanosecond since 1970 UTC.
        day_start_ns: First nanosecond of each day, UTC.
        day_end_ns: First nanosecond of each day that is over; before day_start_ns when midnight lies between them.
    """

    from_ns: int = 0
    day_start_ns: int = 0
    day_end_ns: int = DAY_NS

    def holds(self, start_ns: Times) -> npt.NDArray[np.bool_]:
        """Where the period holds, shape as `start_ns`."""
        is_in = start_ns >= self.from_ns
        if (self.day_start_ns, self.day_end_ns) == (0, DAY_NS):
            return is_in
        day_ns = start_ns % DAY_NS
        after, before = day_ns >= self.day_start_ns, day_ns < self.day_end_ns
        return is_in & ((after | before) if self.day_end_ns < self.day_start_ns else (after & before))


ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class Step:
    """One price.

    Attributes:
        period: When it is in force.
        formula: The price.
        source: Value of the column price_source.
    """

    period: Period
    formula: Formula
    source: str


Schedule = tuple[Step, ...]
"""Prices of one model in one project; of those in force the last one holds, so that overrides stand at the end."""


def steps_in_force(schedule: Sequence[Step], start_ns: Times) -> npt.NDArray[np.int64]:
    """Return the position of the step that holds at each time, -1 where none does, shape as `start_ns`."""
    chosen = np.full(len(start_ns), -1, dtype=np.int64)
    for position, step in enumerate(schedule):
        chosen[step.period.holds(start_ns)] = position
    return chosen
