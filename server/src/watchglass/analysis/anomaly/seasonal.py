"""Seasonal decomposition with prediction bands: how far a value lies from what its time of day and week let expect."""

import numpy as np

from watchglass.analysis.anomaly import tails
from watchglass.analysis.anomaly.decomposition import Arrays, Residuals, decompose, fit_decomposition, in_values
from watchglass.analysis.anomaly.detector import BAND_ALPHA, Scores, check, in_blocks, scored
from watchglass.analysis.anomaly.series import Bools, Floats, Series
from watchglass.analysis.anomaly.state import State

CLUSTER_S = 3600
"""Deviations nearer to each other than this are one event."""
LEAST_STEPS = 200
"""Fewest known values that tails are told from."""
LEAST_BAND_ALPHA = 1e-4
"""Bands are not drawn for rarer values than these: the tail is kept long there to keep false alarms rare, not to be looked at."""
WARM_RATIO = 0.98
"""A history that begins a few hours late is enough."""


class Seasonal:
    """Level, daily and weekly season and noise of each hour, robustly; a p-value of either side from the series' own deviations.

    Alone it is for single values far off: what is a little off for long is for `level_shift` and the ensemble.
    """

    name = "seasonal"
    version = 1
    needed_s = 14 * 86_400.0

    def fit(self, history: Series) -> State:
        """See `Detector.fit`."""
        return in_blocks(self._fit, history)

    def _fit(self, history: Series) -> State:
        arrays, residuals = fit_decomposition(history)
        arrays |= fit_sides(residuals.z, -residuals.z, history.step_ns)
        return State(self.name, self.version, history.step_ns, history.end_ns, history.end_ns, arrays)

    def score(self, state: State, recent: Series, alpha: float = BAND_ALPHA) -> tuple[Scores, State]:
        """See `Detector.score`."""
        check(self, state, recent)
        arrays, residuals = decompose(state, recent)
        sides = {name: state.arrays[name] for name in ("above", "below")}
        after = State(self.name, self.version, state.step_ns, recent.end_ns, state.fitted_ns, arrays | sides)
        p_value = side_chances(sides, residuals.z, -residuals.z)
        return summed_up(arrays, sides, residuals, p_value, alpha, self.needed_s), after


def fit_sides(above: Floats, below: Floats, step_ns: int, prefix: str = "") -> Arrays:
    """Tails of scores above and below, under the names that `Scores` are summed up from."""
    gap = max(1, round(CLUSTER_S * 1e9 / step_ns))
    return {f"{prefix}above": tails.fit_tails(above, gap), f"{prefix}below": tails.fit_tails(below, gap)}


def side_chances(sides: Arrays, above: Floats, below: Floats, prefix: str = "") -> Floats:
    """Chance of a score as high on either side."""
    chances = (tails.chances(sides[f"{prefix}above"], above), tails.chances(sides[f"{prefix}below"], below))
    return np.asarray(np.minimum(1.0, 2 * np.minimum(*chances)))


def summed_up(arrays: Arrays, sides: Arrays, residuals: Residuals, p_value: Floats, alpha: float, needed_s: float) -> Scores:
    """Scores with the band of single values; where a series is not warm its p-value is unknown."""
    alpha = max(alpha, LEAST_BAND_ALPHA)
    upper = tails.quantile(sides["above"], alpha / 2)[:, None]
    lower = -tails.quantile(sides["below"], alpha / 2)[:, None]
    history_s = arrays["history_s"].astype(np.float64)
    is_warm = is_warm_with(arrays, needed_s)
    some = np.where(arrays["known_steps"][:, None] > 0, 1.0, np.nan)
    p_value = np.where(is_warm[:, None], p_value, np.nan)
    return Scores(
        in_values(arrays, residuals.expected * some),
        in_values(arrays, (residuals.expected + lower * residuals.noise) * some),
        in_values(arrays, (residuals.expected + upper * residuals.noise) * some),
        scored(p_value), p_value, is_warm, history_s, needed_s,
    )  # fmt: skip


def is_warm_with(arrays: Arrays, needed_s: float) -> Bools:
    """Whether each series had known values for as long as is needed, and enough of them, when it was fitted."""
    return np.asarray((arrays["history_s"] >= WARM_RATIO * needed_s) & (arrays["known_steps"] >= LEAST_STEPS))
