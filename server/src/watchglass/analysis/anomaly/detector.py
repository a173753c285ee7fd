"""The interface of a detector: `fit` to history, then `score` what comes, on arrays of many series at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from watchglass.analysis.anomaly.series import DAY_NS, Bools, Floats, Series
from watchglass.analysis.anomaly.state import State
from watchglass.errors import InvalidInput

BLOCK_VALUES = 500_000
"""Values of a block of `in_blocks`: some ten arrays of so many are held at once."""
BAND_ALPHA = 1e-3
"""Chance that a normal value lies outside of the band, when the caller says none."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How unusual each value is. Arrays are of shape (series, times) unless said otherwise.

    Attributes:
        expected: What was expected before the value came; NaN where nothing can be said.
        lower: Lower end of the band; a normal value lies outside of the band with the chance `alpha` that the caller gave.
        upper: Upper end.
        score: How unusual, 0 for an expected value and growing without bound: -log10 of p_value.
        p_value: Chance of something as unusual in a normal series; NaN where the value is unknown or the series is not warm.
        is_warm: Shape (series,): whether there was history enough to tell.
        history_s: Shape (series,): seconds of known values that were learnt from.
        needed_s: Seconds of history that the detector needs.
    """

    expected: Floats
    lower: Floats
    upper: Floats
    score: Floats
    p_value: Floats
    is_warm: Bools
    history_s: Floats
    needed_s: float

    def last(self, count: int) -> "Scores":
        """Those of the last `count` times."""
        names = ("expected", "lower", "upper", "score", "p_value")
        return replace(self, **{name: getattr(self, name)[:, self.score.shape[1] - count :] for name in names})

    def note(self, row: int) -> str:
        """In words, how far a series is from being warm: "3.0 of 14 days of history"; empty when it is."""
        if self.is_warm[row]:
            return ""
        return f"{self.history_s[row] * 1e9 / DAY_NS:.1f} of {self.needed_s * 1e9 / DAY_NS:g} days of history"


class Detector(Protocol):
    """Learns what is normal for series and says how unusual new values are. Everything is pure and repeatable.

    Attributes:
        name: Its name in rules and in states.
        version: Raised when its states change their meaning, so that old ones are fitted again.
        needed_s: Seconds of history that it needs before it says anything; more is used, up to four weeks.
    """

    @property
    def name(self) -> str:
        """See the class."""
        ...

    @property
    def version(self) -> int:
        """See the class."""
        ...

    @property
    def needed_s(self) -> float:
        """See the class."""
        ...

    def fit(self, history: Series) -> State:
        """Learn from history, oldest first; less than `needed_s`, or none, gives a state that is not warm.

        A state follows slow changes by itself; what it knows of seasons and tails comes from `fit` alone, so call it again with the
        last weeks once a day, and once an hour while a series is not warm.
        """
        ...

    def score(self, state: State, recent: Series, alpha: float = BAND_ALPHA) -> tuple[Scores, State]:
        """Say how unusual values are, and give the state that knows them.

        Columns given one by one or all at once are scored the same. The given state is left as it is: when late data has changed
        a value, score again from the state before it.

        Args:
            state: Of the same series in the same order, from `fit` or `score`.
            recent: Starts at state.next_ns or later; the steps between count as unknown.
            alpha: Chance that a normal value lies outside of the band; the band is that of 1e-4 at most.

        Raises:
            InvalidInput: `recent` starts before state.next_ns, is of another step or has other series, or the state is another
                detector's or version's.
        """
        ...


def check(detector: Detector, state: State, recent: Series) -> None:
    """Refuse a state or values that do not belong together, as `Detector.score` says."""
    if (state.detector, state.version) != (detector.name, detector.version):
        raise InvalidInput("state", f"is of {state.detector} {state.version}, not of {detector.name} {detector.version}: fit again")
    if recent.step_ns != state.step_ns:
        raise InvalidInput("step_ns", f"is {recent.step_ns}, the state's is {state.step_ns}")
    if len(state) != len(recent.values):
        raise InvalidInput("values", f"are of {len(recent.values)} series, the state is of {len(state)}")
    if recent.start_ns < state.next_ns:
        raise InvalidInput("start_ns", f"is {recent.start_ns}, before the state's next time {state.next_ns}")


def in_blocks(fit: Callable[[Series], State], history: Series) -> State:
    """Fit some series after others, so that the memory that is needed does not grow with how many there are."""
    size = max(1, BLOCK_VALUES // max(1, history.values.shape[1]))
    blocks = [history.values[start : start + size] for start in range(0, len(history.values), size)] or [history.values]
    states = [fit(replace(history, values=block)) for block in blocks]
    arrays = {name: np.concatenate([state.arrays[name] for state in states]) for name in states[0].arrays}
    return replace(states[0], arrays=arrays)


def scored(p_value: Floats) -> Floats:
    """Scores of p-values, which are kept from being 0; NaN stays NaN."""
    return np.asarray(-np.log10(np.maximum(p_value, 1e-300)) + 0.0)
