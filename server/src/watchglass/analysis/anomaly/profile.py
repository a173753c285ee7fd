"""Daily and weekly seasons of many series by robust backfitting, and where each time lies in them."""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from watchglass.analysis.anomaly.series import DAY_NS, WEEK_NS, Floats, Series

HOUR_NS = DAY_NS // 24
QUARTERS = 96
HOURS_OF_WEEK = 168
MONDAY_NS = 4 * DAY_NS
"""1970 began on a Thursday; weeks are counted from the first Monday."""
ROUNDS = 4
CLIP = 2.5
"""Deviations beyond so many spreads count as much as one of so many (Huber 1964)."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where times lie in the seasons; each of shape (times,)."""

    quarter: npt.NDArray[np.intp]
    hour: npt.NDArray[np.intp]
    hour_of_week: npt.NDArray[np.intp]


def places(series: Series) -> Places:
    """Where the columns of a series lie in the seasons, in UTC."""
    times_ns = series.start_ns + np.arange(series.values.shape[1], dtype=np.int64) * series.step_ns
    in_day_ns = times_ns % DAY_NS
    in_week_ns = (times_ns - MONDAY_NS) % WEEK_NS
    return Places(
        (in_day_ns // (DAY_NS // QUARTERS)).astype(np.intp), (in_day_ns // HOUR_NS).astype(np.intp), (in_week_ns // HOUR_NS).astype(np.intp)
    )


def fit_profile(even: Floats, where: Places, steps_a_day: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Daily and weekly profile, hourly noise and trend of series on their even scale.

    Backfitting of a trend (daily medians, averaged over a week), a daily profile and an hourly profile of the week, each by a mean of
    clipped deviations, and each season shrunk as James and Stein's estimator does, so that a series without a season is given none.

    Args:
        even: Shape (series, times), NaN where unknown.
        where: Of each column.
        steps_a_day: Columns in a day.

    Returns:
        day (series, 96), week (series, 168), noise (series, 24), all on the even scale, and the trend (series, times).
    """
    count, length = even.shape
    day: Floats = np.zeros((count, QUARTERS))
    week: Floats = np.zeros((count, HOURS_OF_WEEK))
    noise: Floats = np.ones((count, 24))
    trend: Floats = np.zeros((count, length))
    if not length:
        return day, week, noise, trend
    weeks = length / (7 * steps_a_day)
    center: Floats = np.zeros((count, length))
    for _ in range(ROUNDS):
        rest: Floats = even - center
        trend = trend + _trend(rest, steps_a_day)
        center = trend + day[:, where.quarter] + week[:, where.hour_of_week]
        if length >= 2 * steps_a_day:
            rest = clipped(even - center)
            day = day + _bin_means(rest, where.quarter, QUARTERS)
            day = day - day.mean(axis=1, keepdims=True)
            center = trend + day[:, where.quarter] + week[:, where.hour_of_week]
        if weeks >= 2:
            rest = clipped(even - center)
            week = week + _smoothed(_bin_means(rest, where.hour_of_week, HOURS_OF_WEEK))
            week = week - week.mean(axis=1, keepdims=True)
            center = trend + day[:, where.quarter] + week[:, where.hour_of_week]
    rest = even - center
    noise = _noise(rest, where)
    if length >= 2 * steps_a_day:
        day = _shrunk(day, rest, length / steps_a_day)
    if weeks >= 2:
        week = _shrunk(week, rest, weeks)
    return day, week, noise, trend


def clipped(rest: Floats) -> Floats:
    """Deviations with what lies beyond CLIP robust spreads of its series brought there."""
    most = CLIP * spreads(rest)[:, None]
    return np.clip(rest, -most, most)


def spreads(rest: Floats) -> Floats:
    """Robust spread of each series about 0, of shape (series,); 1 where nothing is known, small where nothing varies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a series of which nothing is known
        spread = 1.4826 * np.nanmedian(np.abs(rest), axis=1)
        mean = np.nanmean(np.abs(rest), axis=1)
    spread = np.where(spread > 0, spread, 1.25 * mean)
    return np.where(np.isfinite(spread), np.maximum(spread, 1e-6), 1.0)


def _trend(rest: Floats, steps_a_day: int) -> Floats:
    """Medians of days, averaged over a week about each, drawn as a line through the middles of the days."""
    count, length = rest.shape
    days = max(1, round(length / steps_a_day))
    edges = np.linspace(0, length, days + 1).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # days of which nothing is known
        medians = np.stack([np.nanmedian(rest[:, edges[number] : edges[number + 1]], axis=1) for number in range(days)], axis=1)
        half = min(3, (days - 1) // 2)
        smooth = np.stack([np.nanmean(medians[:, max(0, number - half) : number + half + 1], axis=1) for number in range(days)], axis=1)
        whole = np.nanmean(medians, axis=1, keepdims=True)
    smooth = np.where(np.isfinite(smooth), smooth, np.where(np.isfinite(whole), whole, 0.0))
    middles = (edges[:-1] + edges[1:] - 1) / 2
    position = np.interp(np.arange(length), middles, np.arange(days))
    before = np.floor(position).astype(int)
    share = position - before
    after = np.minimum(before + 1, days - 1)
    return np.asarray(smooth[:, before] * (1 - share) + smooth[:, after] * share).reshape(count, length)


def _bin_means(rest: Floats, bins: npt.NDArray[np.intp], size: int) -> Floats:
    """Mean of each series in each bin, 0 where a bin is empty, of shape (series, size)."""
    known = np.isfinite(rest)
    sums, counts = (_bin_sums(part, bins, size) for part in (np.where(known, rest, 0.0), known.astype(float)))
    return sums / np.maximum(counts, 1)


def _bin_sums(part: Floats, bins: npt.NDArray[np.intp], size: int) -> Floats:
    order = np.argsort(bins, kind="stable")
    present, starts = np.unique(bins[order], return_index=True)
    sums = np.zeros((len(part), size))
    sums[:, present] = np.add.reduceat(part[:, order], starts, axis=1)
    return sums


def _smoothed(profile: Floats) -> Floats:
    """Each bin with half of its two neighbours, around the season's end too."""
    return (np.roll(profile, 1, axis=1) + 2 * profile + np.roll(profile, -1, axis=1)) / 4


def _shrunk(profile: Floats, rest: Floats, seasons: float) -> Floats:
    """The profile times the share of its variance that is not that of chance, from the bins' means in single seasons.

    Noise that lasts longer than a bin moves a bin's mean as a whole in each season, so what chance does to a bin is told from how far
    the bin's means over short runs lie apart, not from single values.
    """
    variance = (profile**2).mean(axis=1)
    run = max(1, round(rest.shape[1] / seasons / profile.shape[1]))
    runs = rest.shape[1] // run
    known = np.isfinite(rest[:, : runs * run]).reshape(len(rest), runs, run)
    values = np.where(known, rest[:, : runs * run].reshape(len(rest), runs, run), 0.0)
    counts = known.sum(axis=2)
    means = values.sum(axis=2) / np.maximum(counts, 1)
    is_told = counts > 0
    limit = CLIP * 1.2533 * (np.abs(means) * is_told).sum(axis=1) / np.maximum(is_told.sum(axis=1), 1)
    means = np.clip(means, -limit[:, None], limit[:, None])
    chance = (means**2 * is_told).sum(axis=1) / np.maximum(is_told.sum(axis=1), 1) / max(seasons - 1, 0.5)
    share = np.maximum(0.0, 1 - chance / np.maximum(variance, 1e-12))
    return np.asarray(profile * share[:, None])


def _noise(rest: Floats, where: Places) -> Floats:
    """Spread of each hour of the day: of the series, times the hour's mean deviation over that of all hours, within a half to two."""
    spread = spreads(rest)
    hourly = _smoothed(_bin_means(np.abs(clipped(rest)), where.hour, 24))
    mean = hourly.mean(axis=1, keepdims=True)
    share = np.where(mean > 0, hourly / np.where(mean > 0, mean, 1.0), 1.0)
    return np.asarray(spread[:, None] * np.clip(share, 0.5, 2.0))
