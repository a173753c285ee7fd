"""How far a series moved, in units of what it usually scatters by."""

import numpy as np

from watchglass.analysis.explain.rows import Floats

LEAST_POINTS = 3

MAD_TO_DEVIATION = 1.4826
"""The median absolute deviation times this is the standard deviation of a normal distribution."""


def robust_z(now: Floats, before: Floats, smallest: float) -> float:
    """Return the change of the median over the usual scatter before: what single outliers can neither make nor hide.

    Args:
        now: Values in one stretch, at least one.
        before: Values in the other, at least one.
        smallest: Least scatter, as a part of the level before; of a level of 0, as that part of the level now.
    """
    middle, old = float(np.median(now)), float(np.median(before))
    scatter = MAD_TO_DEVIATION * float(np.median(np.abs(before - old)))
    least = smallest * (abs(old) or abs(middle))
    return (middle - old) / max(scatter, least) if max(scatter, least) > 0 else 0.0
