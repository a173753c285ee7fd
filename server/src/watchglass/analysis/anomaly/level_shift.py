"""Level shifts by cumulative sums of robust deviations.

Page (1954), "Continuous Inspection Schemes", Biometrika 41: deviations beyond an allowance add up, so that what is a little off for long
is found as surely as what is far off at once. A single deviation counts as CLIP at most, so that a spike is no shift.
"""

import numpy as np

from watchglass.analysis.anomaly.decomposition import Arrays, decompose, fit_decomposition
from watchglass.analysis.anomaly.detector import BAND_ALPHA, Scores, check, in_blocks
from watchglass.analysis.anomaly.seasonal import fit_sides, side_chances, summed_up
from watchglass.analysis.anomaly.series import Floats, Series
from watchglass.analysis.anomaly.state import State

ALLOWANCE = 0.75
"""Spreads that a deviation may have without adding up: half of the smallest shift that is looked for (Page)."""
CLIP = 4.0
CAP = 60.0
KEPT_RATIO = 0.7
"""What is left of a sum by each deviation back within half of the allowance: a shift that ended is let go in a few steps."""


class LevelShift:
    """How much deviations from the seasons have added up to on either side."""

    name = "level_shift"
    version = 1
    needed_s = 14 * 86_400.0

    def fit(self, history: Series) -> State:
        """See `Detector.fit`."""
        return in_blocks(self._fit, history)

    def _fit(self, history: Series) -> State:
        arrays, residuals = fit_decomposition(history)
        arrays |= fit_sides(residuals.z, -residuals.z, history.step_ns)
        zero = np.zeros(len(history.values), np.float32)
        up, down = cumulated(residuals.z, zero, zero)
        arrays |= fit_sides(up[:, 1:], down[:, 1:], history.step_ns, "sum_")
        arrays |= {"up": up[:, -1], "down": down[:, -1]}
        return State(self.name, self.version, history.step_ns, history.end_ns, history.end_ns, arrays)

    def score(self, state: State, recent: Series, alpha: float = BAND_ALPHA) -> tuple[Scores, State]:
        """See `Detector.score`."""
        check(self, state, recent)
        arrays, residuals = decompose(state, recent)
        up, down = cumulated(residuals.z, state.arrays["up"], state.arrays["down"])
        unknown = np.where(np.isfinite(residuals.z), 0.0, np.nan)
        p_value = side_chances(state.arrays, up[:, 1:] + unknown, down[:, 1:] + unknown, "sum_")
        after: Arrays = state.arrays | arrays | {"up": up[:, -1], "down": down[:, -1]}
        scores = summed_up(arrays, state.arrays, residuals, p_value, alpha, self.needed_s)
        return scores, State(self.name, self.version, state.step_ns, recent.end_ns, state.fitted_ns, after)


def cumulated(z: Floats, up: Floats, down: Floats) -> tuple[Floats, Floats]:
    """Cumulative sums above and below, each of shape (series, times + 1): the first column is what was given."""
    ups, downs = (np.empty((len(z), z.shape[1] + 1), np.float32) for _ in range(2))
    ups[:, 0], downs[:, 0] = up, down
    held = np.clip(z, -CLIP, CLIP).astype(np.float32)
    for column in range(z.shape[1]):
        ups[:, column + 1] = _next(ups[:, column], held[:, column])
        downs[:, column + 1] = _next(downs[:, column], -held[:, column])
    return ups, downs


def _next(total: Floats, deviation: Floats) -> Floats:
    grown = np.clip(total + deviation - np.float32(ALLOWANCE), 0, np.float32(CAP))
    after = np.where(deviation < np.float32(ALLOWANCE / 2), np.minimum(grown, np.float32(KEPT_RATIO) * total), grown)
    return np.where(np.isfinite(deviation), after, total)
