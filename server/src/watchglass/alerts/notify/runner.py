"""All targets served, each on a thread of its own, so that one that is dead blocks no other; and tests on request."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import SystemRandom
from secrets import token_hex

import structlog

from watchglass.alerts.notify.message import Message, MessageKind, message_document
from watchglass.alerts.notify.sender import NotifyObserver, TargetSender
from watchglass.alerts.notify.target import ConfiguredTarget, Telling
from watchglass.clock import Clock
from watchglass.errors import Conflict, NotFound, WatchglassError
from watchglass.outgoing.repeating import repeat
from watchglass.outgoing.sending import Answer, Sender
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.leases import Lease
from watchglass.store.control.notifications import record
from watchglass.store.control.outbox import prune

log = structlog.get_logger(__name__)

AFTER_FAILURE_S = 5.0
CLOSE_S = 5.0
"""How long messages on their way may take at the end, in seconds; what a slow target does not take then is sent again."""

PRUNE_EVERY_S = 600.0
WAIT_FOR_UNKNOWN_S = 3_600.0
"""How long a message waits for a target that this server does not have: another one may, with a newer file."""


@dataclass(frozen=True, slots=True)
class _Running:
    """One target on its thread.

    `telling` keeps tests and messages apart, since targets are for one thread; `testing` keeps tests of one target single.
    """

    configured: ConfiguredTarget
    sender: Sender
    lease: Lease
    telling: threading.Lock = field(default_factory=threading.Lock)
    testing: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, telling: Telling) -> Answer:
        with self.telling:
            return self.configured.target.tell(telling, self.sender)


class Notifications:
    """The targets of one server.

    Attributes:
        configured: What the file of targets says.
    """

    def __init__(
        self,
        configured: Sequence[ConfiguredTarget],
        control: ControlDatabase,
        clock: Clock,
        observer: NotifyObserver,
        *,
        holder: str,
        log_s: float,
    ) -> None:
        """Prepare; `holder` names this server among those that share the control database, which keeps the log for `log_s`."""
        self.configured = tuple(configured)
        self._control = control
        self._clock = clock
        self._log_s = log_s
        self._stop = threading.Event()
        self._pruned_s: float | None = None
        self._running = {
            it.name: _Running(it, Sender(clock, it.secrets), Lease(control, f"notify/{it.name}", holder, clock))
            for it in configured
        }
        draw = SystemRandom().uniform
        self._senders = {
            name: TargetSender(it.configured, control, it.lease, it.tell, clock, observer, draw)
            for name, it in self._running.items()
        }
        self._threads = [
            threading.Thread(target=self._run, args=(name, sender), name=f"notify-{name}", daemon=True)
            for name, sender in self._senders.items()
        ]

    def start(self) -> None:
        """Begin to tell."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Tell no more; what was not told waits in the control database for the next start."""
        self._stop.set()
        deadline_s = self._clock.monotonic_s() + CLOSE_S
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline_s - self._clock.monotonic_s()))
        for name, it in self._running.items():
            it.sender.close()
            try:
                it.lease.release()
            except WatchglassError as error:
                log.warning("a target is not released; another server takes it after a while", target=name, error=str(error))

    def gauges(self) -> list[tuple[str, Callable[[], float], Callable[[], float]]]:
        """Each target's name, what tells how many messages wait, and what tells the oldest one's age in seconds."""
        return [(name, sender.waiting, sender.oldest_age_s) for name, sender in self._senders.items()]

    def tidy(self) -> None:
        """Keep the log bounded, now and then; to be called often.

        Raises:
            Unavailable: The control database does not answer.
        """
        now_s = self._clock.monotonic_s()
        if self._pruned_s is None or now_s - self._pruned_s >= PRUNE_EVERY_S:
            self._pruned_s = now_s
            prune(self._control, list(self._running), self._clock.now_ns(), log_s=self._log_s, wait_s=WAIT_FOR_UNKNOWN_S)

    def test(self, name: str, project_id: str | None, asked_by: str) -> tuple[int, str]:
        """Send a real message to one target now, once; return its id in the log and why it failed, empty when it did not.

        Args:
            name: The target.
            project_id: The asker's one project, which may test its own targets and those for all; None for any.
            asked_by: Stands in the message.

        Raises:
            NotFound: There is no such target for this project.
            Conflict: It is being tested already.
            Unavailable: The control database does not answer.
        """
        it = self._running.get(name)
        if it is None or (project_id is not None and not it.configured.serves(project_id)):
            raise NotFound(f"there is no target {name[:63]}")
        if not it.testing.acquire(blocking=False):
            raise Conflict(f"{name} is being tested already")
        try:
            now_ns = self._clock.now_ns()
            message = Message(
                MessageKind.TEST, project_id, "", f"This is a test of the target {name}. Nothing is wrong.", "test", "info", now_ns, now_ns,
                explanations=(f"Asked for by {asked_by}.",) if asked_by else (),
            )  # fmt: skip
            telling = Telling(token_hex(16), message, now_ns)
            answer = it.tell(telling)
            error = answer.error or ("" if answer.fate.name == "TAKEN" else "it was not taken")
            document = message_document(message)
            return record(self._control, name, document, f"test/{telling.id}", now_ns, error), error
        finally:
            it.testing.release()

    def _run(self, name: str, sender: TargetSender) -> None:
        repeat(self._stop, sender.step, AFTER_FAILURE_S, "notifications are not sent", target=name)
