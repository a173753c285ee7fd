"""The outbox and the log of notifications on SQLite and PostgreSQL."""

from typing import Any

import pytest

from watchglass.store.control import notifications, outbox
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.leases import hold_lease
from watchglass.store.control.notifications import (
    Notification,
    NotificationState,
    TargetState,
    enqueue,
    list_notifications,
    record,
    target_states,
)
from watchglass.store.control.outbox import claim, give_up, mark_failed, mark_sent, next_due, prune, standing

SECOND_NS = 10**9


def put(control: ControlDatabase, key: str, incident: str = "i1", target: str = "pager", now_ns: int = 1, **more: Any) -> bool:
    """Put one message into the outbox."""
    document = {"project_id": "default", "incident_id": incident, "kind": "firing", "title": f"about {key}", **more}
    with control.write() as connection:
        return enqueue(connection, target, document, key, now_ns)


def due(control: ControlDatabase, now_ns: int = 10) -> Notification:
    """The message that is due."""
    found = next_due(control, "pager", now_ns)
    assert found is not None
    return found


def test_a_message_is_put_once_and_comes_back_whole(control: ControlDatabase) -> None:
    """The same key for the same target is one message, for another target another one."""
    assert put(control, "k", title="Zoë 🙂")
    assert not put(control, "k")
    assert put(control, "k", target="mail")
    found = due(control)
    assert (found.title, found.document["title"], found.state) == ("Zoë 🙂", "Zoë 🙂", NotificationState.WAITING)
    assert len(list_notifications(control, None, limit=10)) == 2


def test_what_is_undone_was_never_put(control: ControlDatabase) -> None:
    """The outbox shares the fate of the transaction that it is written in."""
    document = {"project_id": None, "incident_id": "i1", "kind": "firing", "title": "t"}
    with pytest.raises(ZeroDivisionError), control.write() as connection:
        enqueue(connection, "pager", document, "k", 1)
        raise ZeroDivisionError
    assert list_notifications(control, None, limit=10) == []


def test_messages_of_an_incident_keep_their_order_and_others_pass(control: ControlDatabase) -> None:
    """While the first message fails, its incident's second waits, and another incident's does not."""
    for key, incident in (("1", "i1"), ("2", "i1"), ("3", "i2")):
        put(control, key, incident)
    first = due(control)
    assert first.dedup_key == "1"
    mark_failed(control, first, "503", 60 * SECOND_NS)
    assert due(control).dedup_key == "3"
    mark_sent(control, due(control), 10, keeps_standing=False)
    assert next_due(control, "pager", 10) is None
    again = due(control, 60 * SECOND_NS)
    assert (again.dedup_key, again.last_error) == ("1", "503")
    give_up(control, again, "too old", 61 * SECOND_NS)
    assert due(control, 61 * SECOND_NS).dedup_key == "2"


def test_what_stands_ends_with_the_incidents_next_message(control: ControlDatabase) -> None:
    """Only the last message of an incident stands, and none does after one that does not."""
    for key in ("firing", "reminder", "resolved"):
        put(control, key)
    put(control, "other", "i2")
    mark_sent(control, due(control), 5, keeps_standing=True)
    assert [it.dedup_key for it in standing(control, "pager", 0, 10)] == ["firing"]
    mark_sent(control, due(control), 6, keeps_standing=True)
    assert [it.dedup_key for it in standing(control, "pager", 0, 10)] == ["reminder"]
    assert standing(control, "pager", 7, 10) == []
    prune(control, ["pager"], 10**18, log_s=1, wait_s=10**9)
    assert [it.dedup_key for it in standing(control, "pager", 0, 10)] == ["reminder"]
    mark_sent(control, due(control), 7, keeps_standing=False)
    assert standing(control, "pager", 0, 10) == []


def test_the_log_is_read_by_pages_and_by_what_is_asked(control: ControlDatabase) -> None:
    """Newest first, below the last one seen, and no other project's."""
    for number in range(5):
        put(control, str(number), f"i{number}", project_id="default" if number else "other")
    page = list_notifications(control, "default", limit=2)
    assert [it.title for it in page] == ["about 4", "about 3"]
    rest = list_notifications(control, "default", limit=9, before_id=page[-1].id)
    assert [it.title for it in rest] == ["about 2", "about 1"]
    mark_sent(control, due(control), 9, keeps_standing=False)
    assert [it.title for it in list_notifications(control, None, limit=9, state=NotificationState.SENT)] == ["about 0"]
    assert [it.title for it in list_notifications(control, None, limit=9, incident_id="i3")] == ["about 3"]
    assert list_notifications(control, None, limit=9, target_name="mail") == []


def test_the_outbox_and_the_log_are_bounded(control: ControlDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound a message is given up at once and said to be; what is done is dropped by age and by number."""
    monkeypatch.setattr(notifications, "MAX_WAITING", 3)
    monkeypatch.setattr(outbox, "MAX_LOGGED", 1)
    for number in range(4):
        put(control, str(number), f"i{number}", now_ns=number)
    newest, *_ = list_notifications(control, None, limit=1)
    assert (newest.state, newest.done_at_ns) == (NotificationState.GIVEN_UP, 3)
    assert "wait for this target already" in newest.last_error
    mark_sent(control, due(control), 5, keeps_standing=False)
    prune(control, ["pager"], 6, log_s=10, wait_s=10)
    assert [it.title for it in list_notifications(control, None, limit=9)] == ["about 3", "about 2", "about 1"]
    prune(control, ["pager"], 20 * SECOND_NS, log_s=10, wait_s=30)
    assert [it.title for it in list_notifications(control, None, limit=9)] == ["about 2", "about 1"]


def test_messages_for_targets_that_are_not_there_are_given_up(control: ControlDatabase) -> None:
    """After the wait, and not before: another server may know the target."""
    put(control, "k", target="gone")
    prune(control, ["pager"], 9 * SECOND_NS, log_s=100, wait_s=10)
    assert list_notifications(control, None, limit=1)[0].state is NotificationState.WAITING
    prune(control, ["pager"], 12 * SECOND_NS, log_s=100, wait_s=10)
    given_up = list_notifications(control, None, limit=1)[0]
    assert (given_up.state, given_up.last_error) == (NotificationState.GIVEN_UP, "there is no such target")


def test_a_try_is_kept_before_it_begins_and_only_by_who_holds_the_target(control: ControlDatabase) -> None:
    """A claimed message is not due until its time; nobody claims it twice, nor without the lease."""
    put(control, "k")
    found = due(control)
    assert not claim(control, "notify/pager", "me", found, 50)
    assert hold_lease(control, "notify/pager", "me", 1, 2)
    assert claim(control, "notify/pager", "me", found, 50)
    assert not claim(control, "notify/pager", "me", found, 50)
    assert next_due(control, "pager", 49) is None
    assert due(control, 50).attempt_count == 1


def test_the_state_of_each_target(control: ControlDatabase) -> None:
    """What waits and since when, what was sent, what was given up, and what last went wrong."""
    for number in range(4):
        put(control, str(number), f"i{number}", now_ns=number + 1)
    mark_sent(control, due(control), 7, keeps_standing=False)
    give_up(control, due(control), "no", 8)
    assert hold_lease(control, "notify/pager", "me", 1, 2)
    assert claim(control, "notify/pager", "me", due(control), 50)
    put(control, "k", target="mail")
    states = target_states(control)
    assert states["pager"] == TargetState("pager", 2, 1, 1, 1, 3, 7, 8, "no")
    assert states["mail"] == TargetState("mail", waiting=1, oldest_waiting_at_ns=1)
    assert target_states(control, "mail") == {"mail": states["mail"]}


def test_a_test_is_logged_as_what_became_of_it(control: ControlDatabase) -> None:
    """It is done at once, and never due."""
    document = {"project_id": None, "incident_id": "", "kind": "test", "title": "t"}
    assert record(control, "pager", document, "t1", 5, "") < record(control, "pager", document, "t2", 6, "503")
    failed, taken = list_notifications(control, None, limit=9)
    assert (taken.state, failed.state, failed.last_error) == (NotificationState.SENT, NotificationState.GIVEN_UP, "503")
    assert next_due(control, "pager", 10**18) is None
