"""What every application of the demonstration does: start at a rate, in threads, until it is told to stop."""

import json
import random
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from watchglass.demo.telemetry import Identity, exporting

MAX_AT_ONCE = 12
"""Pieces of work that one application has under way; when all are, the next one is skipped."""
GRACE_S = 1.5
"""How long what is under way may go on once it is time to stop, in seconds."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What a process of the demonstration is told, as one line of JSON on its standard input.

    Attributes:
        endpoint: Address of the Watchglass server, without a path.
        headers: Headers of each export, such as an API key.
        stub: Address of the stub of the model APIs.
        rate_per_s: Pieces of work to start a second.
        seed: Decides who asks what and when.
        release: Version of the application.
        environment: Deployment environment.
        slowdown: Factor on the time that models take for it.
        history_hours: Hours of history to write, for the process that writes it.
    """

    endpoint: str
    headers: dict[str, str]
    stub: str
    rate_per_s: float = 0.0
    seed: int = 0
    release: str = ""
    environment: str = ""
    slowdown: float = 1.0
    history_hours: float = 0.0

    def as_line(self) -> str:
        """The line that `read_orders` reads."""
        return json.dumps(asdict(self)) + "\n"

    def model_headers(self) -> dict[str, str]:
        """Headers for the stub."""
        return {"x-stub-slowdown": str(self.slowdown)}


def read_orders() -> tuple[Orders, threading.Event]:
    """Read the orders, and return with them an event that is set when it is time to stop.

    It is time when standard input ends, which it does also when the parent was killed, or on SIGTERM. SIGINT is left
    to the parent, which gets it too.
    """
    told: dict[str, Any] = json.loads(sys.stdin.readline())
    stop = threading.Event()

    def until_end_of_input() -> None:
        while sys.stdin.readline():
            pass
        stop.set()

    threading.Thread(target=until_end_of_input, name="lifeline", daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return Orders(**told), stop


def work(
    service_name: str,
    instrument: Callable[[], None],
    prepare: Callable[[Orders], Callable[[random.Random], None]],
) -> None:
    """Be the application `service_name` until told to stop.

    Args:
        service_name: Its name.
        instrument: Patches the clients; called once the providers are set.
        prepare: Makes the piece of work that is done again and again, each time with its own randomness.
    """
    orders, stop = read_orders()
    draw = random.Random(f"{orders.seed} {service_name} {orders.release}")
    with exporting(Identity(service_name, orders.release, orders.environment), orders.endpoint, orders.headers):
        instrument()
        do = prepare(orders)
        free = threading.BoundedSemaphore(MAX_AT_ONCE)

        def one(piece: random.Random) -> None:
            try:
                do(piece)
            finally:
                free.release()

        while not stop.wait(draw.expovariate(orders.rate_per_s)):
            if free.acquire(blocking=False):
                # threads that nobody waits for, so that a slow model does not hold up the end
                piece = random.Random(draw.getrandbits(64))
                threading.Thread(target=one, args=(piece,), name=service_name, daemon=True).start()
        for _ in range(MAX_AT_ONCE):
            free.acquire(timeout=GRACE_S / MAX_AT_ONCE)
