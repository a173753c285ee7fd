"""Two samples compared: difference, its confidence interval and a p-value, for means, quantiles and rates. Pure.

SciPy is imported when it is first needed: it takes about a second and some fifty megabytes, which a server that compares
nothing is spared.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Verdict = Literal["lower", "higher", "unclear", "unknown"]

CONFIDENCE = 0.95
"""Share of intervals that hold the true difference."""

SIGNIFICANCE = 0.05
"""Chance, over all measures together, of calling a difference that is none."""

LEAST_VALUES = 10
"""Fewest values in a sample of which anything is said, and fewest successes and failures beyond a quantile times two."""

MOST_RESAMPLED = 400
"""Largest sample of which the mean is resampled; of more, the mean is as good as normal."""

RESAMPLES = 2000
QUANTILE_DRAWS = 20_000


@dataclass(frozen=True, slots=True)
class Difference:
    """How the right sample differs from the left.

    Attributes:
        left: The statistic of the left sample, None when it has too few values.
        right: The same of the right one.
        low: Lower end of the 95 % confidence interval of right - left; None when it cannot be told.
        high: Its upper end.
        p_value: Chance of a difference as large where there is none; None when it cannot be told.
        left_count: Values in the left sample.
        right_count: Values in the right sample.
    """

    left: float | None
    right: float | None
    low: float | None
    high: float | None
    p_value: float | None
    left_count: int
    right_count: int

    @property
    def difference(self) -> float | None:
        """Right minus left."""
        return None if self.left is None or self.right is None else self.right - self.left

    @property
    def ratio(self) -> float | None:
        """Right over left; None where left is 0."""
        return self.right / self.left if self.right is not None and self.left else None


def compare_means(left: Floats, right: Floats, seed: int) -> Difference:
    """Compare the means of two samples.

    Up to MOST_RESAMPLED values the interval is the bias-corrected and accelerated bootstrap's (Efron 1987, "Better Bootstrap
    Confidence Intervals", JASA 82), which follows skewed costs; beyond, it is Welch's (1947, Biometrika 34), which comes to the
    same. The p-value is Welch's t-test's.

    Args:
        left: Values, finite, any number of them.
        right: Likewise.
        seed: Of the resamples, so that the same question is answered the same.
    """
    if min(len(left), len(right)) < LEAST_VALUES:
        return _too_few(_mean(left), _mean(right), len(left), len(right))
    difference = float(np.mean(right) - np.mean(left))
    if np.ptp(left) == 0 and np.ptp(right) == 0:  # every value is the same, so nothing varies by chance
        return _difference(left.mean(), right.mean(), (difference, difference), float(difference == 0), left, right)
    stats = _stats()
    low, high, p_value = _welch(stats, left, right)
    if max(len(left), len(right)) <= MOST_RESAMPLED and np.ptp(left) > 0 and np.ptp(right) > 0:
        resampled = stats.bootstrap(
            (right, left), _mean_difference, n_resamples=RESAMPLES, vectorized=True, method="BCa",
            confidence_level=CONFIDENCE, rng=np.random.default_rng(seed),
        ).confidence_interval  # fmt: skip
        if np.isfinite(resampled.low) and np.isfinite(resampled.high):
            low, high = float(resampled.low), float(resampled.high)
    return _difference(left.mean(), right.mean(), (low, high), p_value, left, right)


def compare_quantiles(left: Floats, right: Floats, share: float, seed: int) -> Difference:
    """Compare one quantile of two samples by the percentile bootstrap, without resampling.

    The quantile of a resample of n is one of the sample's own values, and its rank is distributed as n times a Beta variable
    (Efron 1979, "Bootstrap Methods", Annals of Statistics 7, section 3; Maritz and Jarrett 1978, JASA 73), so ranks are
    drawn instead of samples. The p-value is twice the smaller share of draws on either side of no difference.

    Args:
        left: Values, finite, any number of them.
        right: Likewise.
        share: Which quantile, between 0 and 1.
        seed: Of the draws.
    """
    needed = LEAST_VALUES / 2 / min(share, 1 - share)
    if min(len(left), len(right)) < needed:
        return _too_few(_quantile(left, share), _quantile(right, share), len(left), len(right))
    random = np.random.default_rng(seed)
    draws = _drawn_quantiles(right, share, random) - _drawn_quantiles(left, share, random)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    rarer = min(np.count_nonzero(draws <= 0), np.count_nonzero(draws >= 0))
    p_value = min(1.0, 2 * (int(rarer) + 1) / (len(draws) + 1))
    ends = (float(low), float(high))
    return _difference(np.quantile(left, share), np.quantile(right, share), ends, p_value, left, right)


def compare_rates(left: int, left_count: int, right: int, right_count: int) -> Difference:
    """Compare two shares of events.

    The interval is Newcombe's hybrid score interval (1998, Statistics in Medicine 17, method 10), made of Wilson's (1927) for
    each share. The p-value is Fisher's exact test's where few events are expected, else that of the chi-squared test.

    Args:
        left: Events on the left.
        left_count: Of how many.
        right: Events on the right.
        right_count: Of how many.
    """
    if min(left_count, right_count) < LEAST_VALUES:
        return _too_few(_rate(left, left_count), _rate(right, right_count), left_count, right_count)
    stats = _stats()
    left_rate, right_rate = left / left_count, right / right_count
    left_ends, right_ends = (
        stats.binomtest(events, count).proportion_ci(CONFIDENCE, method="wilson")
        for events, count in ((left, left_count), (right, right_count))
    )
    difference = right_rate - left_rate
    low = difference - np.hypot(right_rate - right_ends.low, left_ends.high - left_rate)
    high = difference + np.hypot(right_ends.high - right_rate, left_rate - left_ends.low)
    table = np.array([[left, left_count - left], [right, right_count - right]])
    p_value = _p_of_table(stats, table)
    return Difference(left_rate, right_rate, float(low), float(high), p_value, left_count, right_count)


def share_of_greater(left: Floats, right: Floats) -> tuple[float | None, float | None]:
    """Return how often a value of the right sample is greater than one of the left, ties counted half, and the p-value.

    Mann and Whitney's U over the number of pairs (1947, Annals of Mathematical Statistics 18), and its test; one half where the
    distributions are alike. None and None when either sample has too few values.
    """
    if min(len(left), len(right)) < LEAST_VALUES:
        return None, None
    if np.ptp(np.concatenate([left, right])) == 0:
        return 0.5, 1.0
    test = _stats().mannwhitneyu(right, left, method="asymptotic")
    return float(test.statistic) / (len(left) * len(right)), float(test.pvalue)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values of tests that are read together (Holm 1979, Scandinavian Journal of Statistics 6); None stays None.

    >>> holm([0.01, None, 0.04, 0.03])
    [0.03, None, 0.06, 0.06]
    """
    known = sorted((p_value, at) for at, p_value in enumerate(p_values) if p_value is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p_value, at) in enumerate(known):
        largest = max(largest, min(1.0, p_value * (len(known) - rank)))
        adjusted[at] = largest
    return adjusted


def verdict(compared: Difference, adjusted_p_value: float | None) -> Verdict:
    """Say whether the right is lower or higher, unclear when chance would do, unknown when too little is known."""
    if adjusted_p_value is None or not compared.difference:
        return "unknown" if adjusted_p_value is None else "unclear"
    if adjusted_p_value >= SIGNIFICANCE:
        return "unclear"
    return "lower" if compared.difference < 0 else "higher"


def _p_of_table(stats: Any, table: npt.NDArray[np.int64]) -> float:
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if expected.min() == 0:  # nothing or everything failed on both sides
        return 1.0
    if expected.min() < 5:
        return float(stats.fisher_exact(table).pvalue)
    return float(stats.chi2_contingency(table, correction=False).pvalue)


def _welch(stats: Any, left: Floats, right: Floats) -> tuple[float, float, float]:
    """Ends of the interval of the difference of means and its p-value, variances being what they are."""
    parts = [np.var(it, ddof=1) / len(it) for it in (left, right)]
    error = np.sqrt(sum(parts))
    degrees = sum(parts) ** 2 / sum(part**2 / (len(it) - 1) for part, it in zip(parts, (left, right), strict=True))
    difference, reach = np.mean(right) - np.mean(left), stats.t.ppf((1 + CONFIDENCE) / 2, degrees) * error
    return float(difference - reach), float(difference + reach), float(2 * stats.t.sf(abs(difference) / error, degrees))


def _mean_difference(right: Floats, left: Floats, axis: int) -> Floats:
    return np.asarray(np.mean(right, axis=axis) - np.mean(left, axis=axis))


def _drawn_quantiles(values: Floats, share: float, random: np.random.Generator) -> Floats:
    """Quantiles of QUANTILE_DRAWS resamples of `values`."""
    count = len(values)
    rank = max(1, round(share * count))
    positions = (random.beta(rank, count - rank + 1, QUANTILE_DRAWS) * count).astype(np.int64)
    return np.sort(values)[np.minimum(positions, count - 1)]


def _difference(
    left_value: Any, right_value: Any, ends: tuple[float, float], p_value: float, left: Floats, right: Floats
) -> Difference:
    return Difference(float(left_value), float(right_value), *ends, p_value, len(left), len(right))


def _too_few(left: float | None, right: float | None, left_count: int, right_count: int) -> Difference:
    return Difference(left, right, None, None, None, left_count, right_count)


def _rate(events: int, count: int) -> float | None:
    return events / count if count else None


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


def _quantile(values: Floats, share: float) -> float | None:
    return float(np.quantile(values, share)) if len(values) else None


@cache
def _stats() -> Any:
    return importlib.import_module("scipy.stats")
