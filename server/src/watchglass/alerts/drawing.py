"""Readings on their way into the store: many evaluations in one insert, as each insert is a part to be merged."""

import threading
from collections import deque
from collections.abc import Iterable

import structlog

from watchglass.clock import Clock
from watchglass.errors import StoreError
from watchglass.store.engine import Engine
from watchglass.store.readings import KeptReading, keep_readings

log = structlog.get_logger(__name__)

EVERY_S = 5.0
"""How often what waits is inserted, in seconds."""

MAX_WAITING = 100_000
"""Most readings that wait while the store is away; the oldest are dropped, as they are drawn and decide nothing."""


class ReadingWriter:
    """Keeps readings to be drawn. Safe for many threads."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Insert into `engine`."""
        self._engine = engine
        self._clock = clock
        self._waiting: deque[KeptReading] = deque(maxlen=MAX_WAITING)
        self._is_broken = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts-readings", daemon=True)

    def start(self) -> None:
        """Begin to insert."""
        self._thread.start()

    def close(self) -> None:
        """Insert what waits, and no more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()

    def add(self, readings: Iterable[KeptReading]) -> None:
        """Take readings; they are in the store within EVERY_S."""
        self._waiting.extend(readings)

    def flush(self) -> None:
        """Insert what waits; what the store refuses waits on."""
        taken = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        try:
            keep_readings(self._engine, taken, self._clock.now_ns())
            self._is_broken = False
        except StoreError as error:
            if not self._is_broken:
                log.warning("readings are not stored; they are tried again", readings=len(taken), error=str(error)[:500])
            self._is_broken = True
            self._waiting.extendleft(reversed(taken[-MAX_WAITING:]))

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            try:
                self.flush()
            except Exception:  # what cannot be written is not worth an end
                log.exception("readings are lost")
