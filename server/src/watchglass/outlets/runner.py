"""All outlets running: a thread for each signal of each outlet, and one for the metrics of model calls."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import SystemRandom

import structlog

from watchglass.clock import Clock
from watchglass.errors import WatchglassError
from watchglass.outgoing.repeating import repeat
from watchglass.outgoing.sending import Sender
from watchglass.outlets.configuration import ConfiguredOutlet
from watchglass.outlets.delivery import Delivery, DeliveryObserver, Target
from watchglass.outlets.model_metrics import EVERY_S, NAME, ModelMetrics, Progress
from watchglass.outlets.outlet import Row
from watchglass.outlets.queue import StoreQueue
from watchglass.query.reader import Reader
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.leases import Lease
from watchglass.store.control.outlets import begin_outlet, lease_name

log = structlog.get_logger(__name__)

SETTLE_MS = 60_000
"""How long commits of other servers may be on their way: rows are delivered that much later from a cluster, where clocks
differ and replicas lag. An embedded store has one server, whose commits appear in their order."""

AFTER_FAILURE_S = 5.0

PointsOf = Callable[[str | None], Sequence[Row]]
"""The metrics of model calls of a project, or of all for None, as they are now."""

CLOSE_S = 5.0
"""How long requests on their way may take at the end, in seconds; what a slow target does not answer then is sent again."""


@dataclass(frozen=True, slots=True)
class _Running:
    """One signal of one outlet on its thread."""

    configured: ConfiguredOutlet
    delivery: Delivery
    thread: threading.Thread


class Outlets:
    """The outlets of one server.

    Attributes:
        configured: What the file of outlets says.
    """

    def __init__(
        self,
        configured: Sequence[ConfiguredOutlet],
        reader: Reader,
        control: ControlDatabase,
        clock: Clock,
        observer: DeliveryObserver,
        points_of: PointsOf,
        *,
        holder: str,
        every_s: float = EVERY_S,
    ) -> None:
        """Prepare.

        Args:
            configured: What the file of outlets says.
            reader: Reads the rows.
            control: Keeps the places.
            clock: Source of the present.
            observer: Told of what was delivered.
            points_of: The metrics of model calls.
            holder: Names this server among those that share the control database.
            every_s: How often the metrics of model calls are sent, in seconds.
        """
        self.configured = tuple(configured)
        self._control = control
        self._clock = clock
        self._stop = threading.Event()
        self._leases = [Lease(control, lease_name(it.name), holder, clock) for it in configured]
        self._senders = [Sender(clock, it.secrets) for it in configured]
        self._running: list[_Running] = []
        draw = SystemRandom().uniform
        for it, lease, sender in zip(self.configured, self._leases, self._senders, strict=True):
            for signal, arrivals in it.arrivals.items():
                queue = StoreQueue(reader, arrivals, self._until_ms if reader.engine.kind == "cluster" else lambda: None)
                target = Target(it.name, signal, it.outlet, it.max_lag_s)
                delivery = Delivery(target, queue, control, lease, sender, clock, observer, draw)
                name = f"outlet-{it.name}-{signal.name.lower()}"
                thread = threading.Thread(target=self._run, args=(name, delivery), name=name, daemon=True)
                self._running.append(_Running(it, delivery, thread))
        self._model_metrics = [
            ModelMetrics(it.name, it.outlet, partial(points_of, it.project), sender, clock, observer, draw, every_s)
            for it, sender in zip(self.configured, self._senders, strict=True)
            if it.has_model_metrics
        ]
        self._every_s = every_s
        self._sending = [
            threading.Thread(target=self._send, args=(it,), name=f"outlet-{it.outlet_name}-{NAME}", daemon=True)
            for it in self._model_metrics
        ]

    def start(self) -> None:
        """Begin to deliver; an outlet that is new begins with what arrives from now on. Call before anything is taken in.

        Raises:
            Unavailable: The control database does not answer.
        """
        now_ms = self._clock.now_ns() // 1_000_000
        for it in self.configured:
            begin_outlet(self._control, it.name, it.arrivals, now_ms)
        for running in self._running:
            running.thread.start()
        for thread in self._sending:
            thread.start()

    def close(self) -> None:
        """Deliver no more; rows that were not delivered wait in the store for the next start, model calls are told once more."""
        self._stop.set()
        deadline_s = self._clock.monotonic_s() + CLOSE_S
        for thread in (*(running.thread for running in self._running), *self._sending):
            if thread.is_alive():
                thread.join(max(0.0, deadline_s - self._clock.monotonic_s()))
        for lease, sender in zip(self._leases, self._senders, strict=True):
            sender.close()
            try:
                lease.release()
            except WatchglassError as error:
                log.warning("an outlet is not given up; another server takes it after a while", error=str(error))

    def lags(self) -> list[tuple[dict[str, str], Callable[[], float]]]:
        """The labels of each signal of each outlet, and what tells its lag in seconds."""
        lags: list[tuple[dict[str, str], Callable[[], float]]] = [
            ({"outlet": it.configured.name, "signal": it.delivery.signal.value}, it.delivery.lag_s) for it in self._running
        ]
        return lags + [({"outlet": it.outlet_name, "signal": NAME}, it.lag_s) for it in self._model_metrics]

    def model_metrics(self) -> Mapping[str, Progress]:
        """How far the metrics of model calls are, by outlet, since this server started."""
        return {it.outlet_name: it.progress for it in self._model_metrics}

    def _until_ms(self) -> int:
        return self._clock.now_ns() // 1_000_000 - SETTLE_MS

    def _send(self, sending: ModelMetrics) -> None:
        wait_s = self._every_s
        while not self._stop.wait(wait_s):
            wait_s = self._try(sending)
        self._try(sending)

    def _try(self, sending: ModelMetrics) -> float:
        try:
            return sending.step()
        except Exception:  # one odd count must not end it
            log.exception("the metrics of model calls are not sent", outlet=sending.outlet_name)
            return self._every_s

    def _run(self, name: str, delivery: Delivery) -> None:
        repeat(self._stop, delivery.step, AFTER_FAILURE_S, "an outlet does not deliver", outlet=name)
