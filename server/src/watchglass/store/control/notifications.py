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
class TargetState:
    """How a target is, as far as the log goes back.

    Attributes:
        target_name: The target.
        waiting: Messages that wait.
        failing: Those of them that were tried already.
        sent: Messages that it took.
        given_up: Messages that were given up.
        oldest_waiting_at_ns: When the oldest that waits was written, nanoseconds since 1970 UTC; None when none does.
        last_sent_at_ns: When it last took one; None when it never did.
        last_given_up_at_ns: When one was last given up; None when none was.
        last_error: What last went wrong; empty when nothing did.
    """

    target_name: str
    waiting: int = 0
    failing: int = 0
    sent: int = 0
    given_up: int = 0
    oldest_waiting_at_ns: int | None = None
    last_sent_at_ns: int | None = None
    last_given_up_at_ns: int | None = None
    last_error: str = ""


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
    values = _new(target_name, message_document, dedup_key, now_ns)
    if waiting >= MAX_WAITING:
        error = f"{MAX_WAITING} messages wait for this target already"
        values |= {"state": NotificationState.GIVEN_UP, "last_error": error, "done_at_ns": now_ns}
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


def target_states(control: ControlDatabase, target_name: str | None = None) -> dict[str, TargetState]:
    """Return how each target (or the one named) is that has messages, by name.

    Raises:
        Unavailable: The control database does not answer.
    """
    column = notifications.c
    waits, sent, given_up = (column.state == state for state in NotificationState)

    def count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((condition, 1)))

    def chosen(select: sa.Select[Any]) -> sa.Select[Any]:
        return select if target_name is None else select.where(column.target_name == target_name)

    asked = chosen(sa.select(
        column.target_name,
        count(waits).label("waiting"),
        count(waits & (column.attempt_count > 0)).label("failing"),
        count(sent).label("sent"),
        count(given_up).label("given_up"),
        sa.func.min(sa.case((waits, column.created_at_ns))).label("oldest_waiting_at_ns"),
        sa.func.max(sa.case((sent, column.done_at_ns))).label("last_sent_at_ns"),
        sa.func.max(sa.case((given_up, column.done_at_ns))).label("last_given_up_at_ns"),
    ).group_by(column.target_name))  # fmt: skip
    newest = chosen(sa.select(sa.func.max(column.id)).where(column.last_error != "").group_by(column.target_name))
    wrong = sa.select(column.target_name, column.last_error).where(column.id.in_(newest))
    with control.read() as connection:
        errors = {row.target_name: row.last_error for row in connection.execute(wrong)}
        return {
            row["target_name"]: TargetState(**row, last_error=errors.get(row["target_name"], ""))
            for row in connection.execute(asked).mappings()
        }


def record(
    control: ControlDatabase, target_name: str, message_document: Mapping[str, Any], dedup_key: str, now_ns: int, error: str
) -> int:
    """Put a message into the log that was tried once, now: taken where `error` is empty, else given up. Return its id.

    Raises:
        Unavailable: The control database does not answer.
    """
    values = {
        **_new(target_name, message_document, dedup_key, now_ns),
        "state": NotificationState.GIVEN_UP if error else NotificationState.SENT,
        "attempt_count": 1,
        "last_error": error[:500],
        "done_at_ns": now_ns,
    }
    with control.write() as connection:
        written = connection.execute(notifications.insert().values(values).returning(notifications.c.id))
        return int(written.scalar_one())


def _new(target_name: str, message_document: Mapping[str, Any], dedup_key: str, now_ns: int) -> dict[str, Any]:
    return {
        "target_name": target_name,
        "project_id": message_document["project_id"],
        "incident_id": message_document["incident_id"],
        "kind": message_document["kind"],
        "title": message_document["title"],
        "document": dict(message_document),
        "dedup_key": dedup_key,
        "state": NotificationState.WAITING,
        "created_at_ns": now_ns,
        "next_attempt_at_ns": now_ns,
        "attempt_count": 0,
        "last_error": "",
        "done_at_ns": None,
        "is_standing": False,
    }
