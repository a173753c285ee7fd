"""Exports in memory: the queue of a process that was given no folder."""

import itertools
import threading
from collections import deque

from watchglass_probe.clock import Clock
from watchglass_probe.delivery.export import Export
from watchglass_probe.delivery.losses import Losses, Reason
from watchglass_probe.delivery.queue import Bounds, Held, Waiting


class MemoryQueue:
    """An ExportQueue that ends with the process."""

    def __init__(self, bounds: Bounds, losses: Losses, clock: Clock) -> None:
        self._bounds = bounds
        self._losses = losses
        self._clock = clock
        self._lock = threading.Lock()
        self._held: deque[Held] = deque()
        self._bytes = 0
        self._numbers = itertools.count(1)
        self._is_closed = False

    def append(self, export: Export) -> bool:
        """See ExportQueue.append."""
        size = len(export.body)
        if size > self._bounds.max_bytes:
            self._losses.add(export.kind, export.items, Reason.LARGE)
            return False
        with self._lock:
            if self._is_closed:
                self._losses.add(export.kind, export.items, Reason.EXIT)
                return False
            while self._bytes + size > self._bounds.max_bytes:
                self._lose_oldest(Reason.FULL)
            self._held.append(Held(export, (next(self._numbers), 0)))
            self._bytes += size
        return True

    def first(self) -> Held | None:
        """See ExportQueue.first."""
        now_ns = self._clock.now_ns()
        with self._lock:
            while self._held and self._bounds.is_too_old(self._held[0].export.accepted_at_ns, now_ns):
                self._lose_oldest(Reason.OLD)
            return self._held[0] if self._held else None

    def remove(self, held: Held) -> None:
        """See ExportQueue.remove."""
        with self._lock:
            if self._held and self._held[0].place == held.place:
                self._bytes -= len(self._held.popleft().export.body)

    def waiting(self) -> Waiting:
        """See ExportQueue.waiting."""
        with self._lock:
            return Waiting(len(self._held), self._bytes)

    def close(self) -> None:
        """What is left is lost, and counted."""
        with self._lock:
            self._is_closed = True
            while self._held:
                self._lose_oldest(Reason.EXIT)

    def abandon(self) -> None:
        """See ExportQueue.abandon: the parent sends what is held, and counts what it loses."""

    def _lose_oldest(self, reason: Reason) -> None:
        export = self._held.popleft().export
        self._bytes -= len(export.body)
        self._losses.add(export.kind, export.items, reason)
