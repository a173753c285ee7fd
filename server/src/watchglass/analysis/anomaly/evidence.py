"""Statistics of the last deviations, each made for one kind of anomaly, all on a memory of a few hours.

Deviations are those of `decomposition`, in spreads of the noise. Means over a window grow with the root of its length where
something lasts (the matched filter of a step); each is weighed by what the newest values still show of it, so that it ends
when the anomaly does and not a window later.
"""

from collections.abc import Callable

import numpy as np

from watchglass.analysis.anomaly.series import Bools, Floats

MEMORY_STEPS = 48
SHORT_STEPS, LONG_STEPS, NOISE_STEPS, RECENT_STEPS = 6, 36, 24, 4
LONGEST_S = 12 * 3600.0
"""Longest window: of days of noise the season of the week, learnt from few weeks, hides too much."""
CLIP = 6.0
"""Where a single deviation ends in a mean, so that one spike is not taken for a shift."""
PATIENCE_STEPS = 5
"""Equal values in a row that are nothing unusual."""

Evidence = dict[str, Floats]


def evidence(memory: Floats, z: Floats, repeats: Floats, step_s: float) -> Evidence:
    """The statistics at each new deviation, by name; higher is more unusual, NaN where the deviation is unknown.

    Args:
        memory: The MEMORY_STEPS deviations before, shape (series, MEMORY_STEPS), NaN where unknown.
        z: New ones, shape (series, times).
        repeats: How often the value at each was shown before in a row, shape (series, times).
        step_s: From one deviation to the next, in seconds.
    """
    unknown = np.where(np.isfinite(z), 0.0, np.nan)
    both = np.concatenate([memory, z], axis=1)
    held = np.clip(both, -CLIP, CLIP)
    recent = _window(held, RECENT_STEPS, z.shape[1])
    found: Evidence = {"above": z, "below": -z}
    most = max(RECENT_STEPS, round(LONGEST_S / step_s))
    for name, steps in (("short", SHORT_STEPS), ("long", min(LONG_STEPS, most))):
        mean = _window(held, steps, z.shape[1])
        weight = np.sqrt(steps)
        for side, sign in (("above", 1.0), ("below", -1.0)):
            found[f"{name}_{side}"] = unknown + weight * np.minimum(sign * mean, np.maximum(sign * recent, 0.0))
    spread = np.sqrt(_window(held**2, min(NOISE_STEPS, most), z.shape[1]))
    found["noise"] = unknown + np.minimum(spread, np.sqrt(_window(held**2, 2 * RECENT_STEPS, z.shape[1])))
    found["stuck"] = unknown + np.maximum(repeats - PATIENCE_STEPS, 0.0)
    return found


def remembered(memory: Floats, z: Floats) -> Floats:
    """The memory after new deviations."""
    return np.concatenate([memory, z], axis=1)[:, -MEMORY_STEPS:].astype(np.float32)


def repeated(values: Floats, last: Floats, count: Floats) -> tuple[Floats, Floats, Floats]:
    """How often each value was shown before in a row; unknown values are passed over.

    Args:
        values: Shape (series, times).
        last: The last known value before, shape (series,).
        count: How often that was shown in a row before, shape (series,).

    Returns:
        Repeats of shape (series, times), and last and count after them.
    """
    repeats = np.zeros(values.shape)
    for column in range(values.shape[1]):
        value = values[:, column]
        known = np.isfinite(value)
        count = np.where(known, np.where(value == last, np.minimum(count + 1, 1e6), 0.0), count)
        last = np.where(known, value, last)
        repeats[:, column] = count
    return repeats, last, count


def incidents(z: Floats, steps: int, most: int = 2) -> Bools:
    """Where a history holds an incident that nothing should be calibrated by: an hour's median beyond three spreads.

    A series that does so more than `most` times is taken to be like that, and nothing of it is left out.
    """
    is_far = np.abs(_rolling(np.median, np.where(np.isfinite(z), z, 0.0), steps)) > 3
    grown = np.zeros_like(is_far)
    for shift in range(-steps, steps + 1):
        grown |= np.roll(is_far, shift, axis=1)
    starts = (np.diff(np.concatenate([np.zeros((len(z), 1)), grown], axis=1)) > 0).sum(axis=1)
    return np.asarray(grown & (starts <= most)[:, None])


def _rolling(function: Callable[..., Floats], values: Floats, steps: int) -> Floats:
    if values.shape[1] < steps:
        return np.zeros(values.shape)
    parts = np.lib.stride_tricks.sliding_window_view(values, steps, axis=1)
    middle = function(parts, axis=2)
    before = steps // 2
    return np.pad(middle, ((0, 0), (before, values.shape[1] - middle.shape[1] - before)))


def _window(values: Floats, steps: int, count: int) -> Floats:
    """Mean of the known values among the last `steps`, 0 where fewer than half are known, for the last `count` columns."""
    known = np.isfinite(values)
    start = values.shape[1] - count - steps + 1
    sums, counts = (_moving_sums(part[:, max(start, 0) :], steps, count) for part in (np.where(known, values, 0.0), known.astype(float)))
    return np.where(counts >= steps / 2, sums / np.maximum(counts, 1), 0.0)


def _moving_sums(values: Floats, steps: int, count: int) -> Floats:
    """Sums of the last `steps` at each of the last `count` columns, each summed in the same order, however many there are."""
    total = np.zeros((len(values), count))
    for back in range(steps):
        end = values.shape[1] - back
        total += values[:, end - count : end]
    return total
