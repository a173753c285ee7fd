"""Comparisons of two samples against published answers, brute force, and how often their intervals hold the truth."""

import subprocess
import sys
from collections.abc import Callable
from math import comb

import numpy as np
import pytest

from watchglass.analysis.compare import (
    MOST_RESAMPLED,
    Difference,
    Floats,
    compare_means,
    compare_quantiles,
    compare_rates,
    holm,
    share_of_greater,
    verdict,
)

# the first example of Wikipedia's article on Welch's t-test
WELCH_LEFT = np.array([27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4])
WELCH_RIGHT = np.array([27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4])


def test_means_have_welchs_p_value() -> None:
    """The published example has means of 20.8 and 23.0 and a p-value of 0.021."""
    found = compare_means(WELCH_LEFT, WELCH_RIGHT, seed=1)
    assert (found.left, found.right) == (pytest.approx(20.82, abs=0.01), pytest.approx(22.99, abs=0.01))
    assert found.p_value == pytest.approx(0.021, abs=0.001)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 2.17 < found.high < 4.5


def test_interval_of_many_values_is_welchs() -> None:
    """Beyond what is resampled the interval is the difference and 1.96 standard errors to each side."""
    random = np.random.default_rng(3)
    left, right = random.normal(5, 1, 4 * MOST_RESAMPLED), random.normal(6, 2, 4 * MOST_RESAMPLED)
    found = compare_means(left, right, seed=1)
    error = np.hypot(left.std(ddof=1), right.std(ddof=1)) / np.sqrt(len(left))
    difference = right.mean() - left.mean()
    assert (found.low, found.high) == (
        pytest.approx(difference - 1.961 * error, rel=1e-3), pytest.approx(difference + 1.961 * error, rel=1e-3)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right", "low", "high"),
    [((48, 80), (56, 70), 0.0524, 0.3339), ((3, 10), (9, 10), 0.1705, 0.8090), ((0, 10), (10, 10), 0.6075, 1.0)],
)
def test_rates_have_newcombes_interval(left: tuple[int, int], right: tuple[int, int], low: float, high: float) -> None:
    """Rows a, b and h of table II in Newcombe's paper of 1998, method 10."""
    found = compare_rates(*left, *right)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_rates_have_the_p_value_of_a_table() -> None:
    """With few events it is Fisher's, of all tables as rare; with many it is Pearson's; with none at all it is 1."""
    tables = [comb(10, it) * comb(10, 9 - it) for it in range(10)]
    assert compare_rates(1, 10, 8, 10).p_value == pytest.approx(sum(it for it in tables if it <= tables[1]) / comb(20, 9))
    # (ad - bc)^2 n / (row and column sums) = 8.33 at one degree of freedom
    assert compare_rates(25, 100, 45, 100).p_value == pytest.approx(0.00300, abs=1e-4)
    assert compare_rates(0, 100, 0, 100).p_value == 1.0


def test_greater_share_counts_pairs() -> None:
    """The share is that of all pairs in which the right is greater, ties counted half."""
    random = np.random.default_rng(5)
    left, right = random.integers(0, 20, 60).astype(float), random.integers(5, 25, 80).astype(float)
    pairs = (right[:, None] > left).mean() + (right[:, None] == left).mean() / 2
    share, p_value = share_of_greater(left, right)
    assert share == pytest.approx(pairs)
    assert p_value is not None
    assert p_value < 1e-4
    assert share_of_greater(np.ones(20), np.ones(20)) == (0.5, 1.0)


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_quantiles_are_those_of_real_resamples(share: float) -> None:
    """Drawing ranks gives the interval that resampling the values ten thousand times gives."""
    random = np.random.default_rng(11)
    left, right = random.lognormal(0, 1, 300), random.lognormal(0.4, 1, 400)
    found = compare_quantiles(left, right, share, seed=1)
    resampled = [np.quantile(random.choice(it, (10_000, len(it))), share, axis=1) for it in (left, right)]
    low, high = np.quantile(resampled[1] - resampled[0], [0.025, 0.975])
    width = high - low
    assert found.low == pytest.approx(low, abs=0.06 * width)
    assert found.high == pytest.approx(high, abs=0.06 * width)


COMPARISONS: dict[str, tuple[Callable[[np.random.Generator], Difference], float]] = {
    "mean of few": (lambda it: compare_means(it.lognormal(0, 0.8, 80), it.lognormal(0.3, 0.8, 120), 1), np.exp(0.32) * (np.exp(0.3) - 1)),
    "mean of many": (lambda it: compare_means(it.lognormal(0, 1, 900), it.lognormal(0.3, 1, 700), 1), np.exp(0.5) * (np.exp(0.3) - 1)),
    "median": (lambda it: compare_quantiles(it.lognormal(0, 1, 200), it.lognormal(0.3, 1, 150), 0.5, 1), np.exp(0.3) - 1),
    "95th percentile": (lambda it: compare_quantiles(it.normal(0, 1, 800), it.normal(1, 1, 800), 0.95, 1), 1.0),
    "rate": (lambda it: compare_rates(it.binomial(400, 0.02), 400, it.binomial(300, 0.05), 300), 0.03),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPARISONS)
def test_intervals_hold_the_truth_as_often_as_they_say(name: str) -> None:
    """Of 500 experiments with a known difference about 95 % have it in their interval."""
    compare, truth = COMPARISONS[name]
    random = np.random.default_rng(2)
    found = [compare(random) for _ in range(500)]
    held = sum(it.low <= truth <= it.high for it in found if it.low is not None and it.high is not None)
    assert 0.92 <= held / 500 <= 0.985


def test_few_differences_are_called_where_there_are_none() -> None:
    """With seven alike measures at a time, at most one experiment in twenty or so calls any of them different."""
    random = np.random.default_rng(4)
    called = 0
    for _ in range(200):
        compared = [_alike(random, number) for number in range(7)]
        adjusted = holm([it.p_value for it in compared])
        called += any(verdict(it, p) in ("lower", "higher") for it, p in zip(compared, adjusted, strict=True))
    assert called <= 200 * 0.05 + 10


def _alike(random: np.random.Generator, number: int) -> Difference:
    left, right = random.lognormal(0, 1, 500), random.lognormal(0, 1, 500)
    return compare_means(left, right, 1) if number % 2 else compare_quantiles(left, right, 0.5, 1)


def test_too_few_values_say_nothing() -> None:
    """Below the least number the values are shown and no interval; nothing at all is not even a value."""
    few: Floats = np.arange(5.0)
    many: Floats = np.arange(500.0)
    assert compare_means(few, many, 1) == Difference(2.0, 249.5, None, None, None, 5, 500)
    assert compare_quantiles(np.arange(90.0), many, 0.95, 1).p_value is None
    assert compare_rates(1, 4, 3, 500) == Difference(0.25, 0.006, None, None, None, 4, 500)
    assert compare_rates(0, 0, 3, 500).left is None
    assert share_of_greater(few, many) == (None, None)
    assert verdict(compare_means(np.array([]), many, 1), None) == "unknown"


def test_values_that_never_vary_differ_or_do_not() -> None:
    """Constant samples, such as the tokens of a fixed prompt, need no chance to be told apart."""
    same = compare_means(np.full(20, 7.0), np.full(30, 7.0), 1)
    assert (same.difference, same.p_value, verdict(same, same.p_value)) == (0.0, 1.0, "unclear")
    other = compare_means(np.full(20, 7.0), np.full(30, 5.0), 1)
    assert (other.low, other.high, verdict(other, other.p_value)) == (-2.0, -2.0, "lower")
    one_varies = compare_means(np.full(20, 7.0), np.arange(30.0), 1)
    assert one_varies.low is not None
    assert one_varies.low < 7.5 < (one_varies.high or 0)


def test_ratio_of_nothing_is_not_known() -> None:
    """A rate that was 0 has no ratio, and the difference is there all the same."""
    found = compare_rates(0, 100, 10, 100)
    assert (found.ratio, found.difference) == (None, 0.1)


def test_scipy_waits_until_it_is_needed() -> None:
    """A server that compares nothing does not pay for SciPy: importing the application's comparison leaves it out."""
    code = "import sys, watchglass.api.application; print('scipy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert answer.stdout.strip() == "False"
