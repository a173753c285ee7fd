"""Quantiles of histograms, and how histograms of different layouts are put together. Pure.

A distribution is a table of buckets in ascending order: lower and upper bound of each, and how many observations it holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Observations in buckets.

    Attributes:
        lower: Lower bound of each bucket; -inf where it has none.
        upper: Upper bound of each bucket; +inf where it has none.
        counts: Observations in each bucket.
        is_geometric: Whether observations are taken to be spread evenly over the logarithm within a bucket, as in an
            exponential histogram, and not over the value.
    """

    lower: Floats
    upper: Floats
    counts: Floats
    is_geometric: bool


@dataclass(frozen=True, slots=True)
class Exponential:
    """An exponential histogram, or a change of one.

    Attributes:
        scale: Bucket i of a side holds what lies in (base^i, base^(i+1)], with base = 2^(2^-scale).
        zero_count: Observations in the zero bucket.
        zero_threshold: Width of the zero bucket to each side.
        positive: Observations by index.
        negative: Observations by index of their absolute value.
    """

    scale: int
    zero_count: float
    zero_threshold: float
    positive: Mapping[int, float]
    negative: Mapping[int, float]


def quantile(distribution: Distribution, q: float) -> float | None:
    """Return the value below which the share `q` (0 to 1) of the observations lies; None when there are none.

    As Prometheus' histogram_quantile: within a bucket observations are spread evenly; the first bucket starts at 0 where its
    bound is positive; what lies beyond the last bound is answered with that bound.
    """
    counts = np.maximum(distribution.counts, 0)
    total = counts.sum()
    if not total > 0:
        return None
    cumulative = np.cumsum(counts)
    # the first bucket that reaches the rank and holds something
    index = int(np.searchsorted(cumulative, q * total, side="left"))
    while counts[index] == 0:
        index += 1
    lower, upper = float(distribution.lower[index]), float(distribution.upper[index])
    if np.isinf(upper):
        return lower if np.isfinite(lower) else None
    if np.isinf(lower):
        if upper <= 0:
            return upper
        lower = 0.0
    share = (q * total - (cumulative[index] - counts[index])) / counts[index]
    return _between(lower, upper, float(min(max(share, 0.0), 1.0)), distribution.is_geometric)


def _between(lower: float, upper: float, share: float, is_geometric: bool) -> float:
    if is_geometric and lower > 0:
        return float(lower * (upper / lower) ** share)
    if is_geometric and upper < 0:
        return float(lower * (upper / lower) ** share)
    return lower + (upper - lower) * share


def merge_explicit(parts: Iterable[tuple[Sequence[float], Sequence[float]]], onto: Sequence[float] | None = None) -> Distribution:
    """Put histograms together on all the bounds that any of them has.

    Where bounds differ, observations are taken to be spread evenly within the bucket that they are known to be in, as
    `quantile` takes them to be (see `differ`); histograms of the same bounds are added up as they are. What lies beyond a
    histogram's last bound is put just above it, and its first bucket begins at 0 where its bound is positive. A histogram
    without bounds says nothing of where its observations lie, and counts only where all are so.

    Args:
        parts: Upper bounds of the buckets but the last, ascending, and the counts, one more than bounds.
        onto: Bounds to put them on instead, ascending.
    """
    listed = [(np.asarray(bounds, float), np.asarray(counts, float)) for bounds, counts in parts if len(counts)]
    known = [(bounds, counts) for bounds, counts in listed if len(bounds)]
    if onto is not None:
        shared = np.asarray(onto, float)
    else:
        shared = np.unique(np.concatenate([bounds for bounds, _ in known])) if known else np.empty(0)
    if not len(shared):
        total = float(sum(counts.sum() for _, counts in listed))
        return Distribution(np.array([-np.inf]), np.array([np.inf]), np.array([total]), is_geometric=False)
    counts = np.zeros(len(shared) + 1)
    for bounds, part in known:
        counts += part if np.array_equal(bounds, shared) else _spread(bounds, part, shared)
    return Distribution(np.append(-np.inf, shared), np.append(shared, np.inf), counts, is_geometric=False)


def differ(layouts: Iterable[Sequence[float]]) -> bool:
    """Whether histograms of these bounds are put together by spreading their observations; those without bounds are passed over."""
    return len({tuple(bounds) for bounds in layouts if len(bounds)}) > 1


def _spread(bounds: Floats, counts: Floats, shared: Floats) -> Floats:
    """The counts of a histogram in the buckets of other bounds."""
    cumulative = np.cumsum(counts)
    xs, ys = bounds, cumulative[:-1]
    if bounds[0] > 0:
        xs, ys = np.append(0.0, xs), np.append(0.0, ys)
    below = np.interp(shared, xs, ys, left=0.0, right=float(cumulative[-1]))
    return np.diff(np.concatenate([[0.0], below, [cumulative[-1]]]))


def merge_exponential(parts: Sequence[Exponential]) -> Distribution:
    """Put exponential histograms together at the coarsest scale of them, where each bucket of a finer one lies in one."""
    scale = min((part.scale for part in parts), default=0)
    threshold = max((part.zero_threshold for part in parts), default=0.0)
    sides = [_side(scale, [(part.scale, getattr(part, side)) for part in parts]) for side in ("negative", "positive")]
    (below_indices, below_counts), (indices, above_counts) = sides
    below_lower, below_upper = _bounds(scale, below_indices)
    above_lower, above_upper = _bounds(scale, indices)
    zero_count = sum(part.zero_count for part in parts)
    return Distribution(
        np.concatenate([-below_upper[::-1], [-threshold if len(below_indices) else 0.0], above_lower]),
        np.concatenate([-below_lower[::-1], [threshold], above_upper]),
        np.concatenate([below_counts[::-1], [zero_count], above_counts]),
        is_geometric=True,
    )


def _side(scale: int, parts: Iterable[tuple[int, Mapping[int, float]]]) -> tuple[npt.NDArray[np.int64], Floats]:
    """Indices at `scale`, ascending, and their counts."""
    merged: dict[int, float] = {}
    for own_scale, buckets in parts:
        for index, count in buckets.items():
            coarse = index >> (own_scale - scale)
            merged[coarse] = merged.get(coarse, 0.0) + count
    indices = sorted(merged)
    return np.array(indices, np.int64), np.array([merged[index] for index in indices], float)


def _bounds(scale: int, indices: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Lower and upper bounds of buckets; what is out of a double's range becomes 0 or infinite."""
    width = 2.0**-scale
    with np.errstate(over="ignore", under="ignore"):
        return np.exp2(indices * width), np.exp2((indices + 1) * width)
