"""The snapshot in memory: changes of this server at once, of others soon, and through an outage."""

import threading
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from watchglass.errors import Unavailable
from watchglass.store.control import follower as follower_module
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.follower import Follower
from watchglass.store.control.keys import create_key, revoke_key, token_hash
from watchglass.store.control.prices import NewPrice, create_price, delete_price
from watchglass.store.control.projects import create_project


@pytest.fixture
def follower(control: ControlDatabase) -> Iterator[Follower]:
    """A follower that runs only when it is told."""
    made = Follower(control)
    yield made
    made.close()


def test_changes_made_here_are_seen_at_once(control: ControlDatabase, follower: Follower) -> None:
    """Each change through the same object is in the next snapshot."""
    create_project(control, "shop", "", 1)
    assert follower.snapshot.project_ids == {"default", "shop"}
    key, token = create_key(control, "key", "shop", ["read"], 1)
    assert follower.snapshot.keys == {token_hash(token): key}
    revoke_key(control, key.id, None, 2)
    assert follower.snapshot.keys == {}
    price = create_price(control, NewPrice(None, "", "gpt-*", 1, 2), 3)
    assert follower.snapshot.prices == (price,)
    delete_price(control, price.id, None)
    assert follower.snapshot.prices == ()


def test_nothing_is_reread_while_nothing_changes(control: ControlDatabase, follower: Follower) -> None:
    """The same snapshot stays until there is a change, which is how others tell that they need not look."""
    before = follower.snapshot
    follower.refresh()
    assert follower.snapshot is before
    create_project(control, "shop", "", 1)
    assert follower.snapshot is not before


def test_changes_of_another_server_are_seen_within_the_interval(
    open_control: Callable[[], ControlDatabase], follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread sees what another server stored."""
    monkeypatch.setattr(follower_module, "INTERVAL_S", 0.02)
    rounds = threading.Semaphore(0)
    follower.each_round(rounds.release)
    other = open_control()  # before the rounds begin, since that takes several of them
    follower.start()
    create_project(other, "elsewhere", "", 1)
    for _ in range(2):  # the first round may have begun before the change
        assert rounds.acquire(timeout=10)
    assert "elsewhere" in follower.snapshot.project_ids


def test_an_outage_keeps_the_last_snapshot_and_is_logged_once(
    control: ControlDatabase, follower: Follower, outage: Callable
) -> None:
    """While the database is away what was known stays, said once; afterwards changes are seen again, said once."""
    create_project(control, "shop", "", 1)
    with capture_logs() as logs, outage():
        for _ in range(3):
            follower.refresh()
        assert follower.snapshot.project_ids == {"default", "shop"}
    assert [entry["log_level"] for entry in logs] == ["warning"]
    with capture_logs() as logs:
        create_project(control, "later", "", 2)
    assert [entry["log_level"] for entry in logs] == ["info"]
    assert "later" in follower.snapshot.project_ids


def test_a_chore_that_fails_stops_neither_the_others_nor_the_thread(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chores go on round after round, and a lasting failure is logged once."""
    monkeypatch.setattr(follower_module, "INTERVAL_S", 0.01)
    rounds = threading.Semaphore(0)

    def fail() -> None:
        raise Unavailable("away", cause="control_failed")

    follower.each_round(fail)
    follower.each_round(rounds.release)
    with capture_logs() as logs:
        follower.start()
        for _ in range(3):
            assert rounds.acquire(timeout=10)
        follower.close()
    assert [entry["log_level"] for entry in logs] == ["warning"]


def test_closing_does_the_chores_once_more(follower: Follower) -> None:
    """What waits to be written is written at the end."""
    done: list[str] = []
    follower.each_round(lambda: done.append("chore"))
    follower.close()
    assert done == ["chore"]
