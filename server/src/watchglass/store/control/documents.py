"""Documents that users make and change one at a time: kept by project or for all, each with a version that a change must name."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from watchglass.errors import Conflict, InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.fields import checked_project_id, new_id


class Documents:
    """The documents of one table, which has `id`, `project_id`, `version`, `created_at_ns` and `updated_at_ns`."""

    def __init__(self, table: sa.Table, word: str, most: int) -> None:
        """Call them by `word`, and keep at most so many a project, and so many for all."""
        self._table = table
        self._word = word
        self._most = most

    def read(self, control: ControlDatabase, document_id: str, project_id: str | None) -> RowMapping:
        """Return a document.

        Args:
            control: Where it is kept.
            document_id: Which one.
            project_id: Find it only when it is this project's or for all; None for any.

        Raises:
            NotFound: There is no such document (for that project).
            Unavailable: The control database does not answer.
        """
        with control.read() as connection:
            return self._found(connection, document_id, self.seen_by(project_id))

    def create(self, connection: Connection, project_id: str | None, values: Mapping[str, Any], now_ns: int) -> dict[str, Any]:
        """Store a new document, of one project or, where `project_id` is None, for all; return all its columns.

        Raises:
            InvalidInput: There are too many, or there is no such project.
        """
        if project_id is not None:
            checked_project_id("project_id", project_id)
        kept = {**values, "id": new_id(self._word), "project_id": project_id, "version": 1, "created_at_ns": now_ns, "updated_at_ns": now_ns}
        count = sa.select(sa.func.count()).where(self.of(project_id)).select_from(self._table)
        if connection.execute(count).scalar_one() >= self._most:
            raise InvalidInput("", f"there are {self._most} {self._word}s already: delete one first")
        try:
            connection.execute(self._table.insert().values(**kept))
        except IntegrityError:
            raise InvalidInput("project_id", f"there is no project {project_id}") from None
        return kept

    def update(
        self, connection: Connection, document_id: str, project_id: str | None, version: int, values: Mapping[str, Any], now_ns: int
    ) -> RowMapping:
        """Change a document that is still as it was read.

        Args:
            connection: In a transaction.
            document_id: Which one.
            project_id: Change it only when it belongs to this project; None for any.
            version: Its version when it was read.
            values: What it is to be.
            now_ns: The present, nanoseconds since 1970 UTC.

        Raises:
            NotFound: There is no such document (in that project).
            Conflict: Somebody else changed it since.
        """
        table, chosen = self._table, self._owned_by(project_id)
        same = table.update().where(table.c.id == document_id, chosen, table.c.version == version)
        is_changed = connection.execute(same.values(**values, version=version + 1, updated_at_ns=now_ns)).rowcount
        found = self._found(connection, document_id, chosen)
        if not is_changed:
            raise Conflict(f"the {self._word} is at version {found['version']}, and version {version} was changed here: read it again")
        return found

    def delete(self, connection: Connection, document_id: str, project_id: str | None) -> None:
        """Delete a document for good.

        Args:
            connection: In a transaction.
            document_id: Which one.
            project_id: Delete it only when it belongs to this project; None for any.

        Raises:
            NotFound: There is no such document (in that project).
        """
        chosen = self._table.delete().where(self._table.c.id == document_id, self._owned_by(project_id))
        if not connection.execute(chosen).rowcount:
            raise self._missing(document_id)

    def of(self, project_id: str | None) -> sa.ColumnElement[bool]:
        """The documents of exactly this project, or those for all."""
        column = self._table.c.project_id
        return column.is_(None) if project_id is None else column == project_id

    def seen_by(self, project_id: str | None) -> sa.ColumnElement[bool]:
        """What a principal of this project may read."""
        return sa.true() if project_id is None else sa.or_(self.of(project_id), self.of(None))

    def _owned_by(self, project_id: str | None) -> sa.ColumnElement[bool]:
        """What a principal of this project may change."""
        return sa.true() if project_id is None else self.of(project_id)

    def _found(self, connection: Connection, document_id: str, chosen: sa.ColumnElement[bool]) -> RowMapping:
        row = connection.execute(self._table.select().where(self._table.c.id == document_id, chosen)).mappings().first()
        if row is None:
            raise self._missing(document_id)
        return row

    def _missing(self, document_id: str) -> NotFound:
        return NotFound(f"there is no {self._word} {document_id[:64]}")
