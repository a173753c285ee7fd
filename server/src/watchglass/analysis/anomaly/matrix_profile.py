"""Unusual shapes: how unlike everything of the last week the last four hours look, however high they lie.

The left matrix profile (Yeh et al. 2016, "Matrix Profile I", ICDM; left discords: Lu et al. 2022, "Matrix Profile XXIV", KDD): the z-normalised
Euclidean distance of the newest window to its nearest neighbour among the windows before it. Computed on quarters of an hour,
so that a week is 672 numbers whatever the step. It is numpy's own work rather than `stumpy`'s, whose streaming form holds one series an
object and brings a compiler (numba, some 150 MB) into the server; both give the same distances.
"""

import numpy as np

from watchglass.analysis.anomaly import tails
from watchglass.analysis.anomaly.decomposition import Arrays, decompose, fit_decomposition
from watchglass.analysis.anomaly.detector import BAND_ALPHA, Scores, check, in_blocks
from watchglass.analysis.anomaly.seasonal import fit_sides, summed_up
from watchglass.analysis.anomaly.series import Floats, Series
from watchglass.analysis.anomaly.state import State

QUARTER_NS = 900 * 10**9
KEPT = 672
"""Quarters of an hour that are remembered: a week."""
WINDOW = 16
"""Quarters of an hour in a window: four hours."""
LEAST_SPREAD = 0.1
"""Windows that move less than this, in spreads of the series, are flat: alike each other, and like nothing that moves."""


class MatrixProfile:
    """How far the newest window is from the most similar one of the last week. It says something new each quarter of an hour."""

    name = "matrix_profile"
    version = 1
    needed_s = 14 * 86_400.0

    def fit(self, history: Series) -> State:
        """See `Detector.fit`."""
        return in_blocks(self._fit, history)

    def _fit(self, history: Series) -> State:
        arrays, residuals = fit_decomposition(history)
        arrays |= fit_sides(residuals.z, -residuals.z, history.step_ns)
        count = len(residuals.z)
        arrays |= {
            "quarters": np.full((count, KEPT), np.nan, np.float32), "sum": np.zeros(count), "known": np.zeros(count, np.float32),
            "distance": np.full(count, np.nan, np.float32),
        }  # fmt: skip
        filled = _filled(residuals.z * residuals.noise + residuals.expected, residuals.expected)
        distances = _run(arrays, filled, history)
        arrays["tail"] = tails.fit_tails(distances, WINDOW * QUARTER_NS // history.step_ns)
        return State(self.name, self.version, history.step_ns, history.end_ns, history.end_ns, arrays)

    def score(self, state: State, recent: Series, alpha: float = BAND_ALPHA) -> tuple[Scores, State]:
        """See `Detector.score`."""
        check(self, state, recent)
        wide = _with_gap(state, recent)
        arrays, residuals = decompose(state, wide)
        after: Arrays = state.arrays | arrays
        values = residuals.z * residuals.noise + residuals.expected
        distances = _run(after, _filled(values, residuals.expected), wide)
        p_value = tails.chances(state.arrays["tail"], np.where(np.isfinite(values), distances, np.nan))
        scores = summed_up(arrays, state.arrays, residuals, p_value, alpha, self.needed_s)
        return scores.last(recent.values.shape[1]), State(self.name, self.version, state.step_ns, recent.end_ns, state.fitted_ns, after)


def nearest(quarters: Floats, noise: Floats) -> Floats:
    """Distance of the last window of each series to the nearest window that ended before it began, NaN where there is none.

    What noise adds to the distance of two windows, the more the flatter they are, is taken off: De Paepe, Avendano, Van Hoecke
    (2019), "Eliminating Noise in the Matrix Profile", ICPRAM, equation 5.

    Args:
        quarters: Shape (series, at least 2 WINDOW), NaN for what is unknown: windows with such values are neighbours of none.
        noise: Spread of the noise of each series, shape (series,); 0 for the plain distance.

    Returns:
        Shape (series,): between 0 and 2 times the root of WINDOW.
    """
    newest, past = quarters[:, -WINDOW:].astype(np.float64), quarters[:, :-WINDOW].astype(np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(past, WINDOW, axis=1)
    product = np.einsum("swt,st->sw", windows, newest)
    ones = np.lib.stride_tricks.sliding_window_view(past**2, WINDOW, axis=1).sum(axis=2)
    mean, own_mean = windows.mean(axis=2), newest.mean(axis=1)[:, None]
    variance, own_variance = ones / WINDOW - mean**2, (newest**2).mean(axis=1)[:, None] - own_mean**2
    scale = np.sqrt(np.maximum(variance, LEAST_SPREAD**2) * np.maximum(own_variance, LEAST_SPREAD**2))
    alike = np.clip((product / WINDOW - mean * own_mean) / scale, -1, 1)
    alike = np.where((variance < LEAST_SPREAD**2) & (own_variance < LEAST_SPREAD**2), 1.0, alike)
    by_chance = (2 + 2 * WINDOW) * noise[:, None] ** 2 / np.maximum(np.maximum(variance, own_variance), LEAST_SPREAD**2)
    squares = np.maximum(2 * WINDOW * (1 - alike) - by_chance, 0.0)
    best = np.where(np.isfinite(squares), squares, np.inf).min(axis=1)
    return np.where(np.isfinite(best), np.sqrt(best), np.nan)


def _noise(quarters: Floats) -> Floats:
    """Spread of the noise of neighbouring quarters, from how far they lie apart."""
    apart = np.abs(np.diff(quarters.astype(np.float64), axis=1))
    known = np.isfinite(apart)
    return np.asarray(0.886 * np.where(known, apart, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _run(arrays: Arrays, filled: Floats, series: Series) -> Floats:
    """Distance that holds at each column; quarters, sum, known and distance of the arrays are replaced."""
    distances = np.empty(filled.shape, np.float32)
    quarters, total, known, distance = (arrays[name] for name in ("quarters", "sum", "known", "distance"))
    for column in range(filled.shape[1]):
        value = filled[:, column]
        is_known = np.isfinite(value)
        total = total + np.where(is_known, value, 0.0)
        known = known + is_known.astype(np.float32)
        end_ns = series.start_ns + (column + 1) * series.step_ns
        if end_ns // QUARTER_NS != (end_ns - series.step_ns) // QUARTER_NS:
            mean = np.where(known > 0, total / np.maximum(known, 1), np.nan)
            quarters = np.concatenate([quarters[:, 1:], mean[:, None].astype(np.float32)], axis=1)
            distance = nearest(quarters, _noise(quarters)).astype(np.float32)
            total, known = np.zeros(len(total)), np.zeros(len(known), np.float32)
        distances[:, column] = distance
    arrays |= {"quarters": quarters, "sum": total, "known": known, "distance": distance}
    return distances.astype(np.float64)


def _filled(values: Floats, expected: Floats) -> Floats:
    """Unknown values as they were expected, so that a gap has no shape of its own."""
    return np.where(np.isfinite(values), values, expected)


def _with_gap(state: State, recent: Series) -> Series:
    """The series with unknown columns for what was left out before it, a week of them at most."""
    gap = min((recent.start_ns - state.next_ns) // state.step_ns, KEPT * QUARTER_NS // state.step_ns)
    if gap <= 0:
        return recent
    blank = np.full((len(recent.values), gap), np.nan)
    return Series(np.concatenate([blank, recent.known], axis=1), recent.start_ns - gap * state.step_ns, state.step_ns)
