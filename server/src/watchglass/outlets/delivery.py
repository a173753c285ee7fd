"""One signal of one outlet delivered: read, sent, tried again, and the place kept; at least once, and never for ever."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from watchglass.clock import Clock
from watchglass.errors import TooExpensive
from watchglass.model.records import Signal
from watchglass.outgoing.backoff import wait_s
from watchglass.outgoing.sending import Answer, Fate
from watchglass.outlets.outlet import Outlet, Request
from watchglass.outlets.queue import StoreQueue, Unit
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.leases import Lease
from watchglass.store.control.outlets import Place, read_place, save_place

IDLE_S = 1.0
"""How soon a look follows one that found nothing, in seconds."""

LEASE_LOOK_S = 10.0
"""How soon a server that does not hold the outlet asks again, in seconds."""

MAX_HALVINGS = 64
"""Requests into which one refused unit is split before what is left of it is dropped: enough to tell a few bad rows among
thousands from the good ones, and an end for a target that refuses everything."""

KEEP_EVERY_MS = 60_000
"""How far the place moves over rows that are not for this outlet before it is kept."""


class Sending(Protocol):
    """What sends; see sending.Sender."""

    def send(self, request: Request) -> Answer:
        """Send one request and say what became of it."""
        ...


class DeliveryObserver(Protocol):
    """What a delivery reports of itself."""

    def outlet_rows(self, outlet: str, signal: str, outcome: str, rows: int) -> None:
        """`rows` of a signal, or of the metrics of model calls, were delivered or dropped (the outcome)."""
        ...

    def outlet_failed(self, outlet: str, signal: str) -> None:
        """A request failed and is tried again, or was refused."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """Where a delivery goes.

    Attributes:
        name: The outlet's name.
        signal: The signal.
        outlet: The target's language.
        max_lag_s: How old rows may grow before they are dropped, in seconds.
    """

    name: str
    signal: Signal
    outlet: Outlet
    max_lag_s: float


class Delivery:
    """Delivers; `step` does one piece of work and says when the next one is due. For one thread."""

    def __init__(
        self,
        target: Target,
        queue: StoreQueue,
        control: ControlDatabase,
        lease: Lease,
        sender: Sending,
        clock: Clock,
        observer: DeliveryObserver,
        draw: Callable[[float, float], float],
    ) -> None:
        """Prepare; `draw` gives a random number between two."""
        self._target = target
        self._queue = queue
        self._control = control
        self._lease = lease
        self._sender = sender
        self._clock = clock
        self._observer = observer
        self._draw = draw
        self._place: Place | None = None
        self._kept_through_ms = 0
        self._unit: Unit | None = None
        self._pending: deque[Request] = deque()
        self._done_rows = 0
        self._attempt = 0
        self._halvings_left = MAX_HALVINGS

    @property
    def signal(self) -> Signal:
        """The signal that it delivers."""
        return self._target.signal

    def lag_s(self) -> float:
        """Age of the oldest row that waits, in seconds; 0 when none does, or when another server delivers."""
        place = self._place
        if place is None or place.waiting_since_ms is None:
            return 0.0
        return max(0.0, self._clock.now_ns() / 1e9 - place.waiting_since_ms / 1e3)

    def step(self) -> float:
        """Do one piece of work; return the seconds to wait before the next.

        Raises:
            Unavailable: The control database does not answer.
            TooExpensive: The store went over its limits.
            StoreError: The store failed.
        """
        if not self._lease.is_held():
            self._place = None
            return LEASE_LOOK_S
        if self._place is None:
            self._forget()
            self._place = read_place(self._control, self._target.name, self._target.signal)
            self._kept_through_ms = self._place.through_ms
        self._drop_what_is_too_old(self._place)
        if self._place is None or (self._unit is None and not self._begin(self._place)):
            return IDLE_S
        while self._pending:
            answer = self._sender.send(self._pending[0])
            if answer.fate is Fate.AGAIN:
                self._failed(answer.error)
                self._attempt += 1
                return wait_s(self._attempt, answer.asked_s, self._draw)
            self._attempt = 0
            request = self._pending.popleft()
            if answer.fate is Fate.TAKEN:
                self._taken(request, answer)
            else:
                self._split(request, answer.error)
            if not self._lease.is_held():
                self._place = None
                return LEASE_LOOK_S
        self._end()
        return 0.0

    def _begin(self, place: Place) -> bool:
        """Take the next unit; False when nothing waits."""
        try:
            unit = self._queue.take(place.through_ms, self._done_rows)
        except TooExpensive as error:
            self._note(f"rows are too large to be read: {error}")
            raise
        if unit is None:
            self._place = replace(place, waiting_since_ms=None)
            if place.waiting_since_ms is not None or place.through_ms - self._kept_through_ms > KEEP_EVERY_MS:
                self._keep()
            return False
        self._unit = unit
        self._halvings_left = MAX_HALVINGS
        if unit.rows:
            self._place = replace(place, waiting_since_ms=unit.since_ms)
            prepared = self._target.outlet.prepare(self._target.signal, unit.rows)
            self._pending = deque(prepared.requests)
            if prepared.skipped_rows:
                self._drop(prepared.skipped_rows, prepared.why)
        return True

    def _end(self) -> None:
        """Move the place over the unit that is done."""
        place, unit = self._place, self._unit
        assert place is not None and unit is not None
        self._done_rows = 0 if unit.is_whole else self._done_rows + len(unit.rows)
        self._unit = None
        if not unit.is_whole:
            return
        self._place = replace(place, through_ms=unit.through_ms)
        if unit.rows or unit.through_ms - self._kept_through_ms > KEEP_EVERY_MS:
            self._keep()

    def _taken(self, request: Request, answer: Answer) -> None:
        refused, why = self._target.outlet.rejected(self._target.signal, answer.body)
        refused = min(refused, len(request.rows))
        if refused:
            self._drop(refused, why)
        self._deliver(len(request.rows) - refused)

    def _split(self, request: Request, error: str) -> None:
        """Send what was refused again in halves, so that one bad row takes no other with it."""
        self._observer.outlet_failed(self._target.name, self._target.signal)
        if len(request.rows) == 1 or self._halvings_left <= 0:
            self._drop(len(request.rows), error)
            return
        middle = len(request.rows) // 2
        halves: list[Request] = []
        for rows in (request.rows[:middle], request.rows[middle:]):
            halves.extend(self._target.outlet.prepare(self._target.signal, rows).requests)
        self._halvings_left -= len(halves)
        self._pending.extendleft(reversed(halves))

    def _drop_what_is_too_old(self, place: Place) -> None:
        """Keep the bound on how far behind an outlet may fall."""
        oldest_ms = self._clock.now_ns() // 1_000_000 - int(self._target.max_lag_s * 1000)
        is_kept = self._unit is not None and bool(self._unit.rows) and self._unit.through_ms > oldest_ms
        if place.through_ms >= oldest_ms or is_kept:
            return
        waiting = self._queue.count(place.through_ms, oldest_ms) - self._handled_rows()
        self._forget()
        if waiting > 0:
            self._drop(waiting, f"rows waited longer than {self._target.max_lag_s / 3600:g} h")
        assert self._place is not None
        self._place = replace(self._place, through_ms=oldest_ms)
        if waiting > 0 or oldest_ms - self._kept_through_ms > KEEP_EVERY_MS:
            self._keep()

    def _handled_rows(self) -> int:
        """Rows after the place that are done already."""
        in_unit = len(self._unit.rows) - sum(len(request.rows) for request in self._pending) if self._unit else 0
        return self._done_rows + in_unit

    def _forget(self) -> None:
        """Leave what is in work; the store has it still."""
        self._unit = None
        self._pending.clear()
        self._done_rows = 0
        self._attempt = 0

    def _deliver(self, rows: int) -> None:
        assert self._place is not None
        self._observer.outlet_rows(self._target.name, self._target.signal, "delivered", rows)
        self._place = replace(
            self._place,
            delivered_rows=self._place.delivered_rows + rows,
            last_delivered_at_ns=self._clock.now_ns(),
        )

    def _drop(self, rows: int, why: str) -> None:
        assert self._place is not None
        self._observer.outlet_rows(self._target.name, self._target.signal, "dropped", rows)
        self._place = replace(self._place, dropped_rows=self._place.dropped_rows + rows)
        self._note(f"{rows} rows dropped: {why}")

    def _failed(self, error: str) -> None:
        assert self._place is not None
        self._observer.outlet_failed(self._target.name, self._target.signal)
        self._place = replace(self._place, failure_count=self._place.failure_count + 1)
        self._note(error)
        self._keep()

    def _note(self, error: str) -> None:
        assert self._place is not None
        self._place = replace(self._place, last_error=error, last_error_at_ns=self._clock.now_ns())

    def _keep(self) -> None:
        assert self._place is not None
        if save_place(self._control, self._lease.holder, self._place):
            self._kept_through_ms = self._place.through_ms
        else:  # another server has it: what it has kept holds
            self._place = None
            self._forget()
