"""ClickHouse inside the process (chDB): the engine of a laptop, a single server and the edge."""

import os
import queue
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa
from chdb import ChdbError
from chdb.state.sqlitelike import Connection, connect

from watchglass.errors import StoreError
from watchglass.store.clickhouse_errors import store_error
from watchglass.store.engine import Parameter

CONNECTIONS = 6
"""Statements that may run at once; a connection runs one at a time, so each statement borrows one."""

MERGE_THREADS = 1
"""Threads for merges and mutations: with two of them, merges would take both cores of a small machine from those who wait."""

CACHE_BYTES = 5 * 2**30
"""Most memory for index marks, as ClickHouse has it."""

INSERT_SETTINGS = "SETTINGS exclude_materialize_skip_indexes_on_insert = 'text_search'"
"""The text index is built when parts merge, never while a client waits."""


class EmbeddedEngine:
    """An Engine over one folder. One process may open one folder, once."""

    kind: Literal["embedded", "cluster"] = "embedded"

    def __init__(self, path: Path, database: str = "watchglass", *, cache_bytes: int = CACHE_BYTES) -> None:
        """Open the store at `path`, creating it and the database where they are absent.

        Args:
            path: The folder.
            database: The database.
            cache_bytes: Most memory for index marks, in bytes; of the first engine that a process opens.

        Raises:
            StoreError: Another process holds the folder, or it cannot be written.
        """
        self.database = database
        self._address = _address(path, cache_bytes)
        path.mkdir(parents=True, exist_ok=True)
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._closed = threading.Event()
        try:
            with _translated():
                connections = [connect(self._address) for _ in range(CONNECTIONS)]
        except StoreError as error:
            # chDB itself writes the cause to standard error and gives a text without it
            raise StoreError(f"cannot open {path}; does another server hold it? {error}", error.code) from error
        with _translated():
            connections[0].query(f"CREATE DATABASE IF NOT EXISTS {database}", "CSV")
            for connection in connections:
                self._idle.put(self._prepared(connection))

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str | int | float] | None = None,
    ) -> pa.Table:
        """See Engine.query."""
        with self._borrowed() as connection, _translated():
            result = connection.query(sql + _settings_clause(settings), "ArrowStream", params=_bound(parameters))
            data = result.bytes()
        if not data:
            return pa.table({})
        return pa.ipc.open_stream(data).read_all()

    def execute(
        self,
        sql: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str | int | float] | None = None,
    ) -> None:
        """See Engine.execute."""
        with self._borrowed() as connection, _translated():
            connection.query(sql + _settings_clause(settings), "CSV", params=_bound(parameters))

    def insert(self, table: str, batch: pa.RecordBatch) -> None:
        """See Engine.insert.

        The rows go in as a file: chDB 26.9's `send_insert` says "done" when the disk is full or a view failed.
        """
        columns = ", ".join(batch.schema.names)
        with _translated(), _insert_file() as file:
            with pa.ipc.new_stream(file, batch.schema) as writer:
                writer.write_batch(batch)
            file.flush()
            with self._borrowed() as connection:
                connection.query(
                    f"INSERT INTO {table} ({columns}) FROM INFILE '{_path_of(file)}' {INSERT_SETTINGS} FORMAT ArrowStream",
                    "CSV",
                )

    def close(self) -> None:
        """See Engine.close. Waits for running statements."""
        if self._closed.is_set():
            return
        self._closed.set()
        for _ in range(CONNECTIONS):
            self._idle.get(timeout=60).close()

    def _prepared(self, connection: Connection) -> Connection:
        connection.query(f"USE {self.database}", "CSV")
        connection.query("SET session_timezone = 'UTC'", "CSV")  # a time without a zone means UTC everywhere
        return connection

    @contextmanager
    def _borrowed(self) -> Iterator[Connection]:
        if self._closed.is_set():
            raise StoreError("the store is closed")
        connection = self._idle.get()
        try:
            yield connection
        except BaseException:
            connection = self._replaced(connection)
            raise
        finally:
            self._idle.put(connection)

    def _replaced(self, failed: Connection) -> Connection:
        """Give a fresh connection for one whose statement failed.

        chDB 26.9 answers the query after a failed one, on the same connection, with no columns and no rows.
        """
        try:
            fresh = self._prepared(connect(self._address))
        except (RuntimeError, ChdbError):  # no descriptors or memory left for now; the old one still serves
            return failed
        failed.close()
        return fresh


@contextmanager
def _translated() -> Iterator[None]:
    """Turn chDB's errors into ours, and those of the operating system."""
    try:
        yield
    except (RuntimeError, ChdbError, OSError) as error:
        raise store_error(str(error)) from error


def _address(path: Path, cache_bytes: int) -> str:
    # what stands after the path are settings of the engine, read when the first connection opens it
    return f"{path}?background_pool_size={MERGE_THREADS}&mark_cache_size={cache_bytes}"


def _insert_file() -> IO[bytes]:
    """An empty file for the rows of one insert: in memory where the system can, and gone when it is closed."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("watchglass-insert"), "wb")
    return tempfile.NamedTemporaryFile()


def _path_of(file: IO[bytes]) -> str:
    return f"/proc/self/fd/{file.fileno()}" if isinstance(file.name, int) else file.name


def _settings_clause(settings: Mapping[str, str | int | float] | None) -> str:
    """Write settings as a clause; text is quoted."""
    if not settings:
        return ""
    return " SETTINGS " + ", ".join(
        f"{name} = {value}" if isinstance(value, (int, float)) else f"{name} = '{_escaped(value)}'"
        for name, value in settings.items()
    )


def _bound(parameters: Mapping[str, Parameter] | None) -> dict[str, Any] | None:
    """Write parameters in the escaped form that ClickHouse's placeholders parse."""
    if not parameters:
        return None
    return {name: _written(value) for name, value in parameters.items()}


def _written(value: Parameter) -> str | int | float | bool:
    if isinstance(value, list):
        return "[" + ",".join(f"'{_escaped(v)}'" if isinstance(v, str) else repr(v) for v in value) + "]"
    return _escaped(value, quote=False) if isinstance(value, str) else value


def _escaped(text: str, *, quote: bool = True) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r").replace("\0", "\\0")
    return text.replace("'", "\\'") if quote else text
