"""How sure the model was of its tokens, from their logprobs."""

from collections.abc import Iterable
from math import exp, log

MAX_KEPT = 4096
"""Entropies kept by token; of longer answers the first ones."""


def entropy_nats(top_logprobs: Iterable[float]) -> float:
    """Entropy of the choice of one token, in nats.

    A server tells the likeliest few: the rest of the probability counts as one more choice, so this is a lower bound.

    Args:
        top_logprobs: Natural logarithms of the probabilities of the likeliest tokens.
    """
    total, rest = 0.0, 1.0
    for logprob in top_logprobs:
        probability = exp(logprob)
        total -= probability * logprob
        rest -= probability
    return total - rest * log(rest) if rest > 1e-12 else total


class Uncertainty:
    """Logprobs of an answer's tokens, taken in one by one."""

    def __init__(self) -> None:
        self._logprobs = 0
        self._sum_nats = 0.0
        self._entropies = 0
        self._entropy_sum_nats = 0.0
        self.entropies_nats: list[float] = []

    @property
    def tokens(self) -> int:
        """Tokens that had a logprob."""
        return self._logprobs

    def add(self, logprob: float, top_logprobs: list[float]) -> None:
        """Take in a token.

        Args:
            logprob: Natural logarithm of its probability.
            top_logprobs: Those of the likeliest tokens at its place; empty where the server was not asked for them.
        """
        self._logprobs += 1
        self._sum_nats -= logprob
        if top_logprobs:
            entropy = entropy_nats(top_logprobs)
            self._entropies += 1
            self._entropy_sum_nats += entropy
            if len(self.entropies_nats) < MAX_KEPT:
                self.entropies_nats.append(round(entropy, 4))

    def perplexity(self) -> float | None:
        """The exponential of the mean of the negative logprobs; None without any."""
        return exp(min(self._sum_nats / self._logprobs, 700.0)) if self._logprobs else None

    def mean_entropy_nats(self) -> float | None:
        """Mean entropy of the tokens; None where no alternatives were told."""
        return self._entropy_sum_nats / self._entropies if self._entropies else None
