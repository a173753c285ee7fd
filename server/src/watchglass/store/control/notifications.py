"""Notifications: put into the outbox in the transaction of the work that they tell of, and listed with what became of each."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, RowMapping

from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.tables import notifications

MAX_WAITING = 10_000
"""Most messages that wait for one target; one more is given up at once, so that a dead target fills no disk."""


class NotificationState(StrEnum):
    """What became of a message.

    Members:
        WAITING: Not sent yet; also after tries that failed.
        SENT: The target took it.
        GIVEN_UP: It never will: refused, too old, or too many wait.
    """

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Logged:
    """A message to one target, without what it says in full.

    Attributes:
        id: Grows with each message.
        target_name: Where it goes.
        project_id: Project of its incident; None for all.
        incident_id: Its incident, empty for a test.
        kind: firing, resolved, reminder or test.
        title: What it says, in one line.
        state: What became of it.
        created_at_ns: When it was written, nanoseconds since 1970 UTC.
        next_attempt_at_ns: Not tried before this moment.
        attempt_count: How often it was tried.
        last_error: Why the last try failed, empty when none did.
        done_at_ns: When it was sent or given up; None while it waits.
    """

    id: int
    target_name: str
    project_id: str | None
    incident_id: str
    kind: str
    title: str
    state: NotificationState
    created_at_ns: int
    next_attempt_at_ns: int
    attempt_count: int
    last_error: str
    done_at_ns: int | None


@dataclass(frozen=True, slots=True)
class Notification(Logged):
    """A message to one target.

    Attributes:
        document: What it says; its form is alerts.notify.message's.
        dedup_key: What it is for, once a target.
    """

    document: dict[str, Any]
    dedup_key: str

    @property
    def delivery_id(self) -> str:
        """The same whenever this message is sent, so that a target can tell that it has it already."""
        return hashlib.sha256(f"{self.target_name}\0{self.dedup_key}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class TargetCounts:
    """How a target is.

    Attributes:
        target_name: The target.
        waiting: Messages that wait.
        sent: Messages of the log that it took.
        given_up: Messages of the log that were given up.
        oldest_waiting_at_ns: When the oldest that waits was written; None when none does.
        last_sent_at_ns: When it last took one; None when it never did, as far as the log goes back.
        last_failed_at_ns: When one was last given up.
    """

    target_name: str
    waiting: int
    sent: int
    given_up: int
    oldest_waiting_at_ns: int | None
    last_sent_at_ns: int | None
    last_failed_at_ns: int | None


def enqueue(
    connection: Connection, target_name: str, message_document: Mapping[str, Any], dedup_key: str, now_ns: int
) -> bool:
    """Put a message into the outbox, in the transaction that is open on `connection`: both are kept, or neither.

    Args:
        connection: Of ControlDatabase.write.
        target_name: A target of the file; one that no server has is given up after a while.
        message_document: As alerts.notify.message.message_document writes it.
        dedup_key: Up to 200 characters that say what is told, such as "incident_id/3/firing": the same target is told once,
            however often it is asked for.
        now_ns: The present, nanoseconds since 1970 UTC.

    Returns:
        Whether it is new.

    Raises:
        Unavailable: The control database does not answer.
    """
    of_target = (notifications.c.target_name == target_name) & (notifications.c.state == NotificationState.WAITING)
    waiting = connection.execute(sa.select(sa.func.count()).select_from(notifications).where(of_target)).scalar_one()
    is_full = waiting >= MAX_WAITING
    values = {
        "target_name": target_name,
        "project_id": message_document["project_id"],
        "incident_id": message_document["incident_id"],
        "kind": message_document["kind"],
        "title": message_document["title"],
        "document": dict(message_document),
        "dedup_key": dedup_key,
        "state": NotificationState.GIVEN_UP if is_full else NotificationState.WAITING,
        "created_at_ns": now_ns,
        "next_attempt_at_ns": now_ns,
        "attempt_count": 0,
        "last_error": f"{MAX_WAITING} messages wait for this target already" if is_full else "",
        "done_at_ns": now_ns if is_full else None,
        "is_standing": False,
    }
    # not by catching the error: that would undo the whole transaction on PostgreSQL
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    once = insert(notifications).values(values).on_conflict_do_nothing(index_elements=["target_name", "dedup_key"])
    return connection.execute(once.returning(notifications.c.id)).first() is not None


def list_notifications(
    control: ControlDatabase,
    project_id: str | None,
    *,
    limit: int,
    before_id: int | None = None,
    target_name: str | None = None,
    incident_id: str | None = None,
    state: NotificationState | None = None,
) -> list[Logged]:
    """Return the newest messages of a project, or of all where it is None, newest first, and only those below `before_id`.

    Raises:
        Unavailable: The control database does not answer.
    """
    column = notifications.c
    asked = sa.select(*(column[name] for name in Logged.__slots__)).order_by(column.id.desc()).limit(limit)
    equal = {"project_id": project_id, "target_name": target_name, "incident_id": incident_id, "state": state}
    for name, value in equal.items():
        if value is not None:
            asked = asked.where(column[name] == value)
    if before_id is not None:
        asked = asked.where(column.id < before_id)
    with control.read() as connection:
        return [Logged(**row_values(row)) for row in connection.execute(asked).mappings()]


def row_values(row: RowMapping) -> dict[str, Any]:
    """Return the columns of a row as Logged and Notification take them."""
    return {**row, "state": NotificationState(row["state"])}


def count_by_target(control: ControlDatabase) -> list[TargetCounts]:
    """Return how each target is that has messages.

    Raises:
        Unavailable: The control database does not answer.
    """
    column = notifications.c
    in_state = {state: column.state == state for state in NotificationState}
    asked = sa.select(
        column.target_name,
        *(sa.func.count(sa.case((in_state[state], 1))).label(state.value) for state in NotificationState),
        sa.func.min(sa.case((in_state[NotificationState.WAITING], column.created_at_ns))).label("oldest_waiting_at_ns"),
        sa.func.max(sa.case((in_state[NotificationState.SENT], column.done_at_ns))).label("last_sent_at_ns"),
        sa.func.max(sa.case((in_state[NotificationState.GIVEN_UP], column.done_at_ns))).label("last_failed_at_ns"),
    ).group_by(column.target_name)
    with control.read() as connection:
        return [TargetCounts(**row) for row in connection.execute(asked).mappings()]
