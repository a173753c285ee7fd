"""What every registered detector keeps to, whatever it is given."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from watchglass.analysis.anomaly.detector import Detector, Scores
from watchglass.analysis.anomaly.detectors import DEFAULT, DETECTORS, detector
from watchglass.analysis.anomaly.series import DAY_NS, Series, increases
from watchglass.analysis.anomaly.state import State
from watchglass.errors import InvalidInput

STEP_NS = 900 * 10**9
DAY_STEPS = DAY_NS // STEP_NS
START_NS = 20_700 * DAY_NS
HISTORY_STEPS = 15 * DAY_STEPS

every = pytest.mark.parametrize("chosen", DETECTORS.values(), ids=list(DETECTORS))


def normal(series: int, days: int, seed: int = 1) -> np.ndarray:
    """Series with a daily season, a weekend and noise in proportion to the level."""
    random = np.random.default_rng(seed)
    times = np.arange(days * DAY_STEPS)
    season = np.sin(2 * np.pi * times / DAY_STEPS) - 0.5 * (times // DAY_STEPS % 7 >= 5)
    return np.exp(3 + 0.5 * season + 0.1 * random.normal(size=(series, len(times))))


def split(values: np.ndarray, steps: int = HISTORY_STEPS) -> tuple[Series, Series]:
    return Series(values[:, :steps], START_NS, STEP_NS), Series(values[:, steps:], START_NS + steps * STEP_NS, STEP_NS)


def run(chosen: Detector, values: np.ndarray, steps: int = HISTORY_STEPS) -> Scores:
    history, recent = split(values, steps)
    return chosen.score(chosen.fit(history), recent)[0]


def is_sound(scores: Scores, shape: tuple[int, int]) -> bool:
    """Shapes fit, p-values are chances, scores are finite and at least 0, the band holds what is expected in order."""
    p_value, score = scores.p_value, scores.score
    is_told = np.isfinite(p_value)
    with np.errstate(invalid="ignore"):
        return (
            all(part.shape == shape for part in (scores.expected, scores.lower, scores.upper, score, p_value))
            and scores.is_warm.shape == scores.history_s.shape == shape[:1]
            and bool(np.all((p_value[is_told] >= 0) & (p_value[is_told] <= 1)))
            and bool(np.all(score[is_told] >= 0)) and bool(np.all(np.isnan(score) == ~is_told))
            and not np.isinf(score).any() and not np.isinf(scores.expected).any()
            and not bool(np.any(scores.lower > scores.upper))
            and not is_told[~scores.is_warm].any()
        )  # fmt: skip


@every
def test_an_outlier_is_less_likely_than_anything_normal(chosen: Detector) -> None:
    """Values four times too large score higher than any of the series that stay as they were."""
    values = normal(5, 17)
    values[2, HISTORY_STEPS + 50 : HISTORY_STEPS + 70] *= np.tile([4, 4, 1, 1], 5)
    scores = run(chosen, values)
    assert scores.is_warm.all() and is_sound(scores, (5, 2 * DAY_STEPS))
    assert np.nanmax(scores.score[2, 50:80]) > 1.2 * np.nanmax(scores.score[[0, 1, 3, 4]])
    assert np.nanmin(scores.p_value[2]) < 1e-2


@every
def test_normal_values_are_seldom_unlikely(chosen: Detector) -> None:
    """Of values like those that were learnt, no larger a share has a small p-value than that p-value says."""
    scores = run(chosen, normal(40, 19, seed=2))
    assert (scores.p_value < 0.01).mean() < 0.02
    assert (scores.p_value < 1e-4).mean() < 1e-3


@every
def test_one_by_one_is_the_same_as_all_at_once(chosen: Detector) -> None:
    """Scores do not depend on how many values come at a time, also when the state is written and read in between."""
    values = normal(3, 16)
    values[1, 100:200] = np.nan
    values[2, HISTORY_STEPS + 3 : HISTORY_STEPS + 9] = np.nan
    values[0, HISTORY_STEPS + 20 :] *= 2
    history, recent = split(values)
    state = chosen.fit(history)
    whole, end = chosen.score(state, recent)
    for column in range(recent.values.shape[1]):
        state = State.from_bytes(state.to_bytes())
        one = Series(recent.values[:, column : column + 1], recent.start_ns + column * STEP_NS, STEP_NS)
        scores, state = chosen.score(state, one)
        for name in ("expected", "lower", "upper", "score", "p_value"):
            np.testing.assert_allclose(getattr(scores, name)[:, 0], getattr(whole, name)[:, column], rtol=1e-4, err_msg=name)
    assert state.next_ns == end.next_ns
    for name, array in end.arrays.items():
        np.testing.assert_allclose(state.arrays[name], array, rtol=1e-4, atol=1e-4, err_msg=name)


@every
def test_a_gap_is_as_unknown_values(chosen: Detector) -> None:
    """Times that never came are scored as if their values had come and were unknown."""
    history, recent = split(normal(2, 16))
    gap = 7
    filled = recent.values.copy()
    filled[:, :gap] = np.nan
    state = chosen.fit(history)
    told, _ = chosen.score(state, Series(filled, recent.start_ns, STEP_NS))
    skipped, after = chosen.score(state, Series(recent.values[:, gap:], recent.start_ns + gap * STEP_NS, STEP_NS))
    np.testing.assert_allclose(skipped.p_value, told.p_value[:, gap:], rtol=1e-4)
    assert after.next_ns == recent.end_ns


@every
def test_the_given_state_stays_as_it_is(chosen: Detector) -> None:
    """Neither fitting nor scoring changes what it was given, so that an evaluation can be done once more."""
    history, recent = split(normal(2, 16))
    state = chosen.fit(history)
    before = state.to_bytes()
    first, _ = chosen.score(state, recent)
    second, _ = chosen.score(state, recent)
    assert state.to_bytes() == before
    np.testing.assert_array_equal(first.p_value, second.p_value)
    assert chosen.fit(history).to_bytes() == before


@every
def test_series_do_not_know_each_other(chosen: Detector) -> None:
    """The scores of a series are the same alone and among others, in whatever order their states are put together."""
    values = normal(4, 16)
    together = run(chosen, values)
    alone = run(chosen, values[2:3])
    np.testing.assert_allclose(alone.score[0], together.score[2], rtol=1e-4, atol=1e-6)
    history, recent = split(values)
    state = chosen.fit(history)
    picked = state.rows([2, 0]).joined(state.rows([1]))
    scores, _ = chosen.score(picked, Series(recent.values[[2, 0, 1]], recent.start_ns, STEP_NS))
    np.testing.assert_allclose(scores.score, together.score[[2, 0, 1]], rtol=1e-4, atol=1e-6)


@every
@pytest.mark.parametrize("days", [0, 0.1, 1, 2, 6])
def test_little_history_says_so_and_alarms_nobody(chosen: Detector, days: float) -> None:
    """With less history than is needed a series has no p-values, and the note says how much there is."""
    scores = run(chosen, normal(2, 16), steps=int(days * DAY_STEPS))
    assert is_sound(scores, (2, 16 * DAY_STEPS - int(days * DAY_STEPS)))
    if days * 86_400 < 0.9 * chosen.needed_s:
        assert not scores.is_warm.any() and np.isnan(scores.p_value).all()
        assert scores.note(0) == f"{days:.1f} of {chosen.needed_s / 86_400:g} days of history"


@every
@pytest.mark.parametrize("kind", ["constant", "zero", "unknown", "mostly zero", "infinite", "negative", "huge", "tiny", "steps"])
def test_odd_series_are_scored_soundly(chosen: Detector, kind: str) -> None:
    """Constants, zeros, unknown and infinite values and the like give scores within their ranges, and no errors."""
    random = np.random.default_rng(4)
    shape = (2, 16 * DAY_STEPS)
    values = {
        "constant": np.full(shape, 7.0),
        "zero": np.zeros(shape),
        "unknown": np.full(shape, np.nan),
        "mostly zero": (random.random(shape) < 0.03) * random.integers(1, 5, shape),
        "infinite": np.where(random.random(shape) < 0.1, np.inf, normal(2, 16)),
        "negative": -normal(2, 16),
        "huge": 1e300 * normal(2, 16),
        "tiny": 1e-300 * normal(2, 16),
        "steps": np.round(normal(2, 16) / 10),
    }[kind]
    scores = run(chosen, np.asarray(values, float))
    assert is_sound(scores, (2, DAY_STEPS))
    assert not (scores.p_value < 1e-4).any()


@every
@pytest.mark.parametrize("level", [0.0, 7.0])
def test_what_never_moved_and_then_does_is_told(chosen: Detector, level: float) -> None:
    """A constant that moves scores higher than it did before."""
    values = np.full((1, 16 * DAY_STEPS), level)
    values[0, HISTORY_STEPS + 10 : HISTORY_STEPS + 40] += 5
    scores = run(chosen, values)
    assert np.nanmax(scores.score[0, 10:40]) > np.nanmax(scores.score[0, :10])


@every
def test_a_counter_is_scored_by_its_increases(chosen: Detector) -> None:
    """A counter that starts again is not unusual for it."""
    grown = np.cumsum(normal(1, 16), axis=1)
    grown[:, HISTORY_STEPS + 30 :] -= grown[:, HISTORY_STEPS + 29, None]
    scores = run(chosen, increases(grown))
    assert is_sound(scores, (1, DAY_STEPS))
    assert np.nanmin(scores.p_value) > 1e-5


@every
def test_what_is_marked_as_not_normal_is_not_learnt(chosen: Detector) -> None:
    """Days marked as not normal are learnt from no more than days without values."""
    values = normal(1, 17)
    spoilt = values.copy()
    is_normal = np.ones(HISTORY_STEPS, bool)
    is_normal[5 * DAY_STEPS : 6 * DAY_STEPS] = False
    spoilt[:, :HISTORY_STEPS][:, ~is_normal] *= 20
    history, recent = split(spoilt)
    marked = Series(history.values, history.start_ns, STEP_NS, is_normal)
    blank = Series(np.where(is_normal, history.values, np.nan), history.start_ns, STEP_NS)
    assert chosen.fit(marked).to_bytes() == chosen.fit(blank).to_bytes()
    assert (chosen.score(chosen.fit(marked), recent)[0].p_value < 1e-4).mean() < 0.01


@every
def test_what_does_not_belong_together_is_refused(chosen: Detector) -> None:
    """A series from before the state, of another count or another step names the field that is wrong."""
    history, recent = split(normal(2, 16))
    state = chosen.fit(history)
    with pytest.raises(InvalidInput, match="start_ns"):
        chosen.score(state, history)
    with pytest.raises(InvalidInput, match="values"):
        chosen.score(state.rows([0]), recent)
    with pytest.raises(InvalidInput, match="step_ns"):
        chosen.score(state, Series(recent.values, recent.start_ns, STEP_NS // 3))
    other = State("other", 1, STEP_NS, state.next_ns, state.fitted_ns, state.arrays)
    with pytest.raises(InvalidInput, match="fit again"):
        chosen.score(other, recent)


@every
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_the_values_the_scores_are_sound(chosen: Detector, data: st.DataObject) -> None:
    """Any floats at all in the recent values give scores within their ranges."""
    values = normal(2, 15)
    elements = st.one_of(st.floats(width=64), st.sampled_from([0.0, -1.0, 1e18, np.nan]))
    blot = data.draw(arrays.arrays(np.float64, (2, 40), elements=elements))
    place = data.draw(st.integers(0, values.shape[1] - 40))
    values[:, place : place + 40] = blot
    scores = run(chosen, values, steps=14 * DAY_STEPS)
    assert is_sound(scores, (2, DAY_STEPS))


@every
def test_series_fitted_in_blocks_are_fitted_the_same(chosen: Detector, monkeypatch: pytest.MonkeyPatch) -> None:
    """What bounds the memory of fitting many series does not change what is learnt."""
    history, _ = split(normal(5, 16))
    whole = chosen.fit(history)
    monkeypatch.setattr("watchglass.analysis.anomaly.detector.BLOCK_VALUES", 2 * HISTORY_STEPS)
    for name, array in chosen.fit(history).arrays.items():
        np.testing.assert_allclose(array, whole.arrays[name], rtol=1e-5, atol=1e-6, err_msg=name)


def test_every_detector_is_found_by_its_name() -> None:
    """The registry knows each detector by the name that it has itself, and refuses others."""
    assert DEFAULT in DETECTORS and all(detector(name).name == name for name in DETECTORS)
    with pytest.raises(InvalidInput, match="not one of ensemble"):
        detector("oracle")
