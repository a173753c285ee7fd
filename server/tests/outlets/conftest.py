"""A target, and one signal of an outlet that delivers to it from a real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.rows import NOW_NS
from doubles.target import Target, running_target
from watchglass.clock import FixedClock
from watchglass.model.records import Signal
from watchglass.outgoing.sending import Sender
from watchglass.outlets.delivery import Delivery
from watchglass.outlets.delivery import Target as DeliveryTarget
from watchglass.outlets.otlp import Otlp
from watchglass.outlets.outlet import Outlet
from watchglass.outlets.queue import StoreQueue
from watchglass.query.arrivals import Arrivals
from watchglass.query.filter import parse
from watchglass.query.reader import Reader
from watchglass.store.control.database import ControlDatabase, sqlite_url
from watchglass.store.control.leases import Lease
from watchglass.store.control.outlets import Place, begin_outlet, lease_name, read_place
from watchglass.store.engine import Engine
from watchglass.telemetry import Telemetry

NOW_MS = NOW_NS // 1_000_000


@pytest.fixture
def target() -> Iterator[Target]:
    """A target that takes everything."""
    with running_target() as running:
        yield running


@pytest.fixture
def control(tmp_path: Path) -> Iterator[ControlDatabase]:
    """An empty control database."""
    database = ControlDatabase(sqlite_url(tmp_path))
    yield database
    database.close()


class Bench:
    """Makes deliveries of the outlet `out`, which began a second before NOW_NS."""

    def __init__(self, engine: Engine, control: ControlDatabase, url: str) -> None:
        self.clock = FixedClock(NOW_NS)
        self.control = control
        self.telemetry = Telemetry()
        self._engine = engine
        self._url = url
        begin_outlet(control, "out", list(Signal), NOW_MS - 1000)

    def delivery(
        self, signal: Signal = Signal.TRACES, *, outlet: Outlet | None = None, filter_: str = "", holder: str = "me"
    ) -> Delivery:
        """A delivery, as a server named `holder` has it after its start."""
        reader = Reader(self._engine, 30, 2**30)
        return Delivery(
            DeliveryTarget("out", signal, outlet or Otlp(self._url, {}), max_lag_s=3600),
            StoreQueue(reader, Arrivals(signal, None, parse(filter_)), lambda: None),
            self.control,
            Lease(self.control, lease_name("out"), holder, self.clock),
            Sender(self.clock, ["key-of-the-target"]),
            self.clock,
            self.telemetry,
            draw=lambda least, most: most,
        )

    def place(self, signal: Signal = Signal.TRACES) -> Place:
        """What is kept of the delivery."""
        return read_place(self.control, "out", signal)


@pytest.fixture
def bench(engine: Engine, control: ControlDatabase, target: Target) -> Bench:
    """A bench that delivers to `target`."""
    return Bench(engine, control, target.url)


def run(delivery: Delivery, steps: int = 20) -> float:
    """Step until there is nothing to do or a wait; return that wait in seconds."""
    for _ in range(steps):
        wait_s = delivery.step()
        if wait_s:
            return wait_s
    raise AssertionError("it goes on and on")
