"""The store as an outlet's queue: what arrived after a place, in units that fit into memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from watchglass.errors import TooExpensive
from watchglass.outlets.outlet import Row
from watchglass.query.arrivals import Arrivals, count_arrived, list_commits, read_arrived
from watchglass.query.reader import Reader

MAX_ROWS = 2000
"""Most rows of a unit; fewer when they are so large that a read goes over its limits."""

MAX_COMMITS = 1000


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows that are delivered together.

    Attributes:
        rows: The rows; none when commits hold nothing for this outlet.
        since_ms: Arrival of the first commit with such rows, milliseconds since 1970 UTC.
        through_ms: Arrival of its last commit.
        is_whole: Whether everything up to `through_ms` is done with these rows.
    """

    rows: Sequence[Row]
    since_ms: int
    through_ms: int
    is_whole: bool


class StoreQueue:
    """Rows of one signal for one outlet."""

    def __init__(self, reader: Reader, arrivals: Arrivals, until_ms: Callable[[], int | None]) -> None:
        """Read with `reader`, up to the moment that `until_ms` says: commits after it may still be on their way."""
        self._reader = reader
        self._arrivals = arrivals
        self._until_ms = until_ms
        self._max_rows = MAX_ROWS

    def take(self, after_ms: int, done_rows: int) -> Unit | None:
        """The next unit after `after_ms`, less the `done_rows` rows of it that are done; None when nothing arrived.

        Raises:
            InvalidInput: The filter names what is not there.
            TooExpensive: A single row goes over the limits.
            StoreError: The store failed.
        """
        commits = list_commits(self._reader, self._arrivals, after_ms, self._until_ms(), MAX_COMMITS)
        if not commits:
            return None
        last, total = commits[0], commits[0].row_count
        for commit in commits[1:]:
            if total + commit.row_count > self._max_rows:
                break
            last, total = commit, total + commit.row_count
        since_ms = next((commit.received_ms for commit in commits if commit.row_count), last.received_ms)
        if total == 0:
            return Unit((), since_ms, last.received_ms, is_whole=True)
        rows = self._read(commits[0].received_ms, last.received_ms, done_rows)
        is_whole = not rows or done_rows + len(rows) >= total
        if is_whole:
            self._max_rows = MAX_ROWS
        return Unit(rows, since_ms, last.received_ms, is_whole)

    def count(self, after_ms: int, until_ms: int) -> int:
        """How many rows arrived after `after_ms`, up to and with `until_ms`.

        Raises:
            TooExpensive: It went over the limits.
            StoreError: The store failed.
        """
        return count_arrived(self._reader, self._arrivals, after_ms, until_ms)

    def _read(self, first_ms: int, last_ms: int, offset: int) -> list[Row]:
        while True:
            try:
                return list(read_arrived(self._reader, self._arrivals, first_ms, last_ms, offset, self._max_rows))
            except TooExpensive:
                if self._max_rows == 1:
                    raise
                self._max_rows = max(1, self._max_rows // 4)
