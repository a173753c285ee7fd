"""The thread that sends what waits: oldest first, again and again until the server has it."""

import logging
import random
import threading
from collections.abc import Callable

from opentelemetry import context
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY

from watchglass_probe.clock import Clock
from watchglass_probe.delivery.answer import Answer, Outcome
from watchglass_probe.delivery.export import Export
from watchglass_probe.delivery.losses import Losses, Reason
from watchglass_probe.delivery.queue import ExportQueue, Held

log = logging.getLogger("watchglass_probe")

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""Between two tries, in seconds: doubled each time, with jitter."""
MAX_FAULTS = 8
"""An export over which the server failed this often is given up."""
IDLE_S = 5.0
POLL_S = 0.01


class Sender:
    """Sends the exports of some queues, which it closes at its end.

    Args:
        queues: In the order in which they are emptied; the last is this process's own, others are closed once empty.
        post: Sends one export.
    """

    def __init__(
        self, queues: list[ExportQueue], post: Callable[[Export], Answer], losses: Losses, clock: Clock
    ) -> None:
        self._queues = list(queues)
        self._post = post
        self._losses = losses
        self._clock = clock
        self._wake = threading.Event()
        self._is_stopping = threading.Event()
        self._tries = 0
        self._is_away = False
        self._thread = threading.Thread(target=self._run, name="watchglass-probe-sender", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Tell it that something was appended."""
        self._wake.set()

    def flush(self, timeout_s: float) -> bool:
        """Wait until all that waits is sent; False when that takes longer than `timeout_s`."""
        deadline_s = self._clock.monotonic_s() + timeout_s
        self._wake.set()
        while any(queue.waiting().exports for queue in tuple(self._queues)):
            if self._clock.monotonic_s() >= deadline_s or not self._thread.is_alive():
                return False
            self._is_stopping.wait(POLL_S)
        return True

    def stop(self, timeout_s: float) -> None:
        """Send what can be sent within `timeout_s`, then close the queues; a server that is away is not waited for."""
        self._is_stopping.set()
        self._wake.set()
        self._thread.join(timeout_s)
        for queue in self._queues:
            queue.close()
        self._losses.tell(at_once=True)

    def _run(self) -> None:
        # an instrumented urllib would make a span of each export, and an export of that span
        context.attach(context.set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
        while True:
            try:
                if not self._step():
                    return
            except Exception:
                # the thread must not end with the process still running: what waits is tried again
                log.exception("sending failed")
                if self._is_stopping.wait(LONGEST_PAUSE_S):
                    return

    def _step(self) -> bool:
        """Send the oldest export, or wait for one; False when the thread is to end."""
        self._losses.tell()
        found = self._oldest()
        if found is not None:
            return self._try(*found)
        if self._is_stopping.is_set():
            return False
        self._wake.wait(IDLE_S)
        self._wake.clear()
        return True

    def _oldest(self) -> tuple[ExportQueue, Held] | None:
        while True:
            queue = self._queues[0]
            held = queue.first()
            if held is not None:
                return queue, held
            if len(self._queues) == 1:
                return None
            self._queues.pop(0).close()

    def _try(self, queue: ExportQueue, held: Held) -> bool:
        """Send one; False when the thread is to end."""
        answer = self._post(held.export)
        self._tries += 1
        is_given_up = answer.outcome is Outcome.FAULT and self._tries >= MAX_FAULTS
        if answer.outcome is Outcome.SENT or answer.outcome is Outcome.REFUSED or is_given_up:
            self._settle(queue, held, answer)
            return True
        if not self._is_away:
            self._is_away = True
            log.warning("the server does not take telemetry, which is kept for now: %s", answer.detail)
        if self._is_stopping.is_set():
            return False
        self._is_stopping.wait(answer.retry_after_s or pause_s(self._tries))
        return True

    def _settle(self, queue: ExportQueue, held: Held, answer: Answer) -> None:
        export = held.export
        queue.remove(held)
        self._tries = 0
        if answer.outcome is not Outcome.SENT:
            self._losses.add(export.kind, export.items, Reason.REFUSED)
            log.error("the server refused %s: %s", export.kind.label, answer.detail)
            return
        if answer.rejected:
            self._losses.add(export.kind, answer.rejected, Reason.REFUSED)
        if self._is_away:
            self._is_away = False
            log.info("the server takes telemetry again")


def pause_s(tries: int) -> float:
    """The pause after `tries` failed ones, in seconds: doubled each time, and drawn from its upper half."""
    longest_s = min(LONGEST_PAUSE_S, SHORTEST_PAUSE_S * 2 ** min(tries - 1, 10))
    return random.uniform(longest_s / 2, longest_s)  # noqa: S311  it keeps nothing secret
