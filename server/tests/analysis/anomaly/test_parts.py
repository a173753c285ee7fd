"""What the detectors are made of, against published formulas, other implementations and simulation."""

import numpy as np
import pytest
from scipy import stats

from watchglass.analysis.anomaly import spikes, tails, transform
from watchglass.analysis.anomaly.combination import combined
from watchglass.analysis.anomaly.decomposition import fit_decomposition
from watchglass.analysis.anomaly.evidence import MEMORY_STEPS, evidence, incidents, remembered, repeated
from watchglass.analysis.anomaly.level_shift import ALLOWANCE, CAP, cumulated
from watchglass.analysis.anomaly.matrix_profile import WINDOW, nearest
from watchglass.analysis.anomaly.series import DAY_NS, Series


def test_the_chances_of_a_normal_history_hold_for_what_follows() -> None:
    """A chance says how often such a value comes, where what follows is like the history."""
    random = np.random.default_rng(1)
    history, after = random.normal(size=(200, 4000)), random.normal(size=(200, 20_000))
    chances = tails.chances(tails.fit_tails(history, 1), after)
    for share in (0.5, 0.1, 0.02):
        assert (chances < share).mean() == pytest.approx(share, rel=0.05)
    for share in (1e-3, 1e-4):  # of a tail shorter than it can know: on the safe side
        assert 0.05 * share < (chances < share).mean() <= share


def test_heavy_tails_cause_no_more_alarms_than_light_ones() -> None:
    """Values of a heavy-tailed distribution are not told more often than their chances say."""
    random = np.random.default_rng(2)
    history, after = random.standard_t(4, (400, 4000)), random.standard_t(4, (400, 20_000))
    chances = tails.chances(tails.fit_tails(history, 1), after)
    assert (chances < 1e-4).mean() < 1.5e-4 and (chances < 1e-5).mean() < 3e-5


def test_the_quantile_is_where_the_chance_is() -> None:
    """The quantile of a chance is the value that has this chance."""
    learnt = tails.fit_tails(np.random.default_rng(3).gamma(2, size=(5, 3000)), 1)
    for chance in (0.3, 0.05, 0.01, 1e-4, 1e-7):
        reached = tails.quantile(learnt, chance)
        np.testing.assert_allclose(tails.chances(learnt, reached[:, None])[:, 0], chance, rtol=2e-3)


def test_a_tie_with_the_history_is_never_unusual() -> None:
    """A value that the history is full of has a large chance."""
    learnt = tails.fit_tails(np.tile([0.0, 0.0, 0.0, 1.0], (1, 500)), 1)
    assert tails.chances(learnt, np.array([[0.0, 1.0]])).min() > 0.02


def test_the_likeliest_tail_is_that_of_scipy() -> None:
    """The fitted tail is at least as likely as the one that SciPy's optimiser finds."""
    random = np.random.default_rng(4)
    for shape in (0.0, 0.2, 0.5):
        peaks = stats.genpareto.rvs(shape, scale=2.0, size=(3, spikes.PEAKS), random_state=random)
        scale, fitted = spikes.fit_pareto(peaks)
        for row in range(3):
            ours = stats.genpareto.logpdf(peaks[row], fitted[row] - 1 / spikes.PEAKS, scale=scale[row]).sum()
            best_shape, _, best_scale = stats.genpareto.fit(peaks[row], floc=0)
            theirs = stats.genpareto.logpdf(peaks[row], best_shape, scale=best_scale).sum()
            assert ours > theirs - (0.05 if best_shape > 0.05 else 2.0)


def test_combined_chances_are_chances_whatever_the_dependence() -> None:
    """Combined chances are uniform enough whether the parts are independent or the same."""
    random = np.random.default_rng(5)
    for shared in (0.0, 0.7, 1.0):
        common = random.normal(size=200_000)
        parts = [shared * common + np.sqrt(1 - shared**2) * random.normal(size=200_000) for _ in range(5)]
        chance = combined([stats.norm.sf(part) for part in parts], [1.0] * 5)
        for share in (0.01, 0.001):
            assert 0.1 * share < (chance < share).mean() < 1.35 * share


def test_one_small_chance_is_not_outvoted_by_the_other_side() -> None:
    """One tiny chance stays tiny beside large and unknown ones."""
    chance = combined([np.array([1e-9]), np.array([1 - 1e-12]), np.array([np.nan])], [1.0, 1.0, 1.0])
    assert chance[0] == pytest.approx(2e-9, rel=1e-3)
    assert np.isnan(combined([np.array([np.nan])], [1.0])[0])
    assert combined([np.array([1e-200])], [1.0])[0] == pytest.approx(1e-200)


@pytest.mark.parametrize(("power", "noise"), [(0.0, "proportional"), (0.5, "count"), (1.0, "even")])
def test_the_scale_is_chosen_by_how_the_noise_grows(power: float, noise: str) -> None:
    """Noise that grows with the level, with its root or not at all is each recognised."""
    random = np.random.default_rng(6)
    level = 200 * np.exp(np.sin(np.arange(4000) * 2 * np.pi / 288))
    values = {
        "proportional": level * np.exp(0.1 * random.normal(size=(3, 4000))),
        "count": random.poisson(np.tile(level, (3, 1))).astype(float),
        "even": level + 10 * random.normal(size=(3, 4000)),
    }[noise]
    arrays = transform.fit_transform(values)
    assert (arrays["power"] == power).all()
    np.testing.assert_allclose(transform.backward(arrays, transform.forward(arrays, values)), values, rtol=1e-6)


def test_seasons_are_found_and_none_is_made_up() -> None:
    """A day and a weekend are found where they are, and nothing is where they are not."""
    random = np.random.default_rng(7)
    times = np.arange(14 * 288)
    day, weekend = np.sin(2 * np.pi * times / 288), -2.0 * (times // 288 % 7 >= 5)
    noise = 0.3 * random.normal(size=(3, len(times)))
    values = np.stack([day + weekend, 0 * day, day]) + noise
    arrays, residuals = fit_decomposition(Series(values, 4 * DAY_NS, 300 * 10**9))
    expected = transform.backward(arrays, residuals.expected)
    errors = np.abs(expected - (values - noise))[:, 288:].mean(axis=1)
    assert (errors < 0.15).all()
    assert np.abs(arrays["day"][1]).max() < 0.1 and np.abs(arrays["week"][1]).max() < 0.1 and np.abs(arrays["week"][2]).max() < 0.2
    assert 0.9 < np.nanstd(residuals.z[1]) < 1.3  # longer rather than shorter: seasons hide a part of the noise that they were learnt from


def test_sums_grow_while_a_shift_lasts_and_end_soon_after() -> None:
    """Cumulated sums grow with a shift, stay under their cap, and end soon after it."""
    z = np.zeros((1, 60))
    z[0, 10:30] = 2
    up, down = cumulated(z, np.zeros(1), np.zeros(1))
    assert up[0, 30] == pytest.approx(20 * (2 - ALLOWANCE)) and up[0, 30] < CAP
    assert up[0, 36] < 0.15 * up[0, 30] and (down == 0).all()
    spike, _ = cumulated(np.array([[0.0, 100.0, 0.0]]), np.zeros(1), np.zeros(1))
    assert spike.max() < 4


def test_evidence_ends_with_the_anomaly_and_a_gap_is_no_evidence() -> None:
    """Evidence falls once values are normal again, and unknown values give none."""
    z = np.zeros((1, 100))
    z[0, 20:60] = 3
    z[0, 80:90] = np.nan
    found = evidence(np.zeros((1, MEMORY_STEPS)), z, np.zeros(z.shape), 300)
    assert found["long_above"][0, 58] > 10 and found["long_above"][0, 66] == 0 and np.nanmax(found["long_below"]) <= 0
    assert np.isnan(found["noise"][0, 80:90]).all() and found["noise"][0, 75] < 1
    assert remembered(np.zeros((1, MEMORY_STEPS)), z).shape == (1, MEMORY_STEPS)


def test_values_shown_again_are_counted_over_gaps() -> None:
    """How often a value was repeated is counted across unknown values."""
    repeats, last, count = repeated(np.array([[1.0, 1.0, np.nan, 1.0, 2.0, 2.0]]), np.array([np.nan]), np.zeros(1))
    np.testing.assert_array_equal(repeats, [[0, 1, 1, 2, 0, 1]])
    assert last[0] == 2 and count[0] == 1


def test_an_incident_in_the_history_is_left_out_and_a_habit_is_not() -> None:
    """One incident in the history is not learnt from; what comes again and again is."""
    z = np.zeros((2, 2000))
    z[0, 500:550] = 8
    for start in range(100, 2000, 300):
        z[1, start : start + 50] = 8
    left_out = incidents(z, 12)
    assert left_out[0, 500:550].all() and left_out[0].sum() < 100 and not left_out[1].any()


def test_the_nearest_window_is_that_of_brute_force() -> None:
    """The distance to the nearest window is the one that comparing with all of them gives."""
    random = np.random.default_rng(8)
    quarters = random.normal(size=(3, 200)).cumsum(axis=1)
    newest = quarters[:, -WINDOW:]
    for row, distance in enumerate(nearest(quarters, np.zeros(3))):
        windows = [quarters[row, start : start + WINDOW] for start in range(200 - 2 * WINDOW + 1)]
        assert distance == pytest.approx(min(np.linalg.norm(stats.zscore(window) - stats.zscore(newest[row])) for window in windows))
    again = np.concatenate([quarters, 5 + 2 * quarters[:, 50 : 50 + WINDOW]], axis=1)
    np.testing.assert_allclose(nearest(again, np.zeros(3)), 0, atol=1e-5)
    assert np.isnan(nearest(np.full((1, 100), np.nan), np.zeros(1)))[0]
