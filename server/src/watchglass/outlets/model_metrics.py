"""The metrics of model calls sent to outlets that take metrics, on an interval.

They are counted since the start, so each sending holds all that those before it said: one that failed is not sent again,
the next says it. Nothing is lost but what a server that is killed counted after its last sending (its spans are stored), and
a target may be told the same number twice, which for a cumulative sum changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from watchglass.clock import Clock
from watchglass.model.records import Signal
from watchglass.outgoing.backoff import wait_s
from watchglass.outgoing.sending import Fate
from watchglass.outlets.delivery import DeliveryObserver, Sending
from watchglass.outlets.outlet import Outlet, Row

NAME = "model_metrics"
"""What the API and the server's own metrics call it, beside the signals."""

EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one outlet is, since this server started.

    Attributes:
        waiting_since_ns: When the oldest sending was due that nothing sent since makes good; None when none is.
        delivered_rows: Points that the target took.
        dropped_rows: Points that it refused, or has no form for.
        failure_count: Requests that failed.
        last_error: What went wrong last, empty when nothing ever did.
        last_error_at_ns: When, nanoseconds since 1970 UTC.
        last_delivered_at_ns: When all points were last taken.
    """

    waiting_since_ns: int | None = None
    delivered_rows: int = 0
    dropped_rows: int = 0
    failure_count: int = 0
    last_error: str = ""
    last_error_at_ns: int | None = None
    last_delivered_at_ns: int | None = None


class ModelMetrics:
    """Sends to one outlet; `step` sends once and says when the next one is due. For one thread."""

    def __init__(
        self,
        outlet_name: str,
        outlet: Outlet,
        points: Callable[[], Sequence[Row]],
        sender: Sending,
        clock: Clock,
        observer: DeliveryObserver,
        draw: Callable[[float, float], float],
        every_s: float = EVERY_S,
    ) -> None:
        """Prepare; `points` gives what is to be said now, and `draw` a random number between two."""
        self.outlet_name = outlet_name
        self._outlet = outlet
        self._points = points
        self._sender = sender
        self._clock = clock
        self._observer = observer
        self._draw = draw
        self._every_s = every_s
        self._attempt = 0
        self.progress = Progress()
        """How far it is; any thread may read it."""

    def lag_s(self) -> float:
        """How long what was due waits, in seconds; 0 when all is said."""
        since_ns = self.progress.waiting_since_ns
        return 0.0 if since_ns is None else max(0.0, (self._clock.now_ns() - since_ns) / 1e9)

    def step(self) -> float:
        """Send what is to be said now; return the seconds to wait before the next time. Never raises for a target's sake."""
        rows = self._points()
        if not rows:
            return self._every_s
        if self.progress.waiting_since_ns is None:
            self.progress = replace(self.progress, waiting_since_ns=self._clock.now_ns())
        prepared = self._outlet.prepare(Signal.METRICS, rows)
        if prepared.skipped_rows:
            self._dropped(prepared.skipped_rows, prepared.why)
        for request in prepared.requests:
            answer = self._sender.send(request)
            if answer.fate is Fate.AGAIN:
                self._failed(answer.error)
                self._attempt += 1
                return min(self._every_s, wait_s(self._attempt, answer.asked_s, self._draw))
            refused, why = len(request.rows), answer.error
            if answer.fate is Fate.TAKEN:
                refused, why = self._outlet.rejected(Signal.METRICS, answer.body)
            else:
                self._failed(answer.error)
            refused = min(refused, len(request.rows))
            if refused:
                self._dropped(refused, why)
            self._delivered(len(request.rows) - refused)
        self._attempt = 0
        self.progress = replace(self.progress, waiting_since_ns=None)
        return self._every_s

    def _delivered(self, rows: int) -> None:
        if not rows:
            return
        self._observer.outlet_rows(self.outlet_name, NAME, "delivered", rows)
        delivered = self.progress.delivered_rows + rows
        self.progress = replace(self.progress, delivered_rows=delivered, last_delivered_at_ns=self._clock.now_ns())

    def _dropped(self, rows: int, why: str) -> None:
        self._observer.outlet_rows(self.outlet_name, NAME, "dropped", rows)
        self.progress = replace(self.progress, dropped_rows=self.progress.dropped_rows + rows)
        self._note(f"{rows} points dropped: {why}")

    def _failed(self, error: str) -> None:
        self._observer.outlet_failed(self.outlet_name, NAME)
        self.progress = replace(self.progress, failure_count=self.progress.failure_count + 1)
        self._note(error)

    def _note(self, error: str) -> None:
        self.progress = replace(self.progress, last_error=error, last_error_at_ns=self._clock.now_ns())
