"""What the server said to an export, and what follows from it."""

from dataclasses import dataclass
from enum import Enum

REFUSALS = frozenset({400, 405, 406, 411, 413, 414, 415, 422, 431})
"""The body itself is at fault: sending it again would not help. 401, 403 and 404 are mended at the server or by a new key."""
AWAY = frozenset({408, 425, 429, 502, 503, 504})
LONGEST_WAIT_S = 300.0
"""A server may ask for a longer pause than this; it is not granted."""


class Outcome(Enum):
    """What becomes of an export."""

    SENT = "sent"
    REFUSED = "refused"
    LATER = "later"
    FAULT = "fault"
    """The server failed over it: tried again a few times, as the export itself may be what it fails over."""


@dataclass(frozen=True)
class Answer:
    """An answer.

    Attributes:
        outcome: What follows.
        detail: For people.
        rejected: Items that the server did not take though it took the export.
        retry_after_s: The pause that it asks for, in seconds.
    """

    outcome: Outcome
    detail: str = ""
    rejected: int = 0
    retry_after_s: float | None = None


def from_status(status: int, retry_after: str | None, text: str) -> Answer:
    """Read an answer that is no success."""
    detail = f"HTTP {status} {text}".strip()
    if status in REFUSALS:
        return Answer(Outcome.REFUSED, detail)
    if status >= 500 and status not in AWAY:
        return Answer(Outcome.FAULT, detail)
    return Answer(Outcome.LATER, detail, retry_after_s=_seconds(retry_after))


def _seconds(retry_after: str | None) -> float | None:
    if retry_after is None or not retry_after.strip().isdecimal():
        return None
    return min(float(retry_after), LONGEST_WAIT_S)
