"""Open the control database, bring it to the newest schema, and lend connections to it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from watchglass.errors import InvalidInput, StoreError, Unavailable
from watchglass.store.control.tables import changes
from watchglass.store.control.upgrade import upgrade

BUSY_TIMEOUT_S = 10
CONNECT_TIMEOUT_S = 5
POOL_SIZE = 5


def sqlite_url(folder: Path) -> str:
    """Return the address of the SQLite database that lies in `folder`."""
    return URL.create("sqlite+pysqlite", database=str(folder / "control.sqlite3")).render_as_string()


class ControlDatabase:
    """Projects, keys and price overrides. Safe for many threads, and for many servers at once."""

    def __init__(self, url: str) -> None:
        """Open the database at the SQLAlchemy address `url` (SQLite or PostgreSQL) and upgrade its schema.

        Raises:
            InvalidInput: The address cannot be used; the field is control_url.
            Unavailable: The database does not answer.
            StoreError: The schema cannot be upgraded, for one because a newer version of Watchglass wrote it.
            OSError: The folder or the file of SQLite cannot be made.
        """
        self._engine = _open(url)
        self._writer = self._engine.execution_options(is_write=True)
        self._on_change: list[Callable[[], None]] = []
        try:
            with self._connected(self._writer) as connection:
                upgrade(connection)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each `change` made through this object, on the thread that made it."""
        self._on_change.append(listener)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection to read with.

        Raises:
            Unavailable: The database does not answer.
            StoreError: It refused a statement.
        """
        with self._connected(self._engine) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Lend a connection in a transaction that commits at the end, or is undone by an exception.

        Raises:
            Unavailable: The database does not answer.
            StoreError: It refused a statement.
        """
        with self._connected(self._writer) as connection:
            yield connection

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """As `write`, for what the servers keep in memory: all of them learn that they must reread.

        Raises:
            Unavailable: The database does not answer.
            StoreError: It refused a statement.
        """
        with self.write() as connection:
            yield connection
            connection.execute(changes.update().values(change_count=changes.c.change_count + 1))
        for listener in self._on_change:
            listener()

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            # the driver's own words: the statement and its parameters may hold what must not be logged
            detail = f"the control database failed: {str(error.orig).strip()[:300]}"
            if _is_passing(error):
                raise Unavailable(detail, cause="control_failed", retry_after_s=2) from None
            raise StoreError(detail) from None
        except SQLAlchemyError as error:
            detail = f"the control database cannot be used now: {type(error).__name__}"
            raise Unavailable(detail, cause="control_failed", retry_after_s=2) from error


def _is_passing(error: DBAPIError) -> bool:
    """Whether trying again may succeed: no connection, a lock, a full disk, and not a statement that is wrong."""
    return error.connection_invalidated or isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)


def _open(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InvalidInput("control_url", "not an SQLAlchemy address such as postgresql://user@host/database") from None
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed)
    raise InvalidInput("control_url", f"{parsed.get_backend_name()} is not supported; use sqlite or postgresql")


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise InvalidInput("control_url", "an SQLite address must name a file")
    path = Path(url.database)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # made by us, so that nobody else can ever read it; SQLite gives its -wal and -shm files the same mode
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)
    engine = sa.create_engine(
        url.set(drivername="sqlite+pysqlite"), connect_args={"timeout": BUSY_TIMEOUT_S}, pool_size=POOL_SIZE
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver would begin late and at its own choice; `begin` below does
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # a writer locks at once: a reader that turns writer midway would fail instead of waiting
        is_write = connection.get_execution_options().get("is_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")

    return engine


def _open_postgresql(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return sa.create_engine(
            url,
            pool_pre_ping=True,
            pool_size=POOL_SIZE,
            pool_timeout=CONNECT_TIMEOUT_S,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "tcp_user_timeout": BUSY_TIMEOUT_S * 1000},
        )
    except (ImportError, NoSuchModuleError):
        detail = "the PostgreSQL driver is not installed: pip install 'watchglass[postgres]'"
        raise InvalidInput("control_url", detail) from None
