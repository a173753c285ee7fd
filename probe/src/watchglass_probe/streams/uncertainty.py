"""How sure the model was of its tokens, from their logprobs."""

import json
from collections.abc import Iterable
from math import exp, log

MAX_KEPT = 4096
"""Tokens kept; of longer answers the first ones."""

LEAST_LOGPROB = -9999.0
"""What OpenAI sends for what is next to impossible; JSON has no infinity."""


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
        self._kept: list[tuple[str, float, dict[str, float]]] = []

    @property
    def tokens(self) -> int:
        """Tokens that had a logprob."""
        return self._logprobs

    def add(self, token: str, logprob: float, likeliest: dict[str, float]) -> None:
        """Take in a token.

        Args:
            token: Its text.
            logprob: Natural logarithm of its probability.
            likeliest: Logprobs of the likeliest tokens at its place; empty where the server was not asked for them.
        """
        self._logprobs += 1
        self._sum_nats -= logprob
        if likeliest:
            self._entropies += 1
            self._entropy_sum_nats += entropy_nats(likeliest.values())
        if self._logprobs <= MAX_KEPT:
            self._kept.append((token, logprob, likeliest))

    def perplexity(self) -> float | None:
        """The exponential of the mean of the negative logprobs; None without any."""
        return exp(min(self._sum_nats / self._logprobs, 700.0)) if self._logprobs else None

    def mean_entropy_nats(self) -> float | None:
        """Mean entropy of the tokens; None where no alternatives were told."""
        return self._entropy_sum_nats / self._entropies if self._entropies else None

    def as_json(self) -> str:
        """The tokens kept, in the form that OpenAI's text completions have for them."""
        lists: dict[str, object] = {
            "tokens": [token for token, _, _ in self._kept],
            "token_logprobs": [round(max(logprob, LEAST_LOGPROB), 4) for _, logprob, _ in self._kept],
        }
        if self._entropies:
            lists["top_logprobs"] = [
                {token: round(max(logprob, LEAST_LOGPROB), 4) for token, logprob in likeliest.items()} for _, _, likeliest in self._kept
            ]
        return json.dumps(lists, ensure_ascii=False, separators=(",", ":"))
