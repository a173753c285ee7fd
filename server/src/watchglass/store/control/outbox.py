"""The outbox of notifications as the sender works it off: what is due, what became of it, what stands, what is dropped."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.leases import holds
from watchglass.store.control.notifications import Logged, Notification, NotificationState, row_values
from watchglass.store.control.tables import notifications

MAX_LOGGED = 20_000
"""Most messages that are kept once they are done with."""

_WHOLE = tuple(notifications.c[name] for name in (*Logged.__slots__, *Notification.__slots__))


def next_due(control: ControlDatabase, target_name: str, now_ns: int) -> Notification | None:
    """Return the message that this target is to be told next; None when none is due.

    Messages of one incident go out in their order: a later one waits until the earlier one is sent or given up, so that
    nobody is told that it is over before that it began. Those of other incidents do not wait for each other.

    Raises:
        Unavailable: The control database does not answer.
    """
    column, earlier = notifications.c, notifications.alias("earlier").c
    is_second = sa.exists().where(
        earlier.target_name == target_name,
        earlier.state == NotificationState.WAITING,
        earlier.incident_id == column.incident_id,
        earlier.id < column.id,
    )
    due = (
        sa.select(*_WHOLE)
        .where(column.target_name == target_name, column.state == NotificationState.WAITING)
        .where(column.next_attempt_at_ns <= now_ns, ~is_second)
        .order_by(column.next_attempt_at_ns, column.id)
        .limit(1)
    )
    with control.read() as connection:
        row = connection.execute(due).mappings().first()
    return None if row is None else Notification(**row_values(row))


def claim(
    control: ControlDatabase, lease_name: str, holder: str, notification: Notification, next_attempt_at_ns: int
) -> bool:
    """Keep that a try begins, before it does; False when another server has taken the target over, or the message is done.

    What was sent by a server that died before it could say so is thus sent again, not earlier than `next_attempt_at_ns`;
    and where nothing can be kept nothing is sent.

    Raises:
        Unavailable: The control database does not answer.
    """
    column = notifications.c
    unchanged = (
        (column.id == notification.id)
        & (column.state == NotificationState.WAITING)
        & (column.attempt_count == notification.attempt_count)
    )
    values = {"attempt_count": notification.attempt_count + 1, "next_attempt_at_ns": next_attempt_at_ns}
    with control.write() as connection:
        if not holds(connection, lease_name, holder):
            return False
        return connection.execute(notifications.update().where(unchanged).values(values)).rowcount == 1


def mark_sent(
    control: ControlDatabase, notification: Notification, now_ns: int, *, keeps_standing: bool, error: str = ""
) -> None:
    """Keep that a message was taken.

    Args:
        control: Where it is kept.
        notification: Which one.
        now_ns: The present, nanoseconds since 1970 UTC.
        keeps_standing: Whether the target must go on being told until the incident's next message.
        error: What went wrong all the same, such as one of several Alertmanagers being away; empty keeps the last try's.

    Raises:
        Unavailable: The control database does not answer.
    """
    column = notifications.c
    of_incident = (column.target_name == notification.target_name) & (column.incident_id == notification.incident_id)
    values = {
        "state": NotificationState.SENT,
        "done_at_ns": now_ns,
        "is_standing": keeps_standing,
        "last_error": error[:500] or notification.last_error,
    }
    with control.write() as connection:
        connection.execute(notifications.update().where(of_incident & column.is_standing).values(is_standing=False))
        connection.execute(notifications.update().where(column.id == notification.id).values(values))


def mark_failed(control: ControlDatabase, notification: Notification, error: str, next_attempt_at_ns: int) -> None:
    """Keep that a try failed, and when the next one is due.

    Raises:
        Unavailable: The control database does not answer.
    """
    _update(control, notification, {"last_error": error[:500], "next_attempt_at_ns": next_attempt_at_ns})


def give_up(control: ControlDatabase, notification: Notification, error: str, now_ns: int) -> None:
    """Keep that a message is never tried again.

    Raises:
        Unavailable: The control database does not answer.
    """
    values = {"last_error": error[:500], "state": NotificationState.GIVEN_UP, "done_at_ns": now_ns}
    _update(control, notification, values)


def _update(control: ControlDatabase, notification: Notification, values: Mapping[str, Any]) -> None:
    with control.write() as connection:
        connection.execute(notifications.update().where(notifications.c.id == notification.id).values(values))


def standing(control: ControlDatabase, target_name: str, since_ns: int, most: int) -> list[Notification]:
    """Return what a target must go on being told: sent since `since_ns` with `keeps_standing`, and no message since.

    Raises:
        Unavailable: The control database does not answer.
    """
    column = notifications.c
    asked = (
        sa.select(*_WHOLE)
        .where(column.target_name == target_name, column.is_standing, column.done_at_ns >= since_ns)
        .order_by(column.id.desc())
        .limit(most)
    )
    with control.read() as connection:
        return [Notification(**row_values(row)) for row in connection.execute(asked).mappings()]


def prune(control: ControlDatabase, target_names: Collection[str], now_ns: int, *, log_s: float, wait_s: float) -> None:
    """Keep the log bounded, and give up what waits for targets that are not there.

    Args:
        control: Where it is kept.
        target_names: Targets that there are.
        now_ns: The present, nanoseconds since 1970 UTC.
        log_s: How long messages are kept once they are done with, in seconds; those beyond MAX_LOGGED go earlier.
        wait_s: How long a message waits for a target that no server has, in seconds.

    Raises:
        Unavailable: The control database does not answer.
    """
    column = notifications.c
    is_done = (column.state != NotificationState.WAITING) & ~column.is_standing
    newest = sa.select(column.id).where(is_done).order_by(column.id.desc()).offset(MAX_LOGGED).limit(1)
    is_orphan = (
        (column.state == NotificationState.WAITING)
        & column.target_name.not_in(list(target_names))
        & (column.created_at_ns < now_ns - int(wait_s * 1e9))
    )
    orphaned = {"state": NotificationState.GIVEN_UP, "done_at_ns": now_ns, "last_error": "there is no such target"}
    with control.write() as connection:
        connection.execute(notifications.update().where(is_orphan).values(orphaned))
        connection.execute(notifications.delete().where(is_done, column.done_at_ns < now_ns - int(log_s * 1e9)))
        beyond = connection.execute(newest).scalar()
        if beyond is not None:
            connection.execute(notifications.delete().where(is_done, column.id <= beyond))
