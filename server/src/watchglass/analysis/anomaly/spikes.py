"""Spikes by extreme-value theory, learning on as values come: DSPOT.

Siffer, Fouque, Termier, Largouet (2017), "Anomaly Detection in Streams with Extreme Value Theory", KDD: excesses over a high threshold
follow a generalised Pareto distribution, which is fitted again with each new one, while what is too unlikely is an anomaly and is not
learnt from. The "D" is for drift: what is scored is the difference to the mean of the last values that were no anomaly. The
likelihood is maximised in one variable, as Grimshaw (1993, Technometrics 35) shows that it can be, on a grid; tails shorter
than exponential are not considered, since beyond their end every chance is 0.
"""

import numpy as np

from watchglass.analysis.anomaly.decomposition import Arrays, decompose, fit_decomposition
from watchglass.analysis.anomaly.detector import BAND_ALPHA, Scores, check, in_blocks
from watchglass.analysis.anomaly.seasonal import fit_sides, summed_up
from watchglass.analysis.anomaly.series import Bools, Floats, Series
from watchglass.analysis.anomaly.state import State

DEPTH_STEPS = 12
"""Values that the mean is of; in the paper d."""
PEAKS = 48
"""Excesses that are kept, the newest."""
RISK = 1e-4
"""Chance under which a value is an anomaly and is not learnt from; in the paper q."""
INITIAL_RATIO = 0.98
"""Quantile of the history that is the threshold."""
GRID = np.concatenate([[0.0], np.geomspace(0.01, 20, 40)])
"""Shape over scale, in one over the mean excess."""
SIDES = {"up": 1.0, "down": -1.0}


class Spikes:
    """How far a value jumps from the last ones, after the seasons are taken off."""

    name = "spikes"
    version = 1
    needed_s = 14 * 86_400.0

    def fit(self, history: Series) -> State:
        """See `Detector.fit`."""
        return in_blocks(self._fit, history)

    def _fit(self, history: Series) -> State:
        arrays, residuals = fit_decomposition(history)
        arrays |= fit_sides(residuals.z, -residuals.z, history.step_ns)
        jumps = residuals.z - _means_before(residuals.z)
        for side, sign in SIDES.items():
            arrays |= {f"{side}_{name}": array for name, array in _fit_peaks(sign * jumps).items()}
        blank = np.full((len(jumps), DEPTH_STEPS), np.nan)
        arrays["recent"] = np.concatenate([blank, residuals.z], axis=1)[:, -DEPTH_STEPS:].astype(np.float32)
        return State(self.name, self.version, history.step_ns, history.end_ns, history.end_ns, arrays)

    def score(self, state: State, recent: Series, alpha: float = BAND_ALPHA) -> tuple[Scores, State]:
        """See `Detector.score`."""
        check(self, state, recent)
        arrays, residuals = decompose(state, recent)
        after: Arrays = {name: array.copy() for name, array in (state.arrays | arrays).items()}
        p_value: Floats = np.full(residuals.z.shape, np.nan)
        for column in range(recent.values.shape[1]):
            p_value[:, column] = _step(after, residuals.z[:, column].astype(np.float32))
        scores = summed_up(arrays, state.arrays, residuals, p_value, alpha, self.needed_s)
        return scores, State(self.name, self.version, state.step_ns, recent.end_ns, state.fitted_ns, after)


def _step(arrays: Arrays, z: Floats) -> Floats:
    """Chance of each series' new deviation; the arrays are changed to know it."""
    jump = z - _mean(arrays["recent"])
    chances = [_chance(arrays, side, sign * jump) for side, sign in SIDES.items()]
    p_value = np.where(np.isfinite(jump), np.minimum(1.0, 2 * np.minimum(*chances)), np.nan)
    is_learnt = p_value >= RISK
    for side, sign in SIDES.items():
        _learn(arrays, side, sign * jump, is_learnt)
    shifted = np.concatenate([arrays["recent"][:, 1:], z[:, None]], axis=1)
    is_first = np.isfinite(z) & ~np.isfinite(jump)
    arrays["recent"] = np.where((is_learnt | is_first)[:, None], shifted, arrays["recent"])
    return np.asarray(p_value)


def _chance(arrays: Arrays, side: str, jump: Floats) -> Floats:
    """Chance of a jump as high on one side: beyond the threshold by the tail, below it no less than the tail's share."""
    excess = jump - arrays[f"{side}_threshold"]
    share = arrays[f"{side}_excesses"] / np.maximum(arrays[f"{side}_seen"], 1)
    scale, shape = arrays[f"{side}_scale"].astype(np.float64), arrays[f"{side}_shape"].astype(np.float64)
    tail = (1 + shape * np.maximum(excess, 0) / scale) ** (-1 / shape)
    return np.where(excess > 0, share * tail, 0.5)


def _learn(arrays: Arrays, side: str, jump: Floats, is_learnt: Bools) -> None:
    """Count a jump, and fit the tail again where it is an excess."""
    excess = jump - arrays[f"{side}_threshold"]
    rows = np.flatnonzero(is_learnt & (excess > 0))
    arrays[f"{side}_seen"] = arrays[f"{side}_seen"] + is_learnt.astype(np.float32)
    if len(rows):
        peaks = arrays[f"{side}_peaks"]
        peaks[rows] = np.concatenate([peaks[rows, 1:], excess[rows, None]], axis=1)
        arrays[f"{side}_excesses"][rows] += 1
        arrays[f"{side}_scale"][rows], arrays[f"{side}_shape"][rows] = fit_pareto(peaks[rows])


def _fit_peaks(jumps: Floats) -> Arrays:
    """Threshold, peaks and tail of a history of jumps."""
    known = np.isfinite(jumps)
    count = len(jumps)
    filled = np.where(np.any(known, axis=1, keepdims=True), jumps, 0.0)
    threshold = np.nanquantile(filled, INITIAL_RATIO, axis=1) if jumps.shape[1] else np.zeros(count)
    excess = np.where(known, jumps - threshold[:, None], -1.0)
    order = np.argsort(excess > 0, axis=1, kind="stable")[:, -PEAKS:]  # the newest excesses last
    newest = np.take_along_axis(excess, order, axis=1)
    peaks = np.full((count, PEAKS), np.nan, np.float32)
    peaks[:, PEAKS - newest.shape[1] :] = np.where(newest > 0, newest, np.nan)
    scale, shape = fit_pareto(peaks)
    arrays = {"threshold": threshold, "peaks": peaks, "scale": scale, "shape": shape, "seen": known.sum(axis=1), "excesses": (excess > 0).sum(axis=1)}
    return {name: np.asarray(array, np.float32) for name, array in arrays.items()}


def fit_pareto(peaks: Floats) -> tuple[Floats, Floats]:
    """Scale and shape (series,) of the likeliest generalised Pareto tail of excesses (series, peaks), NaN where there is none.

    For a ratio r of shape to scale the likeliest shape is the mean of log(1 + r y), and one variable is left (Grimshaw 1993). The
    shape is raised by one over the number of excesses, for what so few cannot tell.
    """
    known = np.isfinite(peaks)
    counts = np.maximum(known.sum(axis=1), 1)[:, None]
    excess = np.where(known, peaks, 0.0).astype(np.float64)
    mean = np.maximum(excess.sum(axis=1, keepdims=True) / counts, 1e-6)
    ratio = GRID / mean
    logs = np.log1p(ratio[:, :, None] * excess[:, None, :]).sum(axis=2) / counts
    scale = np.where(GRID > 0, logs / np.where(GRID > 0, ratio, 1.0), mean)
    likelihood = -np.log(np.maximum(scale, 1e-12)) - logs
    best = likelihood.argmax(axis=1)
    rows = np.arange(len(peaks))
    return np.maximum(scale[rows, best], 1e-3), logs[rows, best] + 1 / counts[:, 0]


def _mean(recent: Floats) -> Floats:
    known = np.isfinite(recent)
    counts = known.sum(axis=1)
    sums = np.where(known, recent, np.float32(0)).sum(axis=1, dtype=np.float32)
    return np.where(counts > 0, sums / np.maximum(counts, 1).astype(np.float32), np.float32(np.nan))


def _means_before(z: Floats) -> Floats:
    """Mean of the known values among the DEPTH_STEPS before each, shape (series, times)."""
    padded = np.concatenate([np.full((len(z), DEPTH_STEPS), np.nan), z], axis=1)
    known = np.isfinite(padded)
    sums, counts = np.zeros(z.shape), np.zeros(z.shape)
    for back in range(DEPTH_STEPS):
        sums += np.where(known, padded, 0.0)[:, back : back + z.shape[1]]
        counts += known[:, back : back + z.shape[1]]
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
