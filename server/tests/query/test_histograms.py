"""Quantiles of histograms against the observations themselves, and merging of different layouts."""

import bisect
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchglass.query.histograms import Distribution, Exponential, differ, merge_explicit, merge_exponential, quantile

OBSERVATIONS = st.lists(st.floats(-1000, 1000, allow_nan=False), min_size=1, max_size=60)
BOUNDS = st.lists(st.integers(-500, 500), max_size=12, unique=True).map(lambda bounds: [float(it) for it in sorted(bounds)])
SHARES = st.floats(0, 1)


def explicit(observations: list[float], bounds: list[float]) -> list[int]:
    """Counts of the buckets (-inf, b0], (b0, b1], ..., (bn, inf)."""
    counts = [0] * (len(bounds) + 1)
    for value in observations:
        counts[bisect.bisect_left(bounds, value)] += 1
    return counts


def prometheus(bounds: list[float], counts: list[int], q: float) -> float | None:
    """Prometheus' histogram_quantile, written as its documentation says it."""
    total = sum(counts)
    if not total or not bounds:
        return None
    rank, below = q * total, 0
    for index, count in enumerate(counts):  # noqa: B007  the bucket that was stopped at
        if count and below + count >= rank:
            break
        below += count
    if index == len(bounds):
        return bounds[-1]
    if index == 0 and bounds[0] <= 0:
        return bounds[0]
    start = 0.0 if index == 0 else bounds[index - 1]
    return start + (bounds[index] - start) * (rank - below) / counts[index]


def exponential(observations: list[float], scale: int) -> Exponential:
    """The exponential histogram of `observations` at `scale`; zero is in the zero bucket."""
    sides: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    for value in observations:
        if value:
            sides[value < 0][math.ceil(math.log2(abs(value)) * 2**scale) - 1] += 1
    return Exponential(scale, sum(not value for value in observations), 0.0, sides[0], sides[1])


@given(observations=OBSERVATIONS, bounds=BOUNDS, q=SHARES)
def test_explicit_quantile_is_prometheus(observations: list[float], bounds: list[float], q: float) -> None:
    """The same number as histogram_quantile gives, whatever the buckets."""
    counts = explicit(observations, bounds)
    found = quantile(merge_explicit([(bounds, counts)]), q)
    expected = prometheus(bounds, counts, q)
    assert found == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-9))


@given(first=OBSERVATIONS, second=OBSERVATIONS, bounds=BOUNDS)
def test_histograms_of_the_same_bounds_add_up(first: list[float], second: list[float], bounds: list[float]) -> None:
    """The sum is the histogram of all observations."""
    merged = merge_explicit([(bounds, explicit(first, bounds)), (bounds, explicit(second, bounds))])
    assert merged.upper.tolist() == [*bounds, math.inf]
    assert merged.counts.tolist() == explicit(first + second, bounds)


@given(first=OBSERVATIONS, second=OBSERVATIONS, bounds=BOUNDS.filter(len), others=BOUNDS.filter(len))
def test_histograms_of_different_bounds_keep_what_each_knows(
    first: list[float], second: list[float], bounds: list[float], others: list[float]
) -> None:
    """On all bounds of either nothing is lost or negative, and below a bound that both have there is what they say."""
    merged = merge_explicit([(bounds, explicit(first, bounds)), (others, explicit(second, others))])
    assert merged.upper.tolist() == [*sorted({*bounds, *others}), math.inf]
    assert merged.counts.sum() == pytest.approx(len(first) + len(second))
    assert (merged.counts >= -1e-9).all()
    for bound in set(bounds) & set(others):
        below = merged.counts[: merged.upper.tolist().index(bound) + 1].sum()
        assert below == pytest.approx(sum(value <= bound for value in first + second))
    assert differ([bounds, others, []]) == (bounds != others)


def test_bounds_without_any_in_common_have_quantiles() -> None:
    """Of two services that report other buckets a quantile lies where the observations of both are; one without buckets is passed over."""
    fine, coarse = ([1.0, 2.0, 3.0], [0, 10, 0, 0]), ([10.0, 20.0], [0, 10, 0])
    merged = merge_explicit([fine, coarse, ([], [50])])
    assert quantile(merged, 0.25) == pytest.approx(1.5)
    assert quantile(merged, 0.75) == pytest.approx(15)
    assert quantile(merge_explicit([([], [50])]), 0.5) is None


def test_what_lies_beyond_a_last_bound_is_just_above_it() -> None:
    """It is not put beyond the last bound of another histogram, of which nothing says that it reaches it."""
    merged = merge_explicit([([1.0], [0, 4]), ([1.0, 2.0, 100.0], [0, 0, 0, 0])])
    assert merged.counts.tolist() == [0, 4, 0, 0]


@settings(max_examples=60)
@given(
    observations=st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e6), st.floats(-1e6, -1e-6)), min_size=1, max_size=60),
    scale=st.integers(-2, 6),
    q=SHARES,
)
def test_exponential_quantile_is_within_the_scales_bound(observations: list[float], scale: int, q: float) -> None:
    """The answer lies in the bucket of the observation of that rank, so at most a factor of the base away."""
    found = quantile(merge_exponential([exponential(observations, scale)]), q)
    ranked = sorted(observations)[max(0, math.ceil(q * len(observations) - 1e-9) - 1)]
    base = 2.0 ** (2.0**-scale)
    assert found is not None
    if ranked == 0:
        assert found == 0
    else:
        assert found * ranked > 0
        assert 1 / base * 0.999 <= found / ranked <= base * 1.001


@given(
    parts=st.lists(st.tuples(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=30), st.integers(-2, 8)), min_size=1, max_size=4)
)
def test_scales_merge_at_the_coarsest(parts: list[tuple[list[float], int]]) -> None:
    """Histograms of different scales add up to the histogram of all observations at the coarsest scale."""
    merged = merge_exponential([exponential(observations, scale) for observations, scale in parts])
    coarsest = min(scale for _, scale in parts)
    whole = merge_exponential([exponential([value for observations, _ in parts for value in observations], coarsest)])
    assert merged.counts.tolist() == whole.counts.tolist()
    assert merged.upper.tolist() == whole.upper.tolist()


def test_changes_cancel_what_was_there_before() -> None:
    """A later state less an earlier one, at a finer scale, leaves what was observed between them."""
    before = exponential([1.5, 3.0, 3.0], 3)
    minus = Exponential(3, 0, 0.0, {index: -count for index, count in before.positive.items()}, {})
    merged = merge_exponential([exponential([1.5, 3.0, 3.0, 100.0], 1), minus])
    assert quantile(merged, 0.5) == pytest.approx(100, rel=0.5)
    assert merged.counts.sum() == 1


@pytest.mark.parametrize("counts", [[], [0, 0], [-1, 0]])
def test_nothing_observed_is_unknown(counts: list[float]) -> None:
    """No observations, and a difference that is not positive, have no quantile."""
    assert quantile(merge_explicit([([1.0], counts)]), 0.5) is None


def test_zero_bucket_has_its_width() -> None:
    """Observations within the threshold are spread over it, on both sides where there are negative ones."""
    both = merge_exponential([Exponential(0, 10, 0.5, {3: 1}, {3: 1})])
    assert quantile(both, 0.5) == pytest.approx(0.0, abs=0.01)
    one = merge_exponential([Exponential(0, 10, 0.5, {3: 1}, {})])
    assert 0 <= quantile(one, 0.5) <= 0.5  # type: ignore[operator]


def test_extreme_indices_do_not_break() -> None:
    """Buckets beyond a double's range are zero or infinite and never an error."""
    merged = merge_exponential([Exponential(-10, 0, 0.0, {5: 1, -5: 1}, {})])
    assert quantile(merged, 0.0) == 0.0
    assert isinstance(merged, Distribution)
    assert np.isinf(merged.upper[-1])
