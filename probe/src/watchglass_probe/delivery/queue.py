"""The contract of a queue of exports; memory and disk keep it."""

from dataclasses import dataclass
from typing import Protocol

from watchglass_probe.delivery.export import Export

CLOCK_WAS_SET_NS = 1_700_000_000 * 10**9
"""An export that says it is older comes from a device whose clock was not set yet: its age is not known."""


@dataclass(frozen=True)
class Bounds:
    """What a queue may hold.

    Attributes:
        max_bytes: Most bytes, with what the queue itself adds.
        max_age_s: Longest time that an export waits, in seconds.
    """

    max_bytes: int
    max_age_s: float

    def is_too_old(self, accepted_at_ns: int, now_ns: int) -> bool:
        """Whether an export has waited too long."""
        return accepted_at_ns >= CLOCK_WAS_SET_NS and now_ns - accepted_at_ns > self.max_age_s * 1e9


@dataclass(frozen=True)
class Held:
    """The oldest export of a queue, and where it lies there."""

    export: Export
    place: tuple[int, int]


@dataclass(frozen=True)
class Waiting:
    """What a queue holds: how many exports, and their bytes."""

    exports: int
    bytes_: int


class ExportQueue(Protocol):
    """Exports in the order in which they came. Beyond its bounds the oldest are dropped. Any thread may use it."""

    def append(self, export: Export) -> bool:
        """Take an export; True when it is accepted for sending: from then on only the bounds can lose it."""

    def first(self) -> Held | None:
        """The oldest export that is not too old; it stays until `remove`."""

    def remove(self, held: Held) -> None:
        """Forget what `first` gave: it was sent or refused. Nothing happens when it was dropped meanwhile."""

    def waiting(self) -> Waiting:
        """What is held now."""

    def close(self) -> None:
        """Let go of files and locks; what is on disk stays there."""

    def abandon(self) -> None:
        """In a forked child: let go without waiting for a thread of the parent, which goes on with the queue."""
