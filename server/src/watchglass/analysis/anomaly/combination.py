"""One chance of several that depend on each other.

Liu and Xie (2020), "Cauchy Combination Test", JASA 115: the mean of the p-values as quantiles of a Cauchy variable has nearly a
Cauchy tail whatever the dependence, so that no simulation is needed, and the smallest chances carry it.
"""

from collections.abc import Sequence

import numpy as np

from watchglass.analysis.anomaly.series import Floats

LARGEST = 0.9
"""Chances above are taken for this, so that a value far below does not speak against the one-sided test of values above, as chances
close to 1 would (the truncated test: Fang et al. 2023, "Heavy-tailed distribution for combining dependent p-values")."""


def combined(chances: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Combine p-values of one shape; an unknown one counts for nothing, and all of them unknown give NaN.

    Args:
        chances: At least one array.
        weights: How much each counts, above 0.
    """
    total, weight = np.zeros(chances[0].shape), np.zeros(chances[0].shape)
    for chance, share in zip(chances, weights, strict=True):
        known = np.isfinite(chance)
        held = np.clip(np.where(known, chance, 0.5), 1e-300, LARGEST)
        # tan of nearly a right angle loses its digits: there it is 1 / (pi p)
        cauchy = np.where(held < 1e-8, 1 / (np.pi * held), np.tan((0.5 - held) * np.pi))
        total += np.where(known, share * cauchy, 0.0)
        weight += np.where(known, share, 0.0)
    mean = total / np.where(weight > 0, weight, 1.0)
    with np.errstate(divide="ignore"):
        chance = np.where(mean > 1e8, 1 / (np.pi * np.maximum(mean, 1e8)), 0.5 - np.arctan(mean) / np.pi)
    return np.where(weight > 0, np.clip(chance, 0.0, 1.0), np.nan)
