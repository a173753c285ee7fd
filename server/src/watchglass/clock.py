"""The one clock: everything that needs the time takes a Clock, so that tests can set it."""

import time
from typing import Protocol


class Clock(Protocol):
    """Source of wall and monotonic time."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds from an arbitrary start, never going back."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC."""
        return time.time_ns()

    def monotonic_s(self) -> float:
        """Seconds from an arbitrary start, never going back."""
        return time.monotonic()


class FixedClock:
    """A clock that moves only when told, for tests."""

    def __init__(self, now_ns: int) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> int:
        """The time that was set, in nanoseconds since 1970-01-01 UTC."""
        return self._now_ns

    def monotonic_s(self) -> float:
        """The time that was set, in seconds."""
        return self._now_ns / 1e9

    def advance_s(self, seconds: float) -> None:
        """Move the clock forward by `seconds`."""
        self._now_ns += int(seconds * 1e9)
