"""When the stub is slow and when it fails: drawn from the request, or told by its headers."""

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass

STATUSES = {400, 401, 404, 429, 500, 503, 529}
"""Errors that a request can ask for."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How fast models answer.

    Attributes:
        scale: Factor on every wait; 0 waits for nothing.
        first_token_s: Middle of the time to first token, in seconds.
        per_token_s: Middle of the time per output token, in seconds.
    """

    scale: float = 1.0
    first_token_s: float = 0.45
    per_token_s: float = 0.012


@dataclass(frozen=True, slots=True)
class Faults:
    """How often calls fail by themselves, each a ratio of all calls."""

    rate_limited_ratio: float = 0.0
    server_error_ratio: float = 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits of one answer, in seconds."""

    first_token_s: float
    per_token_s: float


class Conduct:
    """Decides waits and errors.

    Headers that a client may send:
    x-stub-error: a status of STATUSES; the call fails with it,
    x-stub-error-attempts: only that many attempts fail (the clients count them in x-stainless-retry-count),
    x-stub-slowdown: factor on the waits of this call.
    """

    def __init__(self, timing: Timing, faults: Faults, seed: int) -> None:
        self._timing = timing
        self._faults = faults
        self._seed = seed

    def error_status(self, headers: Mapping[str, str], body: bytes, overloaded_status: int) -> int | None:
        """The status the call fails with, None when it succeeds; `overloaded_status` is the API's word for busy."""
        attempt = _number(headers.get("x-stainless-retry-count"), 0.0)
        told = headers.get("x-stub-error", "")
        if told.isdigit() and int(told) in STATUSES:
            return int(told) if attempt < _number(headers.get("x-stub-error-attempts"), float("inf")) else None
        drawn = self._draw(b"fault%d" % int(attempt), body).random()
        if drawn < self._faults.rate_limited_ratio:
            return 429
        if drawn < self._faults.rate_limited_ratio + self._faults.server_error_ratio:
            return overloaded_status
        return None

    def pace(self, headers: Mapping[str, str], body: bytes, input_tokens: int) -> Pace:
        """The waits of one answer; a long prompt delays its first token."""
        draw = self._draw(b"pace", body)
        factor = self._timing.scale * _number(headers.get("x-stub-slowdown"), 1.0)
        prefill_s = input_tokens * 0.0001
        return Pace(
            first_token_s=factor * (self._timing.first_token_s * draw.lognormvariate(0.0, 0.35) + prefill_s),
            per_token_s=factor * self._timing.per_token_s * draw.lognormvariate(0.0, 0.25),
        )

    def _draw(self, purpose: bytes, body: bytes) -> random.Random:
        return random.Random(hashlib.blake2b(b"%d|%b|%b" % (self._seed, purpose, body), digest_size=16).digest())


def _number(text: str | None, otherwise: float) -> float:
    try:
        return float(text) if text else otherwise
    except ValueError:
        return otherwise
