"""Keep what the request path needs of the control database in memory, and follow its changes."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from watchglass.errors import WatchglassError
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.keys import ApiKey, good_keys
from watchglass.store.control.prices import PriceOverride, all_prices
from watchglass.store.control.tables import changes, projects

log = structlog.get_logger(__name__)

INTERVAL_S = 2.0
"""How soon the changes that other servers make are seen here, in seconds; changes made here are seen at once."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The control database at one moment.

    Attributes:
        change_count: Grows with each change.
        project_ids: All projects.
        keys: Keys that are not revoked, by the hash of their token.
        prices: Price overrides, oldest first.
    """

    change_count: int
    project_ids: frozenset[str]
    keys: Mapping[str, ApiKey]
    prices: tuple[PriceOverride, ...]


class Follower:
    """Holds the newest snapshot. When the database is away, the last one stays good."""

    def __init__(self, control: ControlDatabase) -> None:
        """Read the first snapshot.

        Raises:
            Unavailable: The control database does not answer.
        """
        self._control = control
        self._snapshot = self._load()
        self._lock = threading.Lock()
        self._failing: set[Callable[[], None]] = set()
        self._chores: list[Callable[[], None]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="control-follower", daemon=True)
        control.on_change(self.refresh)

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot; the same object until something changes."""
        return self._snapshot

    def each_round(self, chore: Callable[[], None]) -> None:
        """Call `chore` every INTERVAL_S seconds on the follower's thread, and once more at the end; it may raise."""
        self._chores.append(chore)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """End, and do the chores once more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._do_chores()

    def refresh(self) -> None:
        """Reread what changed; when that fails keep what is there and say so once. Never raises."""
        with self._lock:
            self._try(self._reread)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL_S):
            self.refresh()
            self._do_chores()

    def _do_chores(self) -> None:
        for chore in self._chores:
            self._try(chore)

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            if work not in self._failing:
                is_bug = not isinstance(error, WatchglassError)
                log.warning(
                    "the control database is not followed; the last state holds", error=str(error), exc_info=is_bug
                )
            self._failing.add(work)
        else:
            if work in self._failing:
                log.info("the control database is followed again")
            self._failing.discard(work)

    def _reread(self) -> None:
        with self._control.read() as connection:
            change_count = connection.execute(sa.select(changes.c.change_count)).scalar_one()
        if change_count != self._snapshot.change_count:
            self._snapshot = self._load()

    def _load(self) -> Snapshot:
        with self._control.read() as connection:
            # the count comes first: a change made meanwhile is then read a second time and not missed. Projects come
            # last, so that no key belongs to a project that is not known yet
            change_count = connection.execute(sa.select(changes.c.change_count)).scalar_one()
            prices, keys = all_prices(connection), good_keys(connection)
            project_ids = frozenset(connection.execute(sa.select(projects.c.id)).scalars())
        return Snapshot(change_count, project_ids, keys, prices)
