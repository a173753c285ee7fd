"""How sure a model was of its tokens: perplexity and entropy, from logprobs. The probe says the same of streams.

Perplexity is e to the mean negative logprob. Entropy is that of the choice of one token, in nats; servers tell the
likeliest few tokens, and the rest of the probability counts as one more choice, so that it is a lower bound.
"""

import math

import numpy as np
import numpy.typing as npt

MAX_MEAN_NATS = 700.0
"""A mean surprisal beyond it would be no number any more as a perplexity."""

LEAST_REST = 1e-12
"""A smaller rest of the probability is none."""


def perplexity(surprisals_nats: npt.NDArray[np.float64]) -> float | None:
    """Return e to the mean of the surprisals (negative logprobs, in nats), shape (n,); None without any."""
    if not len(surprisals_nats):
        return None
    return math.exp(min(float(surprisals_nats.mean()), MAX_MEAN_NATS))


def entropies_nats(
    surprisals_nats: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the entropy of the choice of each token, in nats.

    Args:
        surprisals_nats: Of the likeliest tokens at each place, one place after the other, shape (sum of counts,).
        counts: How many of these are of each place, shape (n,).

    Returns:
        Shape (n,); not a number where nothing is told of a place.
    """
    probabilities = np.exp(-surprisals_nats)
    place = np.repeat(np.arange(len(counts)), counts)
    # of no places at all bincount gives whole numbers
    told = np.bincount(place, weights=probabilities * surprisals_nats, minlength=len(counts)).astype(np.float64)
    rest = 1 - np.bincount(place, weights=probabilities, minlength=len(counts))
    has_rest = rest > LEAST_REST
    told -= np.where(has_rest, rest * np.log(np.where(has_rest, rest, 1)), 0)
    return np.where(counts > 0, told, np.nan)
