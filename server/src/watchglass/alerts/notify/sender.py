"""One target served: what is due is told, tried again when that failed, and given up in the end; what stands is repeated.

A message is told at least once: a server that dies between the target's taking it and keeping that it did leaves it
claimed, and it is sent again two minutes later, with the same id, by which the target can tell. In all other cases once.
"""

from collections.abc import Callable
from typing import Protocol

import structlog

from watchglass.alerts.notify.message import MessageKind, read_message
from watchglass.alerts.notify.target import ConfiguredTarget, Telling
from watchglass.clock import Clock
from watchglass.errors import InvalidInput
from watchglass.model.amounts import format_duration
from watchglass.outgoing.backoff import wait_s
from watchglass.outgoing.sending import Answer, Fate
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.leases import Lease
from watchglass.store.control.notifications import Notification, TargetState, target_states
from watchglass.store.control.outbox import claim, give_up, mark_failed, mark_sent, next_due, standing

log = structlog.get_logger(__name__)

IDLE_S = 1.0
"""How soon a look follows one that found nothing, in seconds."""

LEASE_LOOK_S = 10.0
"""How soon a server that does not hold the target asks again, in seconds."""

LOOK_AT_STATE_S = 10.0
"""How old the numbers about a target may be, in seconds."""

CLAIM_S = 120.0
"""How long a try may take before another may begin; longer than any target's time limit."""

MESSAGE_MOST_WAIT_S = 900.0
"""Longest wait between two tries of one message."""

STANDS_FOR_S = 7 * 86_400.0
"""How long what fires is repeated after its last message: incidents that go on are reminded of more often."""

MAX_STANDING = 1_000


class NotifyObserver(Protocol):
    """What is reported of messages."""

    def notified(self, target: str, outcome: str) -> None:
        """A try ended: the message was sent, failed and is tried again, or was given_up (the outcome)."""
        ...


class TargetSender:
    """Serves one target; `step` does one piece of work and says when the next is due. For one thread."""

    def __init__(
        self,
        configured: ConfiguredTarget,
        control: ControlDatabase,
        lease: Lease,
        tell: Callable[[Telling], Answer],
        clock: Clock,
        observer: NotifyObserver,
        draw: Callable[[float, float], float],
    ) -> None:
        """Prepare; `tell` sends one message, and `draw` gives a random number between two."""
        self._configured = configured
        self._control = control
        self._lease = lease
        self._tell = tell
        self._clock = clock
        self._observer = observer
        self._draw = draw
        self._failures = 0
        self._rests_until_ns = 0
        self._repeated_at_ns = 0
        self._state = TargetState(configured.name)
        self._state_at_s: float | None = None
        self._taken: tuple[Notification, Answer] | None = None

    def waiting(self) -> float:
        """How many messages wait; 0 when another server serves the target."""
        return float(self._state.waiting)

    def oldest_age_s(self) -> float:
        """Age of the oldest message that waits, in seconds; 0 when none does, or when another server serves the target."""
        oldest_ns = self._state.oldest_waiting_at_ns
        return 0.0 if oldest_ns is None else max(0.0, (self._clock.now_ns() - oldest_ns) / 1e9)

    def step(self) -> float:
        """Do one piece of work; return the seconds to wait before the next.

        Raises:
            Unavailable: The control database does not answer.
            StoreError: It refused a statement.
        """
        if not self._lease.is_held():
            self._state, self._state_at_s = TargetState(self._configured.name), None
            return LEASE_LOOK_S
        self._look()
        if self._taken is not None:
            self._keep(*self._taken)
        now_ns = self._clock.now_ns()
        if now_ns < self._rests_until_ns:
            return min(IDLE_S, (self._rests_until_ns - now_ns) / 1e9)
        if self._is_time_to_repeat(now_ns):
            self._repeat(now_ns)
            return 0.0
        due = next_due(self._control, self._configured.name, now_ns)
        if due is None:
            return IDLE_S
        self._send(due)
        return 0.0

    def _send(self, due: Notification) -> None:
        now_ns = self._clock.now_ns()
        try:
            message = read_message(due.document)
        except InvalidInput as error:
            self._give_up(due, f"it cannot be read: {error}")
            return
        if not self._configured.serves(message.project_id):
            self._give_up(due, f"this target is for the project {self._configured.project} alone")
            return
        until_ns = now_ns + int(CLAIM_S * 1e9)
        if not claim(self._control, f"notify/{self._configured.name}", self._lease.holder, due, until_ns):
            return
        answer = self._tell(Telling(due.delivery_id, message, now_ns))
        match answer.fate:
            case Fate.TAKEN:
                self._failures = 0
                self._taken = (due, answer)
                self._keep(due, answer)
            case Fate.REFUSED:
                self._give_up(due, answer.error)
            case Fate.AGAIN:
                self._failed(due, answer)

    def _keep(self, notification: Notification, answer: Answer) -> None:
        """Keep that a message was taken; where that fails it is done with the next step, and not sent again meanwhile."""
        stands = self._configured.target.stands_s is not None and notification.kind in (MessageKind.FIRING, MessageKind.REMINDER)
        mark_sent(self._control, notification, self._clock.now_ns(), keeps_standing=stands, error=answer.error)
        self._taken = None
        self._observer.notified(self._configured.name, "sent")

    def _failed(self, notification: Notification, answer: Answer) -> None:
        now_ns = self._clock.now_ns()
        self._rest(answer)
        message_waits_s = wait_s(notification.attempt_count + 1, answer.asked_s, self._draw, MESSAGE_MOST_WAIT_S)
        ends_ns = notification.created_at_ns + int(self._configured.give_up_after_s * 1e9)
        if now_ns >= ends_ns:
            age = format_duration(now_ns - notification.created_at_ns)
            self._give_up(notification, f"not taken for {age}, in {notification.attempt_count + 1} tries: {answer.error}")
            return
        # the last try is at the end, and not somewhere before it
        next_ns = min(ends_ns, max(self._rests_until_ns, now_ns + int(message_waits_s * 1e9)))
        mark_failed(self._control, notification, answer.error, next_ns)
        self._observer.notified(self._configured.name, "failed")
        if self._failures == 1:
            log.warning("a target of notifications does not take them", target=self._configured.name, error=answer.error)

    def _give_up(self, notification: Notification, error: str) -> None:
        give_up(self._control, notification, error, self._clock.now_ns())
        self._observer.notified(self._configured.name, "given_up")
        log.error("a notification is given up", target=self._configured.name, title=notification.title, error=error)

    def _rest(self, answer: Answer) -> None:
        """Leave the target alone for a while, so that what waits does not all run against a closed door."""
        self._failures += 1
        rest_s = wait_s(self._failures, answer.asked_s, self._draw)
        self._rests_until_ns = self._clock.now_ns() + int(rest_s * 1e9)

    def _is_time_to_repeat(self, now_ns: int) -> bool:
        every_s = self._configured.target.stands_s
        return every_s is not None and now_ns - self._repeated_at_ns >= every_s * 1e9

    def _repeat(self, now_ns: int) -> None:
        """Tell again what fires."""
        since_ns = now_ns - int(STANDS_FOR_S * 1e9)
        for notification in standing(self._control, self._configured.name, since_ns, MAX_STANDING):
            try:
                message = read_message(notification.document)
            except InvalidInput:  # sent by a newer version, before this one took its place
                continue
            answer = self._tell(Telling(notification.delivery_id, message, self._clock.now_ns(), is_again=True))
            if answer.fate is Fate.AGAIN:
                self._rest(answer)
                return
        self._repeated_at_ns = now_ns

    def _look(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._state_at_s is None or now_s - self._state_at_s >= LOOK_AT_STATE_S:
            name = self._configured.name
            self._state = target_states(self._control, name).get(name, TargetState(name))
            self._state_at_s = now_s
