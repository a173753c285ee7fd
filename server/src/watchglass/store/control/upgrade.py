"""Bring the control database to the newest schema; safe when several servers start at once."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.engine import Connection

from watchglass.errors import StoreError

LOCK_ID = 0x57617463_68676C73
"""Number of PostgreSQL's advisory lock: "Watchgls" in ASCII, to clash with nobody's."""


def upgrade(connection: Connection) -> None:
    """Apply the pending migrations, all in the transaction that is open on `connection`.

    Servers that start together take turns: on PostgreSQL by an advisory lock until the transaction ends, on SQLite by
    the write lock that the transaction holds already.

    Raises:
        StoreError: The schema is newer than this version of Watchglass.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK_ID})
    config = Config()
    config.set_main_option("script_location", "watchglass.store.control:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"the control database cannot be upgraded: {error}") from error
