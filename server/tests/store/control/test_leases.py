"""Leases on SQLite and PostgreSQL: one holder at a time, and another after it."""

from collections.abc import Callable

from watchglass.clock import FixedClock
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.leases import LEASE_S, Lease, hold_lease, holds


def test_one_server_has_it_until_it_gives_it_up(open_control: Callable[[], ControlDatabase]) -> None:
    """A second server waits; after a release it has the lease at once."""
    clock = FixedClock(10**18)
    first, second = (Lease(open_control(), "notify/pager", name, clock) for name in ("a", "b"))
    assert first.is_held()
    assert not second.is_held()
    first.release()
    assert second.is_held()
    clock.advance_s(30)
    assert not first.is_held()


def test_a_server_that_died_is_followed_by_another(open_control: Callable[[], ControlDatabase]) -> None:
    """While the first renews nobody takes it; once it is silent for the lease's length another does, and the first sees that."""
    clock = FixedClock(10**18)
    first, second = (Lease(open_control(), "rules", name, clock) for name in ("a", "b"))
    for _ in range(3):
        assert first.is_held()
        clock.advance_s(LEASE_S * 0.9)
        assert first.is_held() and not second.is_held()
    clock.advance_s(LEASE_S + 1)
    assert second.is_held()
    assert not first.is_held()


def test_work_is_kept_only_by_who_holds_the_lease(control: ControlDatabase) -> None:
    """A transaction can ask; leases of other names do not count."""
    assert hold_lease(control, "rules", "a", 1, 2)
    with control.write() as connection:
        assert holds(connection, "rules", "a")
        assert not holds(connection, "rules", "b")
        assert not holds(connection, "other", "a")
