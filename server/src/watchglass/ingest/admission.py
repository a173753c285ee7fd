"""How much may wait: the memory that all requests in the house may hold together."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from watchglass.errors import Unavailable


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
            held.give_back()

    def _take(self, size_bytes: int) -> None:
        with self._lock:
            # a request that is alone may always go on, so that one larger than the bound is not refused for ever
            if self._held_bytes and self._held_bytes + size_bytes > self.limit_bytes:
                raise Unavailable("too many exports are waiting; send it again", cause="queue_full", retry_after_s=1)
            self._held_bytes += size_bytes

    def _give_back(self, size_bytes: int) -> None:
        with self._lock:
            self._held_bytes -= size_bytes


class Held:
    """What one request holds."""

    def __init__(self, owner: WaitingBytes) -> None:
        self._owner = owner
        self._size_bytes = 0

    def grow(self, size_bytes: int) -> None:
        """Hold `size_bytes` more.

        Raises:
            Unavailable: The bound is reached; the client is to send the request again.
        """
        self._owner._take(size_bytes)
        self._size_bytes += size_bytes

    def give_back(self) -> None:
        """Let go of everything."""
        self._owner._give_back(self._size_bytes)
        self._size_bytes = 0
