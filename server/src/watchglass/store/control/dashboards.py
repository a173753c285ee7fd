"""Dashboards: what users made of panels, changed by one at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from watchglass.errors import Conflict, InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.fields import checked_project_id, checked_text, new_id
from watchglass.store.control.tables import dashboards

MAX_DASHBOARDS = 500
"""Most dashboards of one project, and most of those for all projects."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A dashboard without its panels.

    Attributes:
        id: Names it in the API.
        project_id: The one project that it is kept with; None for all.
        name: For people.
        description: For people, may be empty.
        version: Grows by one with each change, from 1.
        created_at_ns: Nanoseconds since 1970 UTC.
        updated_at_ns: Last change, nanoseconds since 1970 UTC.
    """

    id: str
    project_id: str | None
    name: str
    description: str
    version: int
    created_at_ns: int
    updated_at_ns: int


@dataclass(frozen=True, slots=True)
class Dashboard(Listed):
    """A dashboard.

    Attributes:
        document: Variables and panels, as JSON; its form is the API's.
    """

    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """What a user says of a dashboard.

    Attributes:
        name: For people.
        description: For people, may be empty.
        document: Variables and panels, as JSON.
    """

    name: str
    description: str
    document: Mapping[str, Any]


def list_dashboards(control: ControlDatabase, project_id: str) -> list[Listed]:
    """Return the dashboards of a project and those for all, the latest changed first.

    Raises:
        Unavailable: The control database does not answer.
    """
    columns = [dashboards.c[name] for name in Listed.__slots__]
    chosen = (
        sa.select(*columns)
        .where(_seen_by(project_id))
        .order_by(dashboards.c.updated_at_ns.desc(), dashboards.c.id)
    )
    with control.read() as connection:
        return [Listed(**row) for row in connection.execute(chosen).mappings()]


def read_dashboard(control: ControlDatabase, dashboard_id: str, project_id: str | None) -> Dashboard:
    """Return a dashboard.

    Args:
        control: Where it is kept.
        dashboard_id: Which one.
        project_id: Find it only when it is this project's or for all; None for any.

    Raises:
        NotFound: There is no such dashboard (for that project).
        Unavailable: The control database does not answer.
    """
    with control.read() as connection:
        return _dashboard(_found(connection, dashboard_id, _seen_by(project_id)))


def create_dashboard(control: ControlDatabase, project_id: str | None, content: Content, now_ns: int) -> Dashboard:
    """Store a new dashboard, of one project or, where `project_id` is None, for all.

    Raises:
        InvalidInput: A field is not allowed, or there are too many dashboards; it is named.
        Unavailable: The control database does not answer.
    """
    if project_id is not None:
        checked_project_id("project_id", project_id)
    values = {**_checked(content), "id": new_id("dashboard"), "project_id": project_id, "version": 1}
    values |= {"created_at_ns": now_ns, "updated_at_ns": now_ns}
    with control.write() as connection:
        same = dashboards.c.project_id.is_(None) if project_id is None else dashboards.c.project_id == project_id
        if connection.execute(sa.select(sa.func.count()).where(same).select_from(dashboards)).scalar_one() >= MAX_DASHBOARDS:
            raise InvalidInput("", f"there are {MAX_DASHBOARDS} dashboards already: delete one first")
        try:
            connection.execute(dashboards.insert().values(**values))
        except IntegrityError:
            raise InvalidInput("project_id", f"there is no project {project_id}") from None
    return Dashboard(**values)


def update_dashboard(
    control: ControlDatabase, dashboard_id: str, project_id: str | None, version: int, content: Content, now_ns: int
) -> Dashboard:
    """Change a dashboard that is still as it was read.

    Args:
        control: Where it is kept.
        dashboard_id: Which one.
        project_id: Change it only when it belongs to this project; None for any.
        version: Its version when it was read.
        content: What it is to be.
        now_ns: The present, nanoseconds since 1970 UTC.

    Raises:
        InvalidInput: A field is not allowed; it is named.
        NotFound: There is no such dashboard (in that project).
        Conflict: Somebody else changed it since.
        Unavailable: The control database does not answer.
    """
    values = {**_checked(content), "version": version + 1, "updated_at_ns": now_ns}
    chosen = _owned_by(project_id)
    same = dashboards.update().where(dashboards.c.id == dashboard_id, chosen, dashboards.c.version == version)
    with control.write() as connection:
        is_changed = connection.execute(same.values(**values)).rowcount
        found = _found(connection, dashboard_id, chosen)
        if not is_changed:
            raise Conflict(f"the dashboard is at version {found['version']}, and version {version} was changed here: read it again")
        return _dashboard(found)


def delete_dashboard(control: ControlDatabase, dashboard_id: str, project_id: str | None) -> None:
    """Delete a dashboard for good.

    Args:
        control: Where it is kept.
        dashboard_id: Which one.
        project_id: Delete it only when it belongs to this project; None for any.

    Raises:
        NotFound: There is no such dashboard (in that project).
        Unavailable: The control database does not answer.
    """
    with control.write() as connection:
        chosen = dashboards.delete().where(dashboards.c.id == dashboard_id, _owned_by(project_id))
        if not connection.execute(chosen).rowcount:
            raise _missing(dashboard_id)


def _checked(content: Content) -> dict[str, Any]:
    return {
        "name": checked_text("name", content.name),
        "description": content.description.strip(),
        "document": dict(content.document),
    }


def _owned_by(project_id: str | None) -> sa.ColumnElement[bool]:
    """What a principal of this project may change."""
    return sa.true() if project_id is None else dashboards.c.project_id == project_id


def _seen_by(project_id: str | None) -> sa.ColumnElement[bool]:
    """What a principal of this project may read."""
    return sa.true() if project_id is None else sa.or_(dashboards.c.project_id == project_id, dashboards.c.project_id.is_(None))


def _found(connection: Connection, dashboard_id: str, chosen: sa.ColumnElement[bool]) -> RowMapping:
    row = connection.execute(dashboards.select().where(dashboards.c.id == dashboard_id, chosen)).mappings().first()
    if row is None:
        raise _missing(dashboard_id)
    return row


def _missing(dashboard_id: str) -> NotFound:
    return NotFound(f"there is no dashboard {dashboard_id[:64]}")


def _dashboard(row: RowMapping) -> Dashboard:
    return Dashboard(**row)
