"""Saved views: what a page's address said when somebody found it worth keeping, by name."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from watchglass.errors import InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.fields import checked_text, new_id
from watchglass.store.control.tables import keys, projects, views

MAX_VIEWS = 500
"""Most views of one page of a project."""

MAX_SEARCH_CHARACTERS = 16_000
"""Longest search as JSON: twice the longest filter, so that there is room beside it."""

_PAGE = re.compile(r"[a-z][a-z-]{0,39}", re.ASCII)
_PARAMETER = re.compile(r"[A-Za-z_]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class View:
    """A saved view.

    Attributes:
        id: Names it in the API.
        project_id: The project whose readers see it.
        page: The page that it is of, as in the page's address: `traces`.
        name: For people; a page of a project has each name once.
        search: What the address says after `?`: texts by parameter, without the project.
        created_at_ns: Nanoseconds since 1970 UTC.
        created_by: Name of the key that made it; None when no key was needed.
    """

    id: str
    project_id: str
    page: str
    name: str
    search: dict[str, str]
    created_at_ns: int
    created_by: str | None


def list_views(control: ControlDatabase, project_id: str, page: str | None = None) -> list[View]:
    """Return the views of a project, or of one of its pages, by page and name.

    Raises:
        Unavailable: The control database does not answer.
    """
    chosen = views.select().where(views.c.project_id == project_id).order_by(views.c.page, views.c.name)
    if page is not None:
        chosen = chosen.where(views.c.page == page)
    with control.read() as connection:
        return [_view(row) for row in connection.execute(chosen).mappings()]


def create_view(
    control: ControlDatabase,
    project_id: str,
    page: str,
    name: str,
    search: Mapping[str, str],
    *,
    key_id: str,
    now_ns: int,
) -> View:
    """Save a view.

    Args:
        control: Where it is kept.
        project_id: The project whose readers see it.
        page: The page that it is of.
        name: For people.
        search: What the page's address says.
        key_id: The key that makes it, empty when none was needed.
        now_ns: The present, nanoseconds since 1970 UTC.

    Raises:
        InvalidInput: A field is not allowed or the name is taken; the field is named.
        Unavailable: The control database does not answer.
    """
    if not _PAGE.fullmatch(page):
        raise InvalidInput("page", "must be the name of a page, such as traces")
    name, text = checked_text("name", name), _search_text(search)
    with control.write() as connection:
        if connection.execute(sa.select(projects.c.id).where(projects.c.id == project_id)).first() is None:
            raise InvalidInput("project_id", f"there is no project {project_id[:64]}")
        of_page = (views.c.project_id == project_id) & (views.c.page == page)
        if (connection.scalar(sa.select(sa.func.count()).where(of_page)) or 0) >= MAX_VIEWS:
            raise InvalidInput("page", f"has {MAX_VIEWS} views already: delete some first")
        created_by = connection.scalar(sa.select(keys.c.name).where(keys.c.id == key_id))
        view = View(new_id("view"), project_id, page, name, dict(search), now_ns, created_by)
        _write(connection, views.insert().values(**_row(view, text)), name)
    return view


def change_view(
    control: ControlDatabase, view_id: str, project_id: str | None, name: str, search: Mapping[str, str]
) -> View:
    """Give a view another name or search; it stays on its page.

    Args:
        control: Where it is kept.
        view_id: Which view.
        project_id: Change it only when it belongs to this project; None for any.
        name: Its name from now on.
        search: Its search from now on.

    Raises:
        InvalidInput: A field is not allowed or the name is taken; the field is named.
        NotFound: There is no such view (in that project).
        Unavailable: The control database does not answer.
    """
    name, text = checked_text("name", name), _search_text(search)
    with control.write() as connection:
        _write(connection, views.update().where(_is(view_id, project_id)).values(name=name, search=text), name)
        row = connection.execute(views.select().where(_is(view_id, project_id))).mappings().first()
        if row is None:
            raise _absent(view_id)
        return _view(row)


def delete_view(control: ControlDatabase, view_id: str, project_id: str | None) -> None:
    """Delete a view.

    Args:
        control: Where it is kept.
        view_id: Which view.
        project_id: Delete it only when it belongs to this project; None for any.

    Raises:
        NotFound: There is no such view (in that project).
        Unavailable: The control database does not answer.
    """
    with control.write() as connection:
        if not connection.execute(views.delete().where(_is(view_id, project_id))).rowcount:
            raise _absent(view_id)


def _write(connection: Connection, statement: sa.Insert | sa.Update, name: str) -> None:
    try:
        connection.execute(statement)
    except IntegrityError:
        raise InvalidInput("name", f"this page has a view {name!r} already") from None


def _is(view_id: str, project_id: str | None) -> sa.ColumnElement[bool]:
    chosen = views.c.id == view_id
    return chosen if project_id is None else chosen & (views.c.project_id == project_id)


def _absent(view_id: str) -> NotFound:
    return NotFound(f"there is no view {view_id[:64]}")


def _search_text(search: Mapping[str, str]) -> str:
    """The search as JSON, in ASCII."""
    for parameter, value in search.items():
        if not _PARAMETER.fullmatch(parameter) or parameter == "project":
            raise InvalidInput("search", f"{parameter[:40]!r} is no parameter of a page's address")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidInput("search", f"{parameter} has broken Unicode") from None
    text = json.dumps(dict(search))
    if len(text) > MAX_SEARCH_CHARACTERS:
        raise InvalidInput("search", f"must not be longer than {MAX_SEARCH_CHARACTERS} characters as JSON")
    return text


def _row(view: View, search_text: str) -> dict[str, object]:
    return {name: search_text if name == "search" else getattr(view, name) for name in View.__slots__}


def _view(row: RowMapping) -> View:
    return View(**{**row, "search": json.loads(row["search"])})
