"""What was scraped and is not committed yet: bounded, sent again a few times, the oldest dropped first."""

import threading
from collections import deque
from dataclasses import dataclass

import structlog

from watchglass.clock import Clock
from watchglass.errors import Unavailable, WatchglassError
from watchglass.ingest.otlp_http import Commits
from watchglass.model.records import Export, Signal
from watchglass.store.ledger import batch_id

log = structlog.get_logger(__name__)

MAX_BYTES = 64 * 2**20
"""Most that waits; more than two minutes of 200 targets of 1,000 series every 15 s."""

MAX_EXPORT_BYTES = 8 * 2**20
"""Largest export that several scrapes are joined to."""

MAX_ATTEMPTS = 20
"""How often an export is sent, one second after the other, before it is given up."""


@dataclass(slots=True)
class _Waiting:
    body: bytes
    attempts: int = 0


class Outbox:
    """Commits scrapes of one project, many at a time."""

    def __init__(self, commits: Commits, project_id: str, clock: Clock) -> None:
        """Commit with `commits` as exports of the project."""
        self._commits = commits
        self._project_id = project_id
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._size_bytes = 0
        self.dropped_bytes = 0

    @property
    def size_bytes(self) -> int:
        """Bytes that wait."""
        return self._size_bytes

    def put(self, requests: list[bytes]) -> None:
        """Queue requests of one scrape; the oldest that wait make room where there is none."""
        body = b"".join(requests)  # requests one after the other are a request
        with self._lock:
            self._waiting.append(_Waiting(body))
            self._size_bytes += len(body)
            self._make_room()

    async def flush(self) -> None:
        """Commit what waits; what cannot be committed now is kept for the next time, MAX_ATTEMPTS times."""
        for batch in self._taken():
            body = b"".join(it.body for it in batch)
            identifier = batch_id(self._project_id, Signal.METRICS, body)
            try:
                await self._commits.commit(Export(Signal.METRICS, self._project_id, body, identifier, self._clock.now_ns()))
            except Unavailable as error:
                self._put_back(batch, str(error))
            except WatchglassError as error:
                self._drop(batch, str(error))

    def _taken(self) -> list[list[_Waiting]]:
        """All that waits, in batches of MAX_EXPORT_BYTES at most."""
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
            self._size_bytes = 0
        batches: list[list[_Waiting]] = []
        size = MAX_EXPORT_BYTES
        for waiting in taken:
            size += len(waiting.body)
            if size > MAX_EXPORT_BYTES:
                batches.append([])
                size = len(waiting.body)
            batches[-1].append(waiting)
        return batches

    def _put_back(self, batch: list[_Waiting], why: str) -> None:
        for waiting in batch:
            waiting.attempts += 1
        kept = [it for it in batch if it.attempts < MAX_ATTEMPTS]
        with self._lock:
            self._waiting.extendleft(reversed(kept))
            self._size_bytes += sum(len(it.body) for it in kept)
            self._make_room()
        if len(kept) < len(batch):
            self._drop([it for it in batch if it.attempts >= MAX_ATTEMPTS], why)

    def _make_room(self) -> None:
        dropped = 0
        while self._size_bytes > MAX_BYTES and len(self._waiting) > 1:
            oldest = self._waiting.popleft()
            self._size_bytes -= len(oldest.body)
            dropped += len(oldest.body)
        if dropped:
            self.dropped_bytes += dropped
            log.warning("scrapes were dropped: they cannot be committed as fast as they come", size_bytes=dropped)

    def _drop(self, batch: list[_Waiting], why: str) -> None:
        size = sum(len(it.body) for it in batch)
        self.dropped_bytes += size
        log.error("scrapes were dropped: they could not be committed", size_bytes=size, error=why[:300])
