"""From a score to the chance of one as high: a series' own history, and beyond it a generalised Pareto tail.

Up to the 98th percentile the chance is read from the history's quantiles. Above a high threshold u excesses follow a generalised
Pareto distribution (Pickands 1975; Balkema and de Haan 1974), here by probability-weighted moments (Hosking and Wallis
1987, Technometrics 29), which never fail. Few excesses tell little of a tail, so its shape is drawn to a common one, is never
shorter than exponential, and is made longer by one over the number of clusters of excesses: that is what not knowing the scale comes
to, as the prediction of an exponential tail from k excesses is Pareto's with the shape 1/k.
"""

import numpy as np

from watchglass.analysis.anomaly.series import Bools, Floats

SHARES = np.array([0.0, 0.25, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.965, 0.98])
TAIL = 1 - SHARES[-1]
HEAVY = 0.25
"""Common shape of the tails of single values: that of Student's t with 4 degrees of freedom."""
LIGHT = 0.05
"""Common shape of the tails of means of many values, each of which counts up to a limit."""
COMMON_WEIGHT = 60.0
"""The common shape counts as much as so many clusters of excesses."""
MOST_SHAPE = 0.5


def fit_tails(history: Floats, gap_steps: int, common_shape: float = HEAVY) -> Floats:
    """Learn how high scores are when all is well.

    Args:
        history: Scores, shape (series, times), NaN where unknown; higher is more unusual.
        gap_steps: Excesses nearer to each other than this are of one cluster.
        common_shape: What the shape of the tail is drawn to.

    Returns:
        Shape (series, 15), 32-bit: quantiles at SHARES, scale and shape of the tail, count of the known scores.
    """
    known = np.isfinite(history)
    counts = known.sum(axis=1)
    filled = np.where(counts[:, None] > 0, history, 0.0)
    quantiles = np.nanquantile(filled, SHARES, axis=1).T if history.shape[1] else np.zeros((len(history), len(SHARES)))
    threshold = quantiles[:, -1:]
    is_excess = known & (history > threshold)
    excess = np.where(is_excess, history - threshold, 0.0)
    mean, shape = _pareto(excess, is_excess)
    clusters = np.maximum(_clusters(is_excess, gap_steps), 1)
    shape = (clusters * np.clip(shape, 0.0, MOST_SHAPE) + COMMON_WEIGHT * common_shape) / (clusters + COMMON_WEIGHT)
    scale = mean * (1 - shape)
    # what never varied has no scale: a tenth of its size keeps the chance from falling to nothing at once
    scale = np.where(scale > 1e-6, scale, np.maximum(0.1 * np.abs(threshold[:, 0]), 0.1))
    return np.column_stack([quantiles, scale, np.minimum(shape + 1 / clusters, 1.0), counts]).astype(np.float32)


def chances(tails: Floats, scores: Floats) -> Floats:
    """The chance of a score as high or higher, shape (series, times); NaN where the score is."""
    tails = np.asarray(tails, np.float64)
    quantiles = tails[:, : len(SHARES)]
    threshold, scale, shape, count = (tails[:, place, None] for place in (-4, -3, -2, -1))
    with np.errstate(invalid="ignore"):
        beyond = TAIL * (1 + shape * np.maximum(scores - threshold, 0) / scale) ** (-1 / shape)
        chance = np.where(scores > threshold, beyond, _from_quantiles(quantiles, scores))
    return np.where(np.isfinite(scores), np.maximum(chance, np.where(count > 0, 0.0, 1.0)), np.nan)


def quantile(tails: Floats, chance: float) -> Floats:
    """The score that is exceeded with a chance, shape (series,)."""
    tails = np.asarray(tails, np.float64)
    if chance < TAIL:
        threshold, scale, shape = tails[:, -4], tails[:, -3], tails[:, -2]
        return np.asarray(threshold + scale * ((chance / TAIL) ** -shape - 1) / shape)
    place = np.interp(1 - chance, SHARES, np.arange(len(SHARES)))
    before, share = int(place), place - int(place)
    after = min(before + 1, len(SHARES) - 1)
    return np.asarray(tails[:, before] * (1 - share) + tails[:, after] * share)


def _from_quantiles(quantiles: Floats, scores: Floats) -> Floats:
    """Linear between the quantiles; of equal ones the first counts, so that a tie is never unusual."""
    below = np.zeros(scores.shape, np.intp)
    for place in range(len(SHARES)):
        below += quantiles[:, place, None] < scores
    left = np.clip(below - 1, 0, len(SHARES) - 2)
    rows = np.arange(len(quantiles))[:, None]
    low, high = quantiles[rows, left], quantiles[rows, left + 1]
    share = np.where(high > low, (scores - low) / np.where(high > low, high - low, 1.0), 0.0)
    reached = SHARES[left] + np.clip(share, 0, 1) * (SHARES[left + 1] - SHARES[left])
    return np.asarray(1 - np.where(below == 0, 0.0, reached))


def _pareto(excess: Floats, is_excess: Bools) -> tuple[Floats, Floats]:
    """Mean and shape of the excesses by probability-weighted moments: a0 the mean, a1 the mean weighted with the share of larger excesses."""
    counts = is_excess.sum(axis=1)
    most = int(counts.max(initial=0))
    if not most:
        return np.zeros(len(excess)), np.zeros(len(excess))
    largest = -np.sort(-excess, axis=1)[:, :most]
    rank = np.arange(most)  # how many are larger
    weight = np.where(rank < counts[:, None], rank / np.maximum(counts[:, None] - 1, 1), 0.0)
    first = largest.sum(axis=1) / np.maximum(counts, 1)
    second = (largest * weight).sum(axis=1) / np.maximum(counts, 1)
    below = first - 2 * second
    is_told = (counts >= 3) & (below > 1e-9 * first)
    shape = np.where(is_told, 2 - first / np.where(is_told, below, 1.0), 0.0)
    return first, shape


def _clusters(is_excess: Bools, gap_steps: int) -> Floats:
    """How many runs of excesses lie at least gap_steps apart, by series."""
    length = is_excess.shape[1]
    last = np.maximum.accumulate(np.where(is_excess, np.arange(length), -gap_steps - 1), axis=1)
    before = np.concatenate([np.full((len(is_excess), 1), -gap_steps - 1), last[:, :-1]], axis=1)
    return np.asarray((is_excess & (np.arange(length) - before > gap_steps)).sum(axis=1))
