"""Group commit: exports that wait are decoded together and stored as one block."""

import asyncio
import threading
from concurrent.futures import Future

import pyarrow as pa
import pyarrow.compute as pc
import structlog

from watchglass.clock import Clock
from watchglass.errors import StoreError, Unavailable, WatchglassError
from watchglass.model.records import Committed, Export, Signal
from watchglass.store.commit import Decode, Observer
from watchglass.store.engine import Engine
from watchglass.store.evaluations import add_evaluations, has_evaluations
from watchglass.store.export_queue import ExportQueue, Waiting
from watchglass.store.ledger import Ledger, newest_commit_ms
from watchglass.store.usage import add_missing_usage

log = structlog.get_logger(__name__)

NOT_ENOUGH_SPACE = 243
"""ClickHouse's code when a part would not fit; what fails while it is written says `No space left on device`."""

MAX_STEP_BACK_MS = 3_600_000
"""How far behind the newest commit the clock may be for commits to go on counting from that commit; a clock that is
further behind was wrong then, and is believed now."""

PATIENCE = 0.5
MAX_PATIENCE_S = 0.05
"""How long to wait for the clients that were just answered, as a share of the time that their commit took, and at most.

They come back at the same time, the first a little before the others; a commit for it alone would cost as much as one for
all of them. Under half of the load that a machine can take, fewer and larger commits leave a fifth of a core to questions.
"""

SUSPECTS = 3
"""Exports tried alone, all failing, after which a failed group is blamed on the store and not on one export."""


class Committer:
    """Commits the exports of one signal, one group at a time, on a thread of its own."""

    def __init__(
        self,
        engine: Engine,
        signal: Signal,
        decode: Decode,
        ledger: Ledger,
        clock: Clock,
        observer: Observer,
        *,
        group_bytes: int,
        max_waiting_bytes: int,
        commit_timeout_s: float,
    ) -> None:
        """Prepare; `start` begins the work.

        Args:
            engine: Where the rows go.
            signal: What this committer takes.
            decode: Turns a group into rows.
            ledger: Recognises resends; owned by this committer from now on.
            clock: Source of the commit time.
            observer: Told of commits and refusals.
            group_bytes: Largest group, in bytes of body; a single larger export is a group by itself.
            max_waiting_bytes: Most that may wait, in bytes of body, given up by their clients or not.
            commit_timeout_s: How long `commit` waits, in seconds.
        """
        self.signal = signal
        self._engine = engine
        self._decode = decode
        self._ledger = ledger
        self._clock = clock
        self._observer = observer
        self._group_bytes = group_bytes
        self._commit_timeout_s = commit_timeout_s
        self._queue = ExportQueue(max_waiting_bytes)
        self._expected = 1
        self._last_commit_ms = 0
        self._doubtful_ms: int | None = None
        self._thread = threading.Thread(target=self._run, name=f"commit-{signal.value}", daemon=True)

    @property
    def queue_depth(self) -> int:
        """Exports that wait for their commit."""
        return self._queue.depth

    @property
    def queue_bytes(self) -> int:
        """Bytes of the exports that wait for their commit."""
        return self._queue.waiting_bytes

    @property
    def is_running(self) -> bool:
        """Whether exports are being committed."""
        return self._thread.is_alive() and not self._queue.is_closed

    def start(self) -> None:
        """Load the ledger, bring to its end what a crash cut short, and begin to commit.

        Raises:
            StoreError: The table cannot be read.
        """
        self._ledger.load(self._engine, self.signal.value, self._clock.now_ns())
        self._last_commit_ms = newest_commit_ms(self._engine, self.signal.value)
        self._doubtful_ms = self._last_commit_ms
        self._settle()
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Refuse new exports, commit what waits, and say whether all of it was done within `timeout_s` seconds."""
        self._queue.close()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def submit(self, export: Export) -> "Future[Committed]":
        """Queue an export; the future ends when its rows are stored.

        The future's error is InvalidInput when the export can never be stored, Unavailable when it may be sent again.
        An export that is identical to one still waiting shares that one's future.

        Raises:
            Unavailable: The queue is full, or the server is shutting down.
        """
        future, is_new = self._queue.put(export)
        if not is_new:
            self._observer.resent(self.signal)
        return future

    async def commit(self, export: Export) -> Committed:
        """Store an export and return when it is committed.

        Raises:
            InvalidInput: The export can never be stored.
            Unavailable: It was not stored in time, or the store refused it for now.
        """
        submitted = self.submit(export)
        future = asyncio.wrap_future(submitted)
        future.add_done_callback(_swallow)  # nobody may be left to take its error: the client went away
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._commit_timeout_s)
        except TimeoutError:
            detail = f"not committed within {self._commit_timeout_s:g} s; send it again"
            error = Unavailable(detail, cause="commit_timeout", retry_after_s=5)
            self._queue.withdraw(submitted, error)
            raise error from None

    def _run(self) -> None:
        patience_s = 0.0
        while (group := self._queue.take(self._group_bytes, expected=self._expected, patience_s=patience_s)) is not None:
            self._expected = 1
            started_s = self._clock.monotonic_s()
            try:
                self._commit_group(group)
            except Exception as error:  # a group must never take the thread with it
                log.exception("commit failed unexpectedly", signal=self.signal.value)
                unavailable = Unavailable(f"the commit failed: {error}", cause="commit_failed")
                for waiting in group:
                    self._queue.finish(waiting, unavailable)
            patience_s = min(MAX_PATIENCE_S, PATIENCE * (self._clock.monotonic_s() - started_s))

    def _commit_group(self, group: list[Waiting]) -> None:
        try:
            self._settle()
        except WatchglassError as error:
            log.error("the store cannot say what it has", signal=self.signal.value, error=str(error)[:500])
            self._refuse(group, error)
            return
        fresh = [waiting for waiting in group if not self._answer_resend(waiting)]
        if not fresh:
            return
        refused, cause = self._attempt(fresh)
        if cause is not None:
            self._report(cause, len(refused))
            self._commit_one_by_one(refused, cause)

    def _answer_resend(self, waiting: Waiting) -> bool:
        rows = self._ledger.rows_of(waiting.export.batch_id)
        if rows is None:
            return False
        self._observer.resent(self.signal)
        self._queue.finish(waiting, Committed(accepted_rows=rows, is_resend=True))
        return True

    def _attempt(self, group: list[Waiting]) -> tuple[list[Waiting], Exception | None]:
        """Store a group; return the exports that are not stored, unanswered yet, and what went wrong."""
        try:
            self._store(group)
            return [], None
        except Exception as error:
            try:
                self._settle()
            except WatchglassError:  # tried again before anything else is stored
                return group, error
            for waiting in group:
                row_count = self._ledger.rows_of(waiting.export.batch_id)
                if row_count is not None:
                    self._queue.finish(waiting, Committed(accepted_rows=row_count))
            return [waiting for waiting in group if self._ledger.rows_of(waiting.export.batch_id) is None], error

    def _store(self, group: list[Waiting]) -> None:
        """Decode and insert a group, and answer its exports.

        Raises:
            StoreError: Nobody was answered, and `_settle` has to find out whether the rows are stored.
        """
        started_s = self._clock.monotonic_s()
        commit_ms = self._next_commit_ms()
        decoded = self._decode([waiting.export for waiting in group], commit_ms * 1_000_000)
        if decoded.batch.num_rows:
            self._doubtful_ms = commit_ms
            self._engine.insert(self.signal.value, decoded.batch)
            if has_evaluations(self.signal.value, decoded.batch):
                add_evaluations(self._engine, self.signal.value, commit_ms)
            self._doubtful_ms = None
            self._observer.marked(self.signal, _marks(decoded.batch))
        self._expected = self._queue.depth + len(group)
        for waiting, outcome in zip(group, decoded.outcomes, strict=True):
            if isinstance(outcome, Committed):
                self._ledger.add(waiting.export.batch_id, outcome.accepted_rows, commit_ms * 1_000_000)
                if outcome.rejected_rows:
                    self._observer.rejected(self.signal, "invalid_rows", requests=0, rows=outcome.rejected_rows)
            self._queue.finish(waiting, outcome)
        size = sum(len(waiting.export.body) for waiting in group)
        self._observer.committed(self.signal, decoded.batch.num_rows, size, self._clock.monotonic_s() - started_s)
        self._observer.stored(self.signal, decoded.batch)

    def _next_commit_ms(self) -> int:
        """The time of the next commit, milliseconds since 1970: later than every other, so that it names the commit."""
        now_ms = self._clock.now_ns() // 1_000_000
        if self._last_commit_ms - MAX_STEP_BACK_MS < now_ms <= self._last_commit_ms:
            now_ms = self._last_commit_ms + 1
        self._last_commit_ms = now_ms
        return now_ms

    def _settle(self) -> None:
        """Find out what became of a commit whose insert did not return: put its exports into the ledger, complete usage.

        Raises:
            StoreError: The store does not say, or cannot take the usage now; nothing may be stored before it did.
        """
        if self._doubtful_ms is None:
            return
        count = self._ledger.load_commit(self._engine, self.signal.value, self._doubtful_ms)
        if count and self.signal is Signal.TRACES:
            add_missing_usage(self._engine, self._doubtful_ms)
        if count:
            add_evaluations(self._engine, self.signal.value, self._doubtful_ms)
        self._doubtful_ms = None

    def _commit_one_by_one(self, group: list[Waiting], error: Exception) -> None:
        """Tell one export that cannot be stored from a store that takes nothing now."""
        if _is_out_of_space(error) or len(group) == 1:
            self._refuse(group, error)
            return
        refused: list[Waiting] = []
        for position, waiting in enumerate(group):
            if self._doubtful_ms is not None or (len(refused) >= SUSPECTS and len(refused) == position):
                refused.extend(group[position:])
                break
            left, again = self._attempt([waiting])
            error = again or error
            refused.extend(left)
        self._refuse(refused, error)

    def _report(self, error: Exception, export_count: int) -> None:
        if isinstance(error, StoreError):
            what = "the disk is full; exports are refused until there is room" if _is_out_of_space(error) else (
                "the store refused a group"
            )
            log.error(what, signal=self.signal.value, exports=export_count, error=str(error)[:500])
        else:
            log.error("a group could not be committed", signal=self.signal.value, exports=export_count, exc_info=error)

    def _refuse(self, group: list[Waiting], error: Exception) -> None:
        if _is_out_of_space(error):
            cause, detail = "disk_full", "the disk is full"
        elif isinstance(error, StoreError):
            cause, detail = "store_failed", "the store refused the rows"
        else:
            cause, detail = "commit_failed", "the commit failed"
        for waiting in group:
            self._queue.finish(waiting, Unavailable(f"{detail}; send it again later", cause=cause, retry_after_s=5))


def _marks(batch: pa.RecordBatch) -> dict[str, int]:
    """How many rows carry each mark."""
    counts = pc.value_counts(batch.column("marks").flatten())
    return {str(entry["values"]): entry["counts"] for entry in counts.to_pylist()}


def _is_out_of_space(error: Exception) -> bool:
    return isinstance(error, StoreError) and (
        error.code == NOT_ENOUGH_SPACE or "No space left on device" in str(error)
    )


def _swallow(future: "asyncio.Future[Committed]") -> None:
    """Take the error of a future that nobody waits for any more."""
    if not future.cancelled():
        future.exception()
