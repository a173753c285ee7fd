"""A target served from the real outbox: retries, ends, order, restarts and crashes; and one that is dead blocks no other."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from alerts.notify.conftest import FIRING, MakeTarget
from doubles.target import Target
from watchglass.alerts.notify.message import Message, MessageKind, message_document
from watchglass.alerts.notify.runner import Notifications
from watchglass.alerts.notify.sender import CLAIM_S, TargetSender
from watchglass.alerts.notify.target import Telling
from watchglass.clock import FixedClock, SystemClock
from watchglass.errors import Conflict, StoreError
from watchglass.outgoing.sending import Answer, Fate
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.leases import Lease
from watchglass.store.control.notifications import Logged, NotificationState, enqueue, list_notifications
from watchglass.telemetry import Telemetry

TAKEN, AGAIN, REFUSED = Answer(Fate.TAKEN), Answer(Fate.AGAIN, "503 busy"), Answer(Fate.REFUSED, "400 bad")


class Bench:
    """Serves the target `pager` as servers do; `answers` are the target's, and then it takes everything."""

    def __init__(self, control: ControlDatabase, make_target: MakeTarget) -> None:
        self.clock = FixedClock(FIRING.at_ns)
        self.control = control
        self.telemetry = Telemetry()
        self.answers: list[Answer | BaseException] = []
        self.told: list[Telling] = []
        self._make_target = make_target

    def server(self, holder: str = "me", **options: object) -> TargetSender:
        """A server, as it is after its start."""
        configured = self._make_target(**({"kind": "log"} | options))
        lease = Lease(self.control, "notify/pager", holder, self.clock)
        return TargetSender(configured, self.control, lease, self._tell, self.clock, self.telemetry, lambda least, most: most)

    def _tell(self, telling: Telling) -> Answer:
        self.told.append(telling)
        answer = self.answers.pop(0) if self.answers else TAKEN
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def put(self, key: str, message: Message = FIRING) -> None:
        """A message in the outbox."""
        with self.control.write() as connection:
            enqueue(connection, "pager", message_document(message), key, self.clock.now_ns())

    def run(self, server: TargetSender, seconds: float) -> None:
        """Let a server work for a while, its waits being the only time that passes."""
        ends_ns = self.clock.now_ns() + int(seconds * 1e9)
        while self.clock.now_ns() < ends_ns:
            self.clock.advance_s(max(0.001, server.step()))

    def log(self) -> list[Logged]:
        """The log, oldest first."""
        return list_notifications(self.control, None, limit=100)[::-1]

    def counted(self, outcome: str) -> float:
        """What was reported."""
        return self.telemetry.registry.get_sample_value("watchglass_notifications_total", {"target": "pager", "outcome": outcome}) or 0


@pytest.fixture
def bench(control: ControlDatabase, make_target: MakeTarget) -> Bench:
    """A bench over an empty outbox."""
    return Bench(control, make_target)


def test_a_message_is_told_once(bench: Bench) -> None:
    """Whole, and never again, also not after a restart."""
    bench.put("k")
    bench.run(bench.server(), 5)
    bench.run(bench.server(), 5)
    (telling,) = bench.told
    assert telling.message == FIRING
    assert [(it.state, it.attempt_count) for it in bench.log()] == [(NotificationState.SENT, 1)]
    assert bench.counted("sent") == 1


def test_what_fails_is_tried_again_until_it_is_taken(bench: Bench) -> None:
    """Ever later, with the same id each time, also by the server that takes over."""
    bench.put("k")
    bench.answers = [AGAIN] * 4
    first = bench.server()
    bench.run(first, 8)
    assert (bench.log()[0].last_error, bench.counted("failed")) == ("503 busy", 4)
    bench.run(bench.server(), 60)
    assert bench.log()[0].state is NotificationState.SENT
    assert len({telling.id for telling in bench.told}) == 1
    gaps = [round((after.now_ns - before.now_ns) / 1e9) for before, after in zip(bench.told, bench.told[1:], strict=False)]
    assert gaps == [1, 2, 4, 8]


def test_what_is_never_taken_is_given_up_and_said(bench: Bench) -> None:
    """After the time that the file says, with its last error, and what waited behind it goes on."""
    bench.put("firing")
    bench.answers = [AGAIN] * 10_000
    server = bench.server(give_up_after_hours=2)
    bench.run(server, 3600)
    bench.put("resolved", replace(FIRING, kind=MessageKind.RESOLVED))
    bench.run(server, 3600 + 60)
    assert bench.log()[0].state is NotificationState.GIVEN_UP
    assert "503 busy" in bench.log()[0].last_error and "tries" in bench.log()[0].last_error
    assert 10 < len(bench.told) < 30
    bench.answers = []
    bench.run(server, 90)
    assert bench.log()[1].state is NotificationState.SENT


def test_what_is_refused_is_not_tried_again(bench: Bench) -> None:
    """A message that the target can never take blocks nothing."""
    bench.put("bad")
    bench.put("good", replace(FIRING, incident_id="incident_2"))
    bench.answers = [REFUSED]
    bench.run(bench.server(), 3)
    assert [(it.state, it.last_error) for it in bench.log()] == [
        (NotificationState.GIVEN_UP, "400 bad"),
        (NotificationState.SENT, ""),
    ]
    assert bench.counted("given_up") == 1


def test_a_target_that_fails_is_left_alone(bench: Bench) -> None:
    """A hundred messages that wait do not all run against a closed door."""
    for number in range(100):
        bench.put(str(number), replace(FIRING, incident_id=f"incident_{number}"))
    bench.answers = [AGAIN] * 10_000
    server = bench.server()
    bench.run(server, 600)
    assert len(bench.told) < 20
    assert server.waiting() == 100
    assert 590 < server.oldest_age_s() < 620
    bench.answers = []
    bench.run(server, 900)
    assert all(it.state is NotificationState.SENT for it in bench.log())


def test_a_target_may_ask_for_a_pause(bench: Bench) -> None:
    """Retry-After is kept."""
    bench.put("k")
    bench.answers = [Answer(Fate.AGAIN, "429", asked_s=300)]
    bench.run(bench.server(), 299)
    assert len(bench.told) == 1
    bench.run(bench.server(), 10)
    assert len(bench.told) == 2


def test_only_one_of_several_servers_tells(bench: Bench) -> None:
    """The other waits for its lease, and takes over from one that died."""
    first, second = bench.server("a"), bench.server("b")
    assert first.step() == 1
    bench.put("k")
    bench.clock.advance_s(1)
    second.step()
    assert bench.told == [] and second.waiting() == 0
    bench.clock.advance_s(121)
    bench.run(second, 5)
    assert len(bench.told) == 1


def test_a_server_that_dies_while_it_tells_leaves_the_message_to_the_next(bench: Bench) -> None:
    """It is told again after the claim, with the same id, so that the target can tell: at least once, and twice at most."""
    bench.put("k")
    bench.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        bench.server().step()
    follower = bench.server()
    bench.run(follower, CLAIM_S - 1)
    assert len(bench.told) == 1
    bench.run(follower, 5)
    assert len(bench.told) == 2
    assert bench.told[0].id == bench.told[1].id
    assert bench.log()[0].state is NotificationState.SENT


def test_a_database_that_cannot_be_written_sends_nothing_twice(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was taken and could not be kept is kept with the next step; without a claim nothing is sent."""
    bench.put("k")
    server = bench.server()
    server.step()
    module = "watchglass.alerts.notify.sender"
    bench.put("l", replace(FIRING, incident_id="incident_2"))

    def fail(*args: object, **more: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(f"{module}.mark_sent", fail)
        for _ in range(3):
            with pytest.raises(StoreError):
                server.step()
    assert len(bench.told) == 2
    bench.run(server, 300)
    assert len(bench.told) == 2
    assert [it.state for it in bench.log()] == [NotificationState.SENT] * 2
    bench.put("m", replace(FIRING, incident_id="incident_3"))
    with monkeypatch.context() as broken:
        broken.setattr(f"{module}.claim", fail)
        with pytest.raises(StoreError):
            server.step()
    assert len(bench.told) == 2


def test_a_message_about_another_project_is_not_told(bench: Bench) -> None:
    """A target of one project says nothing of others."""
    bench.put("k")
    bench.run(bench.server(project="bank"), 2)
    assert bench.told == []
    assert "for the project bank alone" in bench.log()[0].last_error


def test_a_message_that_cannot_be_read_is_given_up(bench: Bench) -> None:
    """A newer version's, for one."""
    document = {"project_id": None, "incident_id": "i", "kind": "unheard", "title": "t"}
    with bench.control.write() as connection:
        enqueue(connection, "pager", document, "k", 1)
    bench.run(bench.server(), 2)
    assert "cannot be read" in bench.log()[0].last_error


def test_what_fires_is_told_again_where_the_target_needs_it(bench: Bench) -> None:
    """Every interval until it is resolved, through restarts, and after a failure soon."""
    options = {"kind": "alertmanager", "urls": ["http://a"], "again_every_s": 60}
    bench.put("firing")
    bench.run(bench.server(**options), 121)
    assert [telling.is_again for telling in bench.told] == [False, True, True]
    bench.answers = [AGAIN]
    server = bench.server(**options)
    bench.run(server, 10)
    assert [telling.is_again for telling in bench.told[3:]] == [True, True]
    bench.put("resolved", replace(FIRING, kind=MessageKind.RESOLVED))
    bench.run(server, 300)
    assert [telling.message.kind for telling in bench.told[-2:]] == [MessageKind.FIRING, MessageKind.RESOLVED]


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what other threads do."""
    ends_s = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < ends_s
        time.sleep(0.02)


def test_a_dead_target_blocks_no_other(control: ControlDatabase, make_target: MakeTarget, receiver: Target) -> None:
    """Each has a thread: while one hangs the other is told, and a second test of the one that hangs is refused."""
    hangs, free = threading.Event(), threading.Event()

    def answer(received: object) -> tuple[int, dict[str, str], bytes]:
        hangs.set()
        free.wait(20)
        return 200, {}, b""

    receiver.answer = answer
    dead = make_target(kind="webhook", url=receiver.url)
    alive = replace(make_target(kind="log"), name="alive")
    notifications = Notifications([dead, alive], control, SystemClock(), Telemetry(), holder="me", log_s=1e6)
    with control.write() as connection:
        for target in ("pager", "alive"):
            enqueue(connection, target, message_document(FIRING), "k", 1)
    notifications.start()
    try:
        assert hangs.wait(20)
        until(lambda: bool(list_notifications(control, None, limit=1, target_name="alive", state=NotificationState.SENT)))
        assert list_notifications(control, None, limit=1, target_name="pager")[0].state is NotificationState.WAITING
        outcomes: list[tuple[int, str]] = []
        testing = threading.Thread(target=lambda: outcomes.append(notifications.test("pager", None, "key_1")))
        testing.start()
        until(notifications._running["pager"].testing.locked)
        with pytest.raises(Conflict):
            notifications.test("pager", None, "key_1")
        free.set()
        testing.join(20)
        assert outcomes[0][1] == ""
        until(lambda: bool(list_notifications(control, None, limit=1, target_name="pager", state=NotificationState.SENT)))
    finally:
        free.set()
        notifications.close()


def test_the_log_is_tidied_now_and_then(control: ControlDatabase, make_target: MakeTarget) -> None:
    """What is old goes, and what waits for a target that nobody has is given up."""
    clock = FixedClock(10**18)
    notifications = Notifications([make_target(kind="log")], control, clock, Telemetry(), holder="me", log_s=86_400)
    with control.write() as connection:
        enqueue(connection, "gone", message_document(FIRING), "k", clock.now_ns())
    notifications.tidy()
    clock.advance_s(3_700)
    notifications.tidy()
    assert list_notifications(control, None, limit=9)[0].last_error == "there is no such target"
    clock.advance_s(86_401)
    notifications.tidy()
    assert list_notifications(control, None, limit=9) == []
