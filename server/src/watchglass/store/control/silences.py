"""Silences, maintenance windows and inhibitions, as they are kept; what they mean is in alerts/."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from watchglass.errors import InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.fields import new_id
from watchglass.store.control.tables import inhibitions, silences

MAX_KEPT = 1_000
"""Most silences that have not ended, and most inhibitions, of one project and of all."""

LISTED_PAST = 200


@dataclass(frozen=True, slots=True)
class KeptSilence:
    """A silence, or with a schedule a maintenance window.

    Attributes:
        id: Names it.
        project_id: Project whose alerts it is about; None for all.
        matchers: Name, operator and value of each.
        starts_at_ns: From when on, nanoseconds since 1970 UTC.
        ends_at_ns: Until when; None for one that goes on until somebody ends it.
        schedule: When it is open between the two; None for all the time.
        reason: Why.
        created_at_ns: When it was made.
        created_by: By whom.
        ended_at_ns: When somebody ended it before its time; None when nobody did.
        ended_by: Who.
    """

    id: str
    project_id: str | None
    matchers: list[dict[str, str]]
    starts_at_ns: int
    ends_at_ns: int | None
    schedule: dict[str, Any] | None
    reason: str
    created_at_ns: int
    created_by: str
    ended_at_ns: int | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class KeptInhibition:
    """An inhibition.

    Attributes:
        id: Names it.
        project_id: Project whose alerts it is about; None for all.
        source: Matchers of the alert that is the reason.
        target: Matchers of the alerts that are not told.
        equal: Labels whose values both have alike.
        reason: Why.
        created_at_ns: When it was made, nanoseconds since 1970 UTC.
        created_by: By whom.
    """

    id: str
    project_id: str | None
    source: list[dict[str, str]]
    target: list[dict[str, str]]
    equal: list[str]
    reason: str
    created_at_ns: int
    created_by: str


def list_silences(control: ControlDatabase, project_id: str | None, now_ns: int) -> list[KeptSilence]:
    """Return the silences that a project sees, or all: those that have not ended first, then the last that have.

    Raises:
        Unavailable: The control database does not answer.
    """
    seen = _seen_by(silences, project_id)
    is_over = _is_over(now_ns)
    newest = silences.c.created_at_ns.desc()
    with control.read() as connection:
        live = connection.execute(silences.select().where(seen, ~is_over).order_by(newest, silences.c.id)).mappings().all()
        past = silences.select().where(seen, is_over).order_by(newest, silences.c.id).limit(LISTED_PAST)
        return [KeptSilence(**row) for row in [*live, *connection.execute(past).mappings()]]


def live_silences(connection: Connection, now_ns: int) -> list[KeptSilence]:
    """Return the silences of all projects that have not ended."""
    return [KeptSilence(**row) for row in connection.execute(silences.select().where(~_is_over(now_ns))).mappings()]


def create_silence(control: ControlDatabase, silence: KeptSilence) -> KeptSilence:
    """Keep a new silence under an id of its own.

    Raises:
        InvalidInput: There are too many, or no such project; the field is named.
        Unavailable: The control database does not answer.
    """
    values = {name: getattr(silence, name) for name in KeptSilence.__slots__} | {"id": new_id("silence")}
    with control.write() as connection:
        live = sa.select(sa.func.count()).select_from(silences).where(~_is_over(silence.created_at_ns), _same(silences, silence.project_id))
        if connection.execute(live).scalar_one() >= MAX_KEPT:
            raise InvalidInput("", f"there are {MAX_KEPT} silences already: end one first")
        _insert(connection, silences, values)
    return KeptSilence(**values)


def end_silence(control: ControlDatabase, silence_id: str, project_id: str | None, ended_by: str, now_ns: int) -> None:
    """End a silence now; it stays in the list, with who ended it.

    Raises:
        NotFound: There is no such silence (in that project), or it has ended.
        Unavailable: The control database does not answer.
    """
    own = (silences.c.id == silence_id) & ~_is_over(now_ns)
    if project_id is not None:
        own &= silences.c.project_id == project_id
    with control.write() as connection:
        if not connection.execute(silences.update().where(own).values(ended_at_ns=now_ns, ended_by=ended_by)).rowcount:
            raise NotFound(f"there is no silence {silence_id[:64]} that goes on")


def list_inhibitions(control: ControlDatabase, project_id: str | None) -> list[KeptInhibition]:
    """Return the inhibitions that a project sees, or all.

    Raises:
        Unavailable: The control database does not answer.
    """
    with control.read() as connection:
        return all_inhibitions(connection, project_id)


def all_inhibitions(connection: Connection, project_id: str | None = None) -> list[KeptInhibition]:
    """Return the inhibitions that a project sees, or all where it is None, oldest first."""
    chosen = inhibitions.select().where(_seen_by(inhibitions, project_id))
    ordered = chosen.order_by(inhibitions.c.created_at_ns, inhibitions.c.id)
    return [KeptInhibition(**row) for row in connection.execute(ordered).mappings()]


def create_inhibition(control: ControlDatabase, inhibition: KeptInhibition) -> KeptInhibition:
    """Keep a new inhibition under an id of its own.

    Raises:
        InvalidInput: There are too many, or no such project; the field is named.
        Unavailable: The control database does not answer.
    """
    values = {name: getattr(inhibition, name) for name in KeptInhibition.__slots__} | {"id": new_id("inhibition")}
    with control.write() as connection:
        count = sa.select(sa.func.count()).select_from(inhibitions).where(_same(inhibitions, inhibition.project_id))
        if connection.execute(count).scalar_one() >= MAX_KEPT:
            raise InvalidInput("", f"there are {MAX_KEPT} inhibitions already: delete one first")
        _insert(connection, inhibitions, values)
    return KeptInhibition(**values)


def delete_inhibition(control: ControlDatabase, inhibition_id: str, project_id: str | None) -> None:
    """Delete an inhibition for good.

    Raises:
        NotFound: There is no such inhibition (in that project).
        Unavailable: The control database does not answer.
    """
    own = inhibitions.c.id == inhibition_id
    if project_id is not None:
        own &= inhibitions.c.project_id == project_id
    with control.write() as connection:
        if not connection.execute(inhibitions.delete().where(own)).rowcount:
            raise NotFound(f"there is no inhibition {inhibition_id[:64]}")


def _is_over(now_ns: int) -> sa.ColumnElement[bool]:
    return silences.c.ended_at_ns.is_not(None) | (silences.c.ends_at_ns.is_not(None) & (silences.c.ends_at_ns <= now_ns))


def _seen_by(table: sa.Table, project_id: str | None) -> sa.ColumnElement[bool]:
    return sa.true() if project_id is None else sa.or_(table.c.project_id == project_id, table.c.project_id.is_(None))


def _same(table: sa.Table, project_id: str | None) -> sa.ColumnElement[bool]:
    return table.c.project_id.is_(None) if project_id is None else table.c.project_id == project_id


def _insert(connection: Connection, table: sa.Table, values: dict[str, Any]) -> None:
    try:
        connection.execute(table.insert().values(**values))
    except IntegrityError:
        raise InvalidInput("project_id", f"there is no project {values['project_id']}") from None
