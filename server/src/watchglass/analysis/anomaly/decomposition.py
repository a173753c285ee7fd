"""What a series was expected to be: a level that follows slowly, a daily and a weekly season, and noise by the hour of the day."""

from dataclasses import dataclass

import numpy as np

from watchglass.analysis.anomaly import transform
from watchglass.analysis.anomaly.profile import CLIP, HOUR_NS, Places, fit_profile, places
from watchglass.analysis.anomaly.series import DAY_NS, Floats, Series
from watchglass.analysis.anomaly.state import State

HALF_LIFE_S = 24 * 3600.0
"""In which the level takes over half of a lasting change, as long as it is within CLIP of the noise."""

PROFILE_ARRAYS = ("power", "offset", "centre", "spread", "day", "week", "noise", "level", "known_steps", "history_s")

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Residuals:
    """What a decomposition says of values; arrays of shape (series, times), all but `z` on the even scale.

    Attributes:
        z: Deviation from what was expected, in spreads of the noise; NaN where unknown.
        expected: What was expected.
        noise: Its spread.
    """

    z: Floats
    expected: Floats
    noise: Floats


def fit_decomposition(history: Series) -> tuple[Arrays, Residuals]:
    """Learn transform, seasons and noise, and say how the history itself deviated from them.

    The history's deviations are those of a level that follows as it does later on, so that what is calibrated on them holds for
    what comes; each is made longer by what its own share in the seasons hid of it.
    """
    values = history.learnable
    arrays = transform.fit_transform(values)
    even = transform.forward(arrays, values)
    where = places(history)
    steps_a_day = DAY_NS // history.step_ns
    day, week, noise, trend = fit_profile(even, where, steps_a_day)
    arrays |= {"day": _small(day), "week": _small(week), "noise": _small(noise)}
    arrays["level"] = _small(trend[:, 0]) if even.shape[1] else np.zeros(len(even), np.float32)
    known = np.isfinite(even)
    arrays["known_steps"] = known.sum(axis=1).astype(np.int32)
    first = np.where(known.any(axis=1), known.argmax(axis=1) if even.shape[1] else 0, even.shape[1])
    arrays["history_s"] = _small((even.shape[1] - first) * (history.step_ns / 1e9))
    residuals = _follow(arrays, even, where, history.step_ns)
    weeks = max(even.shape[1] / steps_a_day / 7, 1.0)
    has_week = (week**2).mean(axis=1) > 0
    # the fewer values an hour has, the more of the seasons is each of them
    coarse = 1 + min(1.0, history.step_ns / HOUR_NS)
    own_share = np.minimum(np.where(has_week, 0.5, 0.25) / weeks * coarse, 0.5)
    return arrays, Residuals(residuals.z / (1 - own_share)[:, None], residuals.expected, residuals.noise)


def decompose(state: State, recent: Series) -> tuple[Arrays, Residuals]:
    """Say how values deviate from what was expected; return the state's arrays after them, and the deviations."""
    arrays = {name: state.arrays[name] for name in PROFILE_ARRAYS}
    values = recent.known
    even = transform.forward(arrays, values)
    return arrays, _follow(arrays, even, places(recent), recent.step_ns)


def in_values(arrays: Arrays, even: Floats) -> Floats:
    """Numbers on the even scale as values."""
    return transform.backward(arrays, even)


def _follow(arrays: Arrays, even: Floats, where: Places, step_ns: int) -> Residuals:
    """Let the level follow the values one by one; replaces arrays["level"]."""
    seasonal = (arrays["day"][:, where.quarter] + arrays["week"][:, where.hour_of_week]).astype(np.float32)
    noise = arrays["noise"][:, where.hour]
    rest = even.astype(np.float32) - seasonal
    gain = np.float32(1 - 2 ** (-step_ns / 1e9 / HALF_LIFE_S))
    level = arrays["level"]
    levels = np.empty_like(seasonal)
    for column in range(even.shape[1]):
        levels[:, column] = level
        most = np.float32(CLIP) * noise[:, column]
        step = np.clip(rest[:, column] - level, -most, most)
        level = level + gain * np.where(np.isfinite(step), step, np.float32(0))
    arrays["level"] = level
    return Residuals(((rest - levels) / noise).astype(np.float64), (levels + seasonal).astype(np.float64), noise.astype(np.float64))


def _small(values: Floats) -> np.ndarray:
    return values.astype(np.float32)
