"""Tokens with their logprobs in what clients record of an answer.

Two forms are written. OpenAI's chat completions and responses, and all that copy them, have a list of `{token, logprob,
top_logprobs: [{token, logprob}]}`; text completions, and the probe, have lists side by side: `{tokens, token_logprobs,
top_logprobs: [{token: logprob}]}`. Around them is the whole answer, in the form of whoever recorded it, so they are
looked for by their shape.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SIGNS = ('"logprob":', '"token_logprobs":')
"""JSON text without either has no tokens: `"logprobs": null`, which most answers hold, is none."""

MAX_DEPTH = 30
MAX_ALTERNATIVES = 20
"""Alternatives kept of one token, as many as OpenAI sends."""


@dataclass(slots=True)
class Tokens:
    """The tokens of an answer.

    Attributes:
        texts: Each token as text.
        logprobs: Natural logarithm of the probability of each.
        alternatives: The likeliest tokens at each place, likeliest first, with their logprobs; empty where not told.
    """

    texts: list[str] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    alternatives: list[list[tuple[str, float]]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts)

    def add(self, text: Any, logprob: Any, alternatives: list[tuple[Any, Any]]) -> None:
        """Take in a token; one without a logprob, as the first of an echoed prompt, is left out."""
        if not isinstance(text, str) or not _is_logprob(logprob):
            return
        likeliest = [(other, at) for other, at in alternatives if isinstance(other, str) and _is_logprob(at)]
        likeliest.sort(key=lambda pair: -pair[1])
        self.texts.append(text)
        self.logprobs.append(min(float(logprob), 0.0))
        self.alternatives.append([(other, min(float(at), 0.0)) for other, at in likeliest[:MAX_ALTERNATIVES]])


def take_tokens(answer: Any) -> Tokens:
    """Find the tokens of an answer and take them out of it.

    Args:
        answer: JSON as plain values; changed in place: the lists that were read are null, those of other choices stay.

    Returns:
        The tokens of the first choice, in the order of the answer; none where there are none. A list that is told
        twice, as LangChain does, counts once.
    """
    tokens = Tokens()
    seen: list[Any] = []
    for holder, key in list(_places(answer)):
        held = holder[key]
        holder[key] = None
        if held not in seen:
            seen.append(held)
            _read(held, tokens)
    return tokens


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    """Where lists of tokens are: what holds each, and under which key or position."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if _is_tokens(inner):
                yield value, key
            elif key in ("choices", "generations") and isinstance(inner, list):
                yield from _places(inner[:1], depth + 1)
            else:
                yield from _places(inner, depth + 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            if _is_tokens(inner):
                yield value, position
            else:
                yield from _places(inner, depth + 1)


def _is_tokens(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, dict) and "token" in item and "logprob" in item for item in value)
    return isinstance(value, dict) and isinstance(value.get("tokens"), list) and isinstance(value.get("token_logprobs"), list)


def _read(value: Any, tokens: Tokens) -> None:
    if isinstance(value, list):
        for item in value:
            top = item.get("top_logprobs")
            told = [other for other in top if isinstance(other, dict)] if isinstance(top, list) else []
            tokens.add(item["token"], item["logprob"], [(other.get("token"), other.get("logprob")) for other in told])
        return
    top = value.get("top_logprobs")
    for position, (text, logprob) in enumerate(zip(value["tokens"], value["token_logprobs"], strict=False)):
        at = top[position] if isinstance(top, list) and position < len(top) else None
        tokens.add(text, logprob, list(at.items()) if isinstance(at, dict) else [])


def _is_logprob(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)
