"""Dashboards: what users made of panels, changed by one at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.documents import Documents
from watchglass.store.control.fields import checked_text
from watchglass.store.control.tables import dashboards

MAX_DASHBOARDS = 500
"""Most dashboards of one project, and most of those for all projects."""

_documents = Documents(dashboards, "dashboard", MAX_DASHBOARDS)


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
        .where(_documents.seen_by(project_id))
        .order_by(dashboards.c.updated_at_ns.desc(), dashboards.c.id)
    )
    with control.read() as connection:
        return [Listed(**row) for row in connection.execute(chosen).mappings()]


def read_dashboard(control: ControlDatabase, dashboard_id: str, project_id: str | None) -> Dashboard:
    """Return a dashboard; see Documents.read."""
    return Dashboard(**_documents.read(control, dashboard_id, project_id))


def create_dashboard(control: ControlDatabase, project_id: str | None, content: Content, now_ns: int) -> Dashboard:
    """Store a new dashboard, of one project or, where `project_id` is None, for all.

    Raises:
        InvalidInput: A field is not allowed, or there are too many dashboards; it is named.
        Unavailable: The control database does not answer.
    """
    values = _checked(content)
    with control.write() as connection:
        return Dashboard(**_documents.create(connection, project_id, values, now_ns))


def update_dashboard(
    control: ControlDatabase, dashboard_id: str, project_id: str | None, version: int, content: Content, now_ns: int
) -> Dashboard:
    """Change a dashboard that is still as it was read; see Documents.update.

    Raises:
        InvalidInput: A field is not allowed; it is named.
    """
    values = _checked(content)
    with control.write() as connection:
        return Dashboard(**_documents.update(connection, dashboard_id, project_id, version, values, now_ns))


def delete_dashboard(control: ControlDatabase, dashboard_id: str, project_id: str | None) -> None:
    """Delete a dashboard for good; see Documents.delete."""
    with control.write() as connection:
        _documents.delete(connection, dashboard_id, project_id)


def _checked(content: Content) -> dict[str, Any]:
    return {
        "name": checked_text("name", content.name),
        "description": content.description.strip(),
        "document": dict(content.document),
    }
