"""Exports that wait for their commit: a bounded queue, each with the future that its clients wait for."""

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass

from watchglass.errors import Unavailable, WatchglassError
from watchglass.model.records import Committed, Export


@dataclass(slots=True)
class Waiting:
    """An export and the future that ends when it is stored or refused."""

    export: Export
    future: "Future[Committed]"


class ExportQueue:
    """Exports of one signal between the clients' side and the thread that commits. Safe for many threads."""

    def __init__(self, max_waiting_bytes: int) -> None:
        """Let at most `max_waiting_bytes` bytes of bodies wait; an export that is alone may be larger."""
        self._max_waiting_bytes = max_waiting_bytes
        self._waiting: deque[Waiting] = deque()
        self._in_flight: dict[int, Future[Committed]] = {}
        self._waiting_bytes = 0
        self._changed = threading.Condition()
        self._is_closed = False

    @property
    def depth(self) -> int:
        """Exports that wait."""
        return len(self._waiting)

    @property
    def waiting_bytes(self) -> int:
        """Bytes of the bodies that wait."""
        return self._waiting_bytes

    @property
    def is_closed(self) -> bool:
        """Whether new exports are refused."""
        return self._is_closed

    def close(self) -> None:
        """Refuse new exports; those that wait are still taken."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def put(self, export: Export) -> "tuple[Future[Committed], bool]":
        """Queue an export.

        Returns:
            Its future, and whether it is new; an export that is identical to one not finished shares that one's future.

        Raises:
            Unavailable: The queue is full or closed.
        """
        with self._changed:
            if self._is_closed:
                raise Unavailable("the server is shutting down", cause="shutting_down", retry_after_s=5)
            known = self._in_flight.get(export.batch_id)
            if known is not None:
                return known, False
            if self._waiting and self._waiting_bytes + len(export.body) > self._max_waiting_bytes:
                raise Unavailable("too many exports wait for their commit; send it again", cause="queue_full")
            future: Future[Committed] = Future()
            self._in_flight[export.batch_id] = future
            self._waiting.append(Waiting(export, future))
            self._waiting_bytes += len(export.body)
            self._changed.notify()
        return future, True

    def take(self, group_bytes: int, *, expected: int = 1, patience_s: float = 0.0) -> list[Waiting] | None:
        """Wait for exports and take as many as fit `group_bytes`, at least one; None when closed and all is taken.

        Once there is one, `expected` of them are waited for, but no longer than `patience_s` seconds.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            if not self._waiting:
                return None
            self._changed.wait_for(
                lambda: len(self._waiting) >= expected or self._waiting_bytes >= group_bytes or self._is_closed,
                patience_s,
            )
            group: list[Waiting] = []
            size = 0
            while self._waiting and (not group or size + len(self._waiting[0].export.body) <= group_bytes):
                group.append(self._waiting.popleft())
                size += len(group[-1].export.body)
            self._waiting_bytes -= size
        return group

    def withdraw(self, future: "Future[Committed]", error: Unavailable) -> None:
        """Take an export that still waits out of the queue, else given-up ones would fill the memory of a slow server."""
        with self._changed:
            for position, waiting in enumerate(self._waiting):
                if waiting.future is future:
                    del self._waiting[position]
                    self._waiting_bytes -= len(waiting.export.body)
                    break
            else:  # it is being committed
                return
        self.finish(waiting, error)

    def finish(self, waiting: Waiting, outcome: Committed | WatchglassError) -> None:
        """End an export's future, unless it has ended."""
        with self._changed:
            if self._in_flight.get(waiting.export.batch_id) is waiting.future:
                del self._in_flight[waiting.export.batch_id]
        if waiting.future.done():
            return
        if isinstance(outcome, Committed):
            waiting.future.set_result(outcome)
        else:
            waiting.future.set_exception(outcome)
