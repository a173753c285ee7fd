"""How much may wait: the memory that all requests in the house may hold together."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from watchglass.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take.

    Attributes:
        max_request_bytes: Largest body, as sent and after decompression, in bytes.
        read_timeout_s: Longest time for the whole body to arrive, in seconds.
    """

    max_request_bytes: int
    read_timeout_s: float


class WaitingBytes:
    """A bound on the bytes of requests that were begun and are not answered yet. Safe for many threads."""

    def __init__(self, limit_bytes: int) -> None:
        """Allow `limit_bytes` bytes in all."""
        self.limit_bytes = limit_bytes
        self._held_bytes = 0
        self._lock = threading.Lock()

    @property
    def held_bytes(self) -> int:
        """Bytes held now."""
        return self._held_bytes

    @contextmanager
    def hold(self) -> Iterator["Held"]:
        """Hold a growing number of bytes for one request; all of it is given back at the end."""
        held = Held(self)
        try:
            yield held
        finally:
            held._end()


class Held:
    """What one request holds."""

    def __init__(self, owner: WaitingBytes) -> None:
        self._owner = owner
        self._size_bytes = 0
        self._has_ended = False

    def grow(self, size_bytes: int) -> None:
        """Hold `size_bytes` more.

        Raises:
            Unavailable: The bound is reached, or the request has ended; the client is to send it again.
        """
        owner = self._owner
        with owner._lock:
            others_bytes = owner._held_bytes - self._size_bytes
            # a request that is alone may always go on, so that one larger than the bound is not refused for ever
            is_over = others_bytes > 0 and owner._held_bytes + size_bytes > owner.limit_bytes
            if is_over or self._has_ended:
                raise Unavailable("too many exports are waiting; send it again", cause="queue_full", retry_after_s=1)
            owner._held_bytes += size_bytes
            self._size_bytes += size_bytes

    @contextmanager
    def briefly(self, size_bytes: int) -> Iterator[None]:
        """Hold `size_bytes` more within the block; raises as `grow` does."""
        self.grow(size_bytes)
        try:
            yield
        finally:
            self._shrink(size_bytes)

    def _shrink(self, size_bytes: int) -> None:
        with self._owner._lock:
            # a thread may still unpack for a request that was cancelled meanwhile: that has given all back
            if not self._has_ended:
                self._owner._held_bytes -= size_bytes
                self._size_bytes -= size_bytes

    def _end(self) -> None:
        with self._owner._lock:
            self._owner._held_bytes -= self._size_bytes
            self._size_bytes = 0
            self._has_ended = True
