"""What the baseline lets expect of each span: a mean with an effect of each dimension, and percentiles of each kind of span."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from watchglass.analysis.explain.rows import Both, Codes, Floats

Counts = npt.NDArray[np.integer] | npt.NDArray[np.floating]

PRIOR_ROWS = 20.0
"""How many spans' worth of "as all others" each value is given: what has few spans is told little apart."""

ROUNDS = 3
"""How often the effects are fitted in turn; correlated dimensions share what they explain, and more changes little."""

NEW_SHARE, NEW_ROWS = 0.1, 30
"""What has less than this part of its spans in the baseline, and fewer than so many, is new: an incident is seen some minutes
after it began, and the few spans of a bad release that came before must not stand for how it has always been."""

LEAST_ROWS = 50
"""Spans of a kind from which on it has percentiles of its own."""


def fit_expected(both: Both) -> Both:
    """Fill `expected` of both sides by a model of the baseline: numerator = denominator x (mean + an effect a dimension).

    Effects add up and are shrunk to zero by PRIOR_ROWS. So a range with other calls than the baseline is held against what
    these calls would have given then (direct standardisation), which is what keeps a changed mix (Simpson's paradox)
    from being taken for changed behaviour. A value that the baseline has not seen has no effect: it is expected to be as
    what it comes with.
    """
    before, now = both.before, both.now
    total = before.denominator.sum()
    if total <= 0:
        return both
    prior = PRIOR_ROWS * total / len(before)
    mean = before.numerator.sum() / total
    rest = before.numerator - mean * before.denominator
    expected_now, varying = np.full(len(now), mean), [it for it, size in enumerate(both.sizes) if size > 1]
    weights = {}
    for it in varying:
        counts, counts_before = (np.bincount(rows.codes[it], minlength=both.sizes[it]) for rows in (now, before))
        # an effect of what is new is drawn to nothing
        weights[it] = np.where(
            is_new(counts, counts_before * both.scale, counts_before),
            np.inf,
            np.bincount(before.codes[it], before.denominator, both.sizes[it]) + prior,
        )
    effects = {it: np.zeros(both.sizes[it]) for it in varying}
    for _ in range(ROUNDS):
        for it in varying:
            step = np.bincount(before.codes[it], rest, both.sizes[it]) / weights[it]
            rest -= step[before.codes[it]] * before.denominator
            effects[it] += step
    for it in varying:
        expected_now += effects[it][now.codes[it]]
    return replace(
        both,
        now=replace(now, expected=expected_now * now.denominator),
        before=replace(before, expected=before.numerator - rest),
    )


def is_new(count: Counts, count_before: Counts, rows_before: Counts) -> npt.NDArray[np.bool_]:
    """Whether spans came up with the range: counts of the range, of the baseline scaled to it, and of the baseline as read."""
    return (count_before < NEW_SHARE * count) & (rows_before < NEW_ROWS)


def kinds_of(codes: Codes, dimensions: list[int], sizes: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """A number for each combination of some dimensions' values, shape (rows,)."""
    kind = np.zeros(codes.shape[1], np.int64)
    for it in dimensions:
        kind = kind * sizes[it] + codes[it]
    return kind


def thresholds(
    before: Floats, kinds_before: npt.NDArray[np.int64], kinds_now: npt.NDArray[np.int64], share: float
) -> tuple[Floats, Floats, float]:
    """The percentile of the baseline of each span's own kind; of all where the baseline had fewer than LEAST_ROWS of the kind.

    A call is slow when it is slow for its kind. Held against one limit for all, only the slowest model would ever be slow,
    and would be blamed for what slows all of them down.

    Args:
        before: Values of the baseline, at least one.
        kinds_before: Kind of each.
        kinds_now: Kind of each span of the range.
        share: Which percentile, 0 to 1.

    Returns:
        The limits of the spans of the range, those of the baseline, and the percentile of all of the baseline.
    """
    of_all = float(np.quantile(before, share))
    order = np.argsort(kinds_before, kind="stable")
    kinds, starts, counts = np.unique(kinds_before[order], return_index=True, return_counts=True)
    limits = np.array([
        np.quantile(before[order[start : start + count]], share) if count >= LEAST_ROWS else of_all
        for start, count in zip(starts, counts, strict=True)
    ])  # fmt: skip
    place = np.minimum(np.searchsorted(kinds, kinds_now), len(kinds) - 1)
    now = np.where(kinds[place] == kinds_now, limits[place], of_all)
    return now, limits[np.searchsorted(kinds, kinds_before)], of_all
