"""Who wants to know that something of a project was stored, and who is told: one direction, from the commit to listeners."""

import asyncio
import threading
from collections import defaultdict

from watchglass.errors import Unavailable

RETRY_AFTER_S = 10.0
"""When a listener that found no place should come again, in seconds."""


class Listener:
    """One that waits for changes of a project, on its own event loop."""

    def __init__(self, changes: "Changes", project_id: str) -> None:
        """Listen to `project_id`; made by Changes.listen."""
        self.project_id = project_id
        self._changes = changes
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()
        self._ended = asyncio.Event()
        self._is_told = False
        self._is_ended = False

    async def next(self, timeout_s: float) -> bool | None:
        """Wait for the next change; many that came since the last call are one.

        Args:
            timeout_s: Longest wait, in seconds.

        Returns:
            Whether something was stored; None when nothing will ever come again.
        """
        self._loop = asyncio.get_running_loop()
        # a word that came before the loop was known woke nobody
        if not self._is_told and not self._is_ended and not await _is_set_within(self._told, timeout_s):
            return False
        self._told.clear()
        if self._is_ended:
            return None
        is_told, self._is_told = self._is_told, False
        return is_told

    async def rest(self, seconds: float) -> bool:
        """Wait `seconds` seconds whatever is told, and return whether nothing will ever come again."""
        return self._is_ended or await _is_set_within(self._ended, seconds)

    def close(self) -> None:
        """Give the place to others."""
        self._changes.leave(self)

    def tell(self) -> None:
        """Something was stored; safe to call from any thread."""
        if not self._is_told:
            self._is_told = True
            self._wake(self._told)

    def end(self) -> None:
        """Nothing will come again; safe to call from any thread."""
        self._is_ended = True
        self._wake(self._told)
        self._wake(self._ended)

    def _wake(self, event: asyncio.Event) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(event.set)


class Changes:
    """The listeners of all projects, a bounded number. All methods are safe to call from any thread."""

    def __init__(self, max_listeners: int) -> None:
        """Take at most `max_listeners` at once."""
        self._max_listeners = max_listeners
        self._lock = threading.Lock()
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._count = 0
        self._is_closed = False

    @property
    def count(self) -> int:
        """How many listen."""
        return self._count

    def listen(self, project_id: str) -> Listener:
        """Return a new listener to a project; it must be closed.

        Raises:
            Unavailable: There are too many, or the server ends.
        """
        with self._lock:
            if self._is_closed:
                raise Unavailable("the server is shutting down", cause="shutting_down", retry_after_s=RETRY_AFTER_S)
            if self._count >= self._max_listeners:
                detail = f"{self._max_listeners} clients follow live changes already; ask now and then instead"
                raise Unavailable(detail, cause="too_many_listeners", retry_after_s=RETRY_AFTER_S)
            listener = Listener(self, project_id)
            self._listeners[project_id].add(listener)
            self._count += 1
            return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener; doing it twice changes nothing."""
        with self._lock:
            members = self._listeners.get(listener.project_id, set())
            if listener in members:
                members.remove(listener)
                self._count -= 1
            if not members:
                self._listeners.pop(listener.project_id, None)

    def tell(self, project_id: str) -> None:
        """Rows of a project were committed."""
        if not self._count:
            return
        with self._lock:
            members = list(self._listeners.get(project_id, ()))
        for listener in members:
            listener.tell()

    def close(self) -> None:
        """End every listener's wait, and take no more."""
        with self._lock:
            self._is_closed = True
            members = [listener for of_project in self._listeners.values() for listener in of_project]
        for listener in members:
            listener.end()


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
