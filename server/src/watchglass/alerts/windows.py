"""Values of a query over windows of time: one window live, thousands when a rule is tried over the past.

One window or many, a value is the same: what is tried is what happens. Many windows of usage that adds up are read as buckets
that every window is made of and added up here; of what does not add up, such as percentiles, each window has to be a bucket.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
import numpy.typing as npt

from watchglass.errors import InvalidInput
from watchglass.query.asked import Asking

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]
Labels = tuple[tuple[str, str], ...]
"""Names and values, in the order of the query."""

S = 10**9
MINUTE_NS = 60 * S

MAX_BUCKETS = 20_000
"""Most buckets of one statement."""


@dataclass(frozen=True, slots=True)
class Values:
    """What one series came to; every array is of shape (windows,).

    Attributes:
        values: The value of each window; NaN is not known.
        traffic: Spans of each window; None where they are not counted.
        is_there: Whether the series has anything in the window.
    """

    values: Floats
    traffic: Floats | None
    is_there: npt.NDArray[np.bool_]


Measured = dict[Labels, Values]
"""Series by their labels."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What windows are read with.

    Attributes:
        asking: The store.
        project_id: The project.
        max_series: Most series that are told apart.
    """

    asking: Asking
    project_id: str
    max_series: int


@dataclass(frozen=True, slots=True)
class Stretches:
    """Windows of time.

    Attributes:
        starts_ns: First nanosecond of each, shape (windows,), rising.
        ends_ns: First nanosecond after each, likewise.
    """

    starts_ns: Times
    ends_ns: Times

    def __len__(self) -> int:
        """How many."""
        return len(self.ends_ns)

    @property
    def step_ns(self) -> int:
        """The longest time of which every window is made, and on whose multiples all begin and end."""
        return gcd(*(int(it) for it in (*self.starts_ns, *self.ends_ns)))

    @property
    def width_ns(self) -> int | None:
        """How long all of them are; None where they differ."""
        widths = np.unique(self.ends_ns - self.starts_ns)
        return int(widths[0]) if len(widths) == 1 else None


def windows(ends_ns: Sequence[int] | Times, window_s: int, back_s: int = 0) -> Stretches:
    """The windows of `window_s` that ended `back_s` before each of `ends_ns`."""
    ends = np.asarray(ends_ns, np.int64) - back_s * S
    return Stretches(np.maximum(ends - window_s * S, 0), ends)


def labels_of(group: Mapping[str, Any]) -> Labels:
    """A group's values as labels: booleans in words, nothing as empty text."""
    return tuple((name, _text(value)) for name, value in group.items())


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def as_buckets(stretches: Stretches) -> tuple[int, int]:
    """The interval, in seconds, whose buckets the windows are, and the number of the first one.

    Raises:
        InvalidInput: They are not buckets of one interval, or too many.
    """
    width_ns = stretches.width_ns
    if width_ns is None or width_ns % S or bool((stretches.ends_ns % width_ns).any()):
        raise InvalidInput("window_s", "can only be tried in steps of whole windows")
    refuse_too_many(stretches, width_ns)
    return width_ns // S, int(stretches.starts_ns[0] // width_ns)


def refuse_too_many(stretches: Stretches, step_ns: int) -> None:
    """Refuse a range with more buckets than one statement should have.

    Raises:
        InvalidInput: They are too many.
    """
    count = int(stretches.ends_ns[-1] - stretches.starts_ns[0]) // step_ns
    if count > MAX_BUCKETS:
        raise InvalidInput("range", f"has {count:,} steps of {step_ns // S} s; try a shorter one, the limit is {MAX_BUCKETS:,}")
