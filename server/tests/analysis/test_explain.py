"""The search for causes on arrays whose cause is known: single values, pairs, mixes, everything, nothing."""

import numpy as np
import pytest

from watchglass.analysis.explain.baseline import fit_expected, thresholds
from watchglass.analysis.explain.causes import rank_causes
from watchglass.analysis.explain.moved import robust_z
from watchglass.analysis.explain.rows import TRACE_GROUPS, Both, Codes, Floats, Rows

COUNT = 6000
SIZES = (4, 5, 3)
"""Three dimensions with 3, 4 and 2 values; 0 is none."""


def codes_of(random: np.random.Generator, count: int = COUNT) -> Codes:
    """Values of the three dimensions, each by itself."""
    return np.stack([random.integers(1, size, count) for size in SIZES]).astype(np.int32)


def rows_of(codes: Codes, numerator: Floats, random: np.random.Generator) -> Rows:
    """Spans with a denominator of 1, in traces of one span."""
    count = codes.shape[1]
    return Rows(codes, numerator.astype(np.float64), np.ones(count), np.zeros(count), random.integers(0, TRACE_GROUPS, count).astype(np.uint8))


def failing(rate_now: Floats, codes_now: Codes, rate_before: Floats, codes_before: Codes, seed: int = 1) -> Both:
    """Spans that fail at given rates, fitted."""
    random = np.random.default_rng(seed)
    now = rows_of(codes_now, random.random(codes_now.shape[1]) < rate_now, random)
    before = rows_of(codes_before, random.random(codes_before.shape[1]) < rate_before, random)
    return fit_expected(Both(now, before, SIZES, codes_now.shape[1] / codes_before.shape[1]))


@pytest.fixture
def sides() -> tuple[Codes, Codes]:
    """The same traffic twice."""
    random = np.random.default_rng(7)
    return codes_of(random), codes_of(random)


def test_one_value_is_named_before_its_pairs(sides: tuple[Codes, Codes]) -> None:
    """A value that fails explains nearly all of it, with an interval about its true ratio, and no pair is named."""
    now, before = sides
    rate = np.where(now[1] == 2, 0.3, 0.02)
    found = rank_causes(failing(rate, now, np.full(COUNT, 0.02), before), is_sum=False)
    assert found.verdict == "causes"
    assert [it.candidate for it in found.causes] == [((1, 2),)]
    cause = found.causes[0]
    assert cause.kind == "behaviour"
    assert cause.share == pytest.approx(1, abs=0.1)
    assert cause.sure.confidence > 0.95


def test_the_interval_holds_the_true_ratio_nearly_always() -> None:
    """What fails 15 times as often, over 40 draws: 95 % is what is said."""
    held = 0
    for seed in range(40):
        random = np.random.default_rng(1000 + seed)
        now, before = codes_of(random), codes_of(random)
        cause = rank_causes(failing(np.where(now[1] == 2, 0.3, 0.02), now, np.full(COUNT, 0.02), before, seed), is_sum=False).causes[0]
        assert cause.sure.low is not None and cause.sure.high is not None
        held += cause.sure.low < 15 < cause.sure.high
    assert held >= 34


def test_a_pair_is_named_where_neither_value_suffices(sides: tuple[Codes, Codes]) -> None:
    """Only what is both fails."""
    now, before = sides
    rate = np.where((now[0] == 1) & (now[1] == 3), 0.4, 0.02)
    found = rank_causes(failing(rate, now, np.full(COUNT, 0.02), before), is_sum=False)
    assert [it.candidate for it in found.causes] == [((0, 1), (1, 3))]


def test_two_values_that_fail_are_both_named(sides: tuple[Codes, Codes]) -> None:
    """What the first leaves is searched again."""
    now, before = sides
    rate = np.where((now[1] == 1) | (now[1] == 4), 0.3, 0.02)
    found = rank_causes(failing(rate, now, np.full(COUNT, 0.02), before), is_sum=False)
    assert {it.candidate for it in found.causes} == {((1, 1),), ((1, 4),)}
    assert sum(it.share for it in found.causes) == pytest.approx(1, abs=0.15)


def test_what_has_always_failed_more_is_not_blamed(sides: tuple[Codes, Codes]) -> None:
    """All fail three times as often, the worst one too: it has the most new failures, and is no cause."""
    now, before = sides
    rates = [np.where(codes[1] == 2, 0.12, 0.02) for codes in (now, before)]
    found = rank_causes(failing(rates[0] * 3, now, rates[1], before), is_sum=False)
    assert (found.verdict, found.causes) == ("everywhere", [])


@pytest.mark.parametrize("seed", range(8))
def test_chance_is_no_cause(sides: tuple[Codes, Codes], seed: int) -> None:
    """The same rates twice."""
    now, before = sides
    found = rank_causes(failing(np.full(COUNT, 0.02), now, np.full(COUNT, 0.02), before, seed), is_sum=False)
    assert found.causes == []


def test_a_changed_mix_is_told_from_changed_behaviour() -> None:
    """Simpson's paradox: no value fails more often than before, and all together do, as the worse one has more of the calls."""
    random = np.random.default_rng(3)
    now, before = codes_of(random), codes_of(random)
    now[1] = np.where(random.random(COUNT) < 0.6, 2, now[1])
    rates = [np.where(codes[1] == 2, 0.3, 0.02) for codes in (now, before)]
    found = rank_causes(failing(rates[0], now, rates[1], before), is_sum=False)
    assert [(it.candidate, it.kind) for it in found.causes] == [(((1, 2),), "mix")]


def test_of_two_names_of_the_same_spans_what_is_new_is_named() -> None:
    """A value that came up with all of another's spans is the news; the other is said too."""
    random = np.random.default_rng(5)
    now, before = codes_of(random), codes_of(random)
    before[1][before[1] == 4] = 1
    now[1] = np.where(now[0] == 2, 4, np.where(now[1] == 4, 1, now[1]))
    found = rank_causes(failing(np.where(now[0] == 2, 0.3, 0.02), now, np.full(COUNT, 0.02), before), is_sum=False)
    assert found.causes[0].candidate == ((1, 4),)
    assert found.causes[0].also == [((0, 2),)]


def test_more_of_one_value_is_an_amount() -> None:
    """A count that one value makes grow."""
    random = np.random.default_rng(9)
    now, before = codes_of(random), codes_of(random)
    more = np.concatenate([now, *[now[:, now[1] == 1]] * 4], axis=1)
    both = fit_expected(Both(rows_of(more, np.ones(more.shape[1]), random), rows_of(before, np.ones(COUNT), random), SIZES, 1.0))
    found = rank_causes(both, is_sum=True)
    assert [(it.candidate, it.kind) for it in found.causes] == [(((1, 1),), "amount")]
    assert found.causes[0].sure.risk_ratio == pytest.approx(5, rel=0.15)


def test_a_rollout_that_moves_spans_is_no_growth() -> None:
    """Everything grows by a tenth; that one value takes the place of another explains none of it."""
    random = np.random.default_rng(11)
    now, before = codes_of(random, COUNT * 11 // 10), codes_of(random)
    now[1] = np.where((now[0] == 1) & (now[1] <= 2), 2, now[1])
    both = fit_expected(Both(rows_of(now, np.ones(now.shape[1]), random), rows_of(before, np.ones(COUNT), random), SIZES, 1.0))
    found = rank_causes(both, is_sum=True)
    assert found.causes == []


def test_too_few_spans_say_so(sides: tuple[Codes, Codes]) -> None:
    """Nothing is told from a handful."""
    now, before = sides
    found = rank_causes(failing(np.full(5, 1.0), now[:, :5], np.full(COUNT, 0.02), before), is_sum=False)
    assert found.verdict == "too_little"


def test_what_is_slow_is_slow_for_its_kind() -> None:
    """Each kind has the percentile of its own, a rare or new one that of all."""
    before = np.concatenate([np.arange(100.0), 1000 + np.arange(100.0), [5.0]])
    kinds = np.repeat([1, 2, 3], [100, 100, 1])
    now, limits, of_all = thresholds(before, kinds, np.array([1, 2, 3, 9]), 0.9)
    assert of_all == np.quantile(before, 0.9)
    assert now.tolist() == [np.quantile(before[:100], 0.9), np.quantile(before[100:200], 0.9), of_all, of_all]
    assert limits[[0, 100, 200]].tolist() == now[:3].tolist()


def test_a_series_moves_in_units_of_its_scatter() -> None:
    """Outliers make no difference, and a series that stood still needs a part of its level."""
    before = np.array([9.0, 10.0, 11.0, 10.0, 1000.0])
    assert robust_z(np.array([16.0, 16.0, 90.0]), before, 0.02) == pytest.approx(6 / 1.4826)
    assert robust_z(np.full(3, 11.0), np.full(5, 10.0), 0.02) == pytest.approx(5)
    assert robust_z(np.zeros(3), np.zeros(3), 0.02) == 0
