"""What other servers of a cluster committed, found by looking at the newest rows now and then."""

import threading
from collections.abc import Callable

import structlog

from watchglass.clock import Clock
from watchglass.errors import WatchglassError
from watchglass.model.records import Signal
from watchglass.store.engine import Engine

log = structlog.get_logger(__name__)

INTERVAL_S = 3.0
"""How soon the commits of other servers are seen here, in seconds."""

LOOK_BACK_NS = 15 * 10**9
"""How far back a look goes, in nanoseconds: what clocks of servers may differ by, and what a replica may lag behind."""

_SQL = " UNION ALL ".join(
    f"SELECT project_id, groupUniqArray(1000)(toUnixTimestamp64Milli({signal.value}.received_at)) AS commits "
    f"FROM {signal.value} WHERE {signal.value}.received_at >= fromUnixTimestamp64Milli({{since_ms:Int64}}, 'UTC') GROUP BY project_id"
    for signal in Signal
)


class OtherCommits:
    """Tells of commits that were not there at the last look.

    A commit has one arrival time, so commits are known by it. The partitions are days of arrival, whose least and greatest
    time each part knows: only parts with rows of the last seconds are read.
    """

    def __init__(self, engine: Engine, clock: Clock, tell: Callable[[str], None], is_needed: Callable[[], bool]) -> None:
        """Look in `engine` while `is_needed`, and call `tell` with the project of what is new."""
        self._engine = engine
        self._clock = clock
        self._tell = tell
        self._is_needed = is_needed
        self._known: dict[str, set[int]] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="other-commits", daemon=True)

    def start(self) -> None:
        """Begin to look every INTERVAL_S seconds, on a thread."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Tell of what is new since the last look; the first one tells nothing.

        Raises:
            StoreError: The store did not answer.
        """
        since_ms = (self._clock.now_ns() - LOOK_BACK_NS) // 1_000_000
        found: dict[str, set[int]] = {}
        for row in self._engine.query(_SQL, {"since_ms": since_ms}).to_pylist():
            found.setdefault(row["project_id"], set()).update(row["commits"])
        known, self._known = self._known, found
        if known is None:
            return
        for project_id, commits in found.items():
            if commits - known.get(project_id, set()):
                self._tell(project_id)

    def _run(self) -> None:
        is_failing = False
        while not self._stop.wait(INTERVAL_S):
            if not self._is_needed():
                # what comes after a pause is told by the clients' first question
                self._known = None
                continue
            try:
                self.look()
            except WatchglassError as error:
                if not is_failing:
                    log.warning("commits of other servers are not seen", error=str(error)[:500])
                is_failing = True
            else:
                is_failing = False
