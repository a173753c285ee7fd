"""How sure the stub says it is of each piece of its answer: drawn, and the same for the same answer."""

import math
import random
from typing import Any

from watchglass.demo.stub.tokens import pieces

SURE, TORN = (0.9, 0.999), (0.15, 0.75)
"""Least and greatest probability of a piece that follows from what is before it, and of one that does not."""


def token_logprobs(text: str, seed: str, top_count: int) -> list[dict[str, Any]]:
    """Return each piece of a text as chat completions tell it with logprobs, `top_count` likeliest pieces at its place."""
    said = pieces(text)
    draw = random.Random(seed)
    words = [piece for piece in dict.fromkeys(said) if piece.strip().isalpha()] or ["…"]
    return [_token(piece, words, draw, top_count) for piece in said]


def _token(piece: str, words: list[str], draw: random.Random, top_count: int) -> dict[str, Any]:
    # a long word begins something new; what ends one, or stands between, follows
    is_open = piece.startswith(" ") and len(piece) > 5 and draw.random() < 0.5
    share = draw.uniform(*(TORN if is_open else SURE))
    shares = [(piece, share)]
    rest = 1 - share
    for other in draw.sample(words, min(len(words), top_count)):
        if other != piece and len(shares) < top_count:
            shares.append((other, rest * 0.6))
            rest *= 0.4
    shares.sort(key=lambda pair: -pair[1])
    return {**_entry(piece, share), "top_logprobs": [_entry(*pair) for pair in shares[:top_count]]}


def _entry(piece: str, share: float) -> dict[str, Any]:
    return {"token": piece, "logprob": round(math.log(share), 6), "bytes": [*piece.encode()]}
