"""The default: deviations from the seasons, read by statistics for single values, shifts, noise and standstill, in one p-value."""

import numpy as np

from watchglass.analysis.anomaly import tails
from watchglass.analysis.anomaly.combination import combined
from watchglass.analysis.anomaly.decomposition import Arrays, decompose, fit_decomposition
from watchglass.analysis.anomaly.detector import BAND_ALPHA, Scores, check, in_blocks
from watchglass.analysis.anomaly.evidence import MEMORY_STEPS, Evidence, evidence, incidents, remembered, repeated
from watchglass.analysis.anomaly.seasonal import CLUSTER_S, summed_up
from watchglass.analysis.anomaly.series import Floats, Series
from watchglass.analysis.anomaly.state import State

WEIGHTS = {
    "above": 0.5, "below": 0.5, "short_above": 1.0, "short_below": 1.0, "long_above": 1.0, "long_below": 1.0, "noise": 1.0, "stuck": 0.5,
}  # fmt: skip
"""Statistics of `evidence` and how much each counts."""
SHAPES = {"above": tails.HEAVY, "below": tails.HEAVY, "noise": 0.1, "stuck": tails.HEAVY}
"""What the shapes of their tails are drawn to; where nothing is said, to tails.LIGHT."""
SINGLE = ("above", "below", "noise")
SINGLE_RATIO = 0.85
"""What seasons hide of the noise that they were learnt from (see `decomposition`) is the slow part of it: single values need less of the
allowance for it than means over hours."""


class Ensemble:
    """Each statistic is made a p-value by the series' own history, and the p-values are combined."""

    name = "ensemble"
    version = 1
    needed_s = 14 * 86_400.0

    def fit(self, history: Series) -> State:
        """See `Detector.fit`."""
        return in_blocks(self._fit, history)

    def _fit(self, history: Series) -> State:
        arrays, residuals = fit_decomposition(history)
        blank = np.full((len(history.values), MEMORY_STEPS), np.nan, np.float32)
        repeats, last, count = repeated(history.known, np.full(len(blank), np.nan), np.zeros(len(blank)))
        found = evidence(blank, residuals.z, repeats, history.step_ns / 1e9)
        for name in SINGLE:
            found[name] = SINGLE_RATIO * found[name]
        hour = max(1, round(CLUSTER_S * 1e9 / history.step_ns))
        left_out = np.where(incidents(residuals.z, hour), np.nan, 0.0)
        for name in WEIGHTS:
            arrays[f"tail_{name}"] = tails.fit_tails(found[name] + left_out, hour, SHAPES.get(name, tails.LIGHT))
        arrays |= {"memory": remembered(blank, residuals.z), "last": last, "repeats": count.astype(np.float32)}
        return State(self.name, self.version, history.step_ns, history.end_ns, history.end_ns, arrays)

    def score(self, state: State, recent: Series, alpha: float = BAND_ALPHA) -> tuple[Scores, State]:
        """See `Detector.score`."""
        check(self, state, recent)
        arrays, residuals = decompose(state, recent)
        repeats, last, count = repeated(recent.known, state.arrays["last"], state.arrays["repeats"])
        gap = np.full((len(state), min(MEMORY_STEPS, (recent.start_ns - state.next_ns) // state.step_ns)), np.nan)
        memory = remembered(state.arrays["memory"], gap)
        found = evidence(memory, residuals.z, repeats, recent.step_ns / 1e9)
        p_value = _chance(state.arrays, found)
        after = state.arrays | arrays
        after |= {"memory": remembered(memory, residuals.z), "last": last, "repeats": count.astype(np.float32)}
        sides = {"above": after["tail_above"], "below": after["tail_below"]}
        scores = summed_up(arrays, sides, residuals, p_value, alpha, self.needed_s)
        return scores, State(self.name, self.version, state.step_ns, recent.end_ns, state.fitted_ns, after)


def _chance(arrays: Arrays, found: Evidence) -> Floats:
    return combined([tails.chances(arrays[f"tail_{name}"], found[name]) for name in WEIGHTS], list(WEIGHTS.values()))

