"""How long to wait before the next try. Pure."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime

FIRST_S = 1.0
MOST_S = 60.0
MOST_ASKED_S = 900.0
"""Longest wait that a target may ask for."""


def wait_s(
    attempt: int, asked_s: float | None, draw: Callable[[float, float], float], most_s: float = MOST_S
) -> float:
    """Return how long to wait after try number `attempt` failed, from 1 on; `most_s` where the target asks for nothing.

    Full jitter: anything from nothing to a bound that doubles with each try. What the target asked for comes first, and
    the jitter on top, so that many servers do not come back at the same moment.
    """
    jitter_s = draw(0.0, min(most_s, FIRST_S * 2 ** min(attempt - 1, 16)))
    return jitter_s if asked_s is None else min(asked_s, MOST_ASKED_S) + min(jitter_s, 1.0)


def retry_after_s(header: str | None, now_s: float) -> float | None:
    """Read Retry-After: seconds, or a date; None when it says nothing usable. Never negative."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header.strip()[:9])
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now_s)
    except (ValueError, TypeError, OverflowError):
        return None
