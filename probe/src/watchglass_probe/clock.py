"""The one clock: injected where tests say what time it is."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the time is taken from."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970."""

    def monotonic_s(self) -> float:
        """Seconds that only go forward."""


class SystemClock:
    """The machine's own clocks."""

    def now_ns(self) -> int:
        """See Clock.now_ns."""
        return time.time_ns()

    def monotonic_s(self) -> float:
        """See Clock.monotonic_s."""
        return time.monotonic()


SYSTEM_CLOCK = SystemClock()
