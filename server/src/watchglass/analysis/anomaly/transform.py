"""A scale for each series on which its noise is about as large at every level.

Costs and latencies vary in proportion to their level, counts with its root, temperatures not with it at all. Tukey (1977,
"Exploratory Data Analysis", chapter 4) reads the power from the slope of the logarithm of spread against that of level: of
slope b, x ** (1 - b) is even, where a power of 0 is the logarithm.
"""

import numpy as np

from watchglass.analysis.anomaly.series import Floats
from watchglass.analysis.anomaly.state import State

WINDOW_STEPS = 12
LEAST_WINDOWS = 8
MOST_ZEROS_RATIO = 0.01
SKEW = 2.0
"""How much longer the upper tail is than the lower one where a logarithm is taken without a slope to go by."""

FARTHEST = 1e6
"""No value is farther out than so many spreads."""

Arrays = dict[str, np.ndarray]


def fit_transform(values: Floats) -> Arrays:
    """Choose power, offset, centre and spread for each series, of shape (series, times) with NaN where unknown."""
    count = len(values)
    power = _powers(values)
    positive = np.where(values > 0, values, np.nan)
    offset = np.where(power == 0, 0.02 * _median(positive), 0.0)
    arrays: Arrays = {"power": power, "offset": offset, "centre": np.zeros(count), "spread": np.ones(count)}
    even = forward(arrays, values)
    centre = _median(even)
    spread = 1.4826 * _median(np.abs(even - centre[:, None]))
    deviation = _deviation(even, centre)
    # a series that hardly ever moves has no median deviation: its standard deviation, then a twentieth of its level, then nothing
    spread = np.where(spread > 1e-9 * np.abs(centre), spread, deviation)
    spread = np.where(spread > 1e-9 * np.abs(centre), spread, 0.05 * np.abs(centre))
    arrays["centre"], arrays["spread"] = centre, np.where(spread > 0, spread, 1.0)
    return arrays


def forward(arrays: Arrays, values: Floats) -> Floats:
    """Values (series, times) on the even scale, about 0 with a spread of about 1."""
    power, offset, centre, spread = (arrays[name][:, None] for name in ("power", "offset", "centre", "spread"))
    low = np.maximum(values, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        even = np.where(power == 1, values, np.where(power == 0, np.log(np.maximum(low + offset, 1e-300)), np.sqrt(low)))
    return np.clip((even - centre) / spread, -FARTHEST, FARTHEST)


def backward(arrays: Arrays, even: Floats) -> Floats:
    """From the even scale back to values."""
    power, offset, centre, spread = (arrays[name][:, None] for name in ("power", "offset", "centre", "spread"))
    scaled = even * spread + centre
    with np.errstate(over="ignore"):
        return np.asarray(
            np.where(power == 1, scaled, np.where(power == 0, np.maximum(np.exp(np.minimum(scaled, 700)) - offset, 0.0), np.maximum(scaled, 0) ** 2))
        )


def of_state(state: State) -> Arrays:
    """The transform's arrays in a state."""
    return {name: state.arrays[name] for name in ("power", "offset", "centre", "spread")}


def _powers(values: Floats) -> Floats:
    """1, 0.5 or 0 for each series, from the slope of spread against level over short windows."""
    count, length = values.shape
    windows = length // WINDOW_STEPS
    power = np.ones(count)
    if windows < LEAST_WINDOWS:
        return power
    parts = values[:, : windows * WINDOW_STEPS].reshape(count, windows, WINDOW_STEPS)
    level = _median(parts)
    spread = _median(np.abs(np.diff(parts, axis=2)))
    is_told = (level > 0) & (spread > 0)
    x, y = np.log(np.where(is_told, level, 1.0)), np.log(np.where(is_told, spread, 1.0))
    weights = np.asarray(is_told.sum(axis=1))
    x_mean, y_mean = (_ratio(np.asarray((part * is_told).sum(axis=1)), weights)[:, None] for part in (x, y))
    variance = (((x - x_mean) ** 2) * is_told).sum(axis=1)
    slope = _ratio(((x - x_mean) * (y - y_mean) * is_told).sum(axis=1), variance)
    is_moving = (weights >= LEAST_WINDOWS) & (_ratio(variance, weights) > 0.05**2)
    low, middle, high = _quantiles(values, (0.05, 0.5, 0.95))
    is_skewed = ~is_moving & (high - middle > SKEW * np.maximum(middle - low, 0)) & (low > 0)
    power = np.where(is_moving & (slope > 0.25), 0.5, power)
    power = np.where((is_moving & (slope > 0.75)) | is_skewed, 0.0, power)
    known = np.isfinite(values)
    zeros = _ratio(((values <= 0) & known).sum(axis=1), known.sum(axis=1))
    power = np.where((power == 0) & (zeros > MOST_ZEROS_RATIO), 0.5, power)
    return np.where(np.any((values < 0) & known, axis=1), 1.0, power)


def _quantiles(values: Floats, shares: tuple[float, ...]) -> Floats:
    """Quantiles of each series, shape (shares, series), 0 where nothing is known."""
    filled = np.where(np.any(np.isfinite(values), axis=1, keepdims=True), values, 0.0)
    return np.asarray(np.nanquantile(filled, shares, axis=1))


def _median(values: Floats) -> Floats:
    """Median over the last axis, 0 where nothing is known."""
    if not values.shape[-1]:
        return np.zeros(values.shape[:-1])
    filled = np.where(np.isfinite(values).any(axis=-1, keepdims=True), values, 0.0)
    return np.asarray(np.nanmedian(filled, axis=-1))


def _deviation(values: Floats, centre: Floats) -> Floats:
    known = np.isfinite(values)
    squares = np.where(known, values - centre[:, None], 0.0) ** 2
    return np.sqrt(_ratio(squares.sum(axis=1), known.sum(axis=1)))


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(above / np.where(below == 0, 1, below))
