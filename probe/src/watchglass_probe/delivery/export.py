"""What is sent: one request body, with what is known about it."""

from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What a body holds; the number is what stands on disk."""

    TRACES = 1
    METRICS = 2
    LOGS = 3
    SCORES = 4

    @property
    def label(self) -> str:
        """The word for it in metrics and log lines."""
        return self.name.lower()


@dataclass(frozen=True)
class Export:
    """One request body.

    Attributes:
        kind: What it holds.
        items: How many spans, points, log records or scores.
        accepted_at_ns: When it was accepted for sending, in ns since 1970.
        body: The bytes of the request: OTLP's protobuf, or JSON for scores.
        is_gzipped: Whether `body` is compressed.
    """

    kind: Kind
    items: int
    accepted_at_ns: int
    body: bytes
    is_gzipped: bool = False
