"""What was given up: counted for the metrics, and said in the log at most once a minute."""

import logging
import threading
from collections import Counter
from enum import Enum

from watchglass_probe.clock import Clock
from watchglass_probe.delivery.export import Kind

log = logging.getLogger("watchglass_probe")

SAY_AFTER_S = 60.0
"""A log line of losses is followed by the next after this long, in seconds."""


class Reason(Enum):
    """Why something was given up; the value is what metrics and log lines say."""

    FULL = "buffer_full"
    OLD = "too_old"
    LARGE = "too_large"
    DISK = "disk_failed"
    DAMAGED = "damaged_on_disk"
    REFUSED = "refused_by_server"
    EXIT = "process_ended"


class Losses:
    """Items that will never arrive, by kind and reason. Any thread may use it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: Counter[tuple[Kind, Reason]] = Counter()
        self._unsaid: Counter[tuple[Kind, Reason]] = Counter()
        self._said_at_s: float | None = None

    def add(self, kind: Kind, items: int, reason: Reason) -> None:
        """Count; nothing is logged here, since a log line may lead back into the queue."""
        with self._lock:
            self._counts[kind, reason] += items
            self._unsaid[kind, reason] += items

    def counts(self) -> dict[tuple[Kind, Reason], int]:
        """Items lost since the process started."""
        with self._lock:
            return dict(self._counts)

    def tell(self, *, at_once: bool = False) -> None:
        """Log what was lost since the last line, when that is long enough ago or `at_once` is set."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            is_early = self._said_at_s is not None and now_s - self._said_at_s < SAY_AFTER_S
            if not self._unsaid or (is_early and not at_once):
                return
            unsaid, self._unsaid, self._said_at_s = self._unsaid, Counter(), now_s
        lost = ", ".join(f"{items:,} of {kind.label} ({reason.value})" for (kind, reason), items in sorted(unsaid.items(), key=_order))
        log.warning("telemetry was dropped: %s", lost)


def _order(entry: tuple[tuple[Kind, Reason], int]) -> tuple[int, str]:
    (kind, reason), _ = entry
    return kind, reason.value
