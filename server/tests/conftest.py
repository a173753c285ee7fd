"""Fixtures shared by all tests: engines of both kinds, and a clean database a test."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from doubles.clickhouse_process import running_clickhouse
from watchglass.errors import StoreError
from watchglass.store.cluster import ClusterEngine
from watchglass.store.embedded import EmbeddedEngine
from watchglass.store.engine import Engine
from watchglass.store.migrate import migrate

ROOMS_ON_BOTH_ENGINES = ("store", "query")
"""Test folders in which `engine` is each kind in turn; elsewhere it is the embedded one."""


@pytest.fixture(autouse=True)
def kept_log() -> Iterator[None]:
    """The log as it was before each test: what a log that a test configures writes to is closed after it."""
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    yield
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of the rooms that write SQL on both engines."""
    if "engine" not in metafunc.fixturenames:
        return
    room = metafunc.definition.path.relative_to(Path(__file__).parent).parts[0]
    kinds = ["embedded", "cluster"] if room in ROOMS_ON_BOTH_ENGINES else ["embedded"]
    metafunc.parametrize("engine", kinds, indirect=True)


class Databases:
    """Migrated, empty databases of one engine kind.

    A database is emptied and lent again, as creating and migrating one takes ten times as long; one whose tables were
    altered or added to is dropped instead.
    """

    def __init__(self, kind: str, open_engine: Callable[[str], Engine]) -> None:
        self._kind = kind
        self._open_engine = open_engine
        self._idle: list[tuple[Engine, str]] = []
        self._count = 0

    def lend(self) -> tuple[Engine, str]:
        """Return an engine on an empty, migrated database, and that database's fingerprint."""
        if self._idle:
            return self._idle.pop()
        self._count += 1
        engine = self._open_engine(f"test_{os.getpid()}_{self._kind}_{self._count}")
        migrate(engine)
        return engine, fingerprint(engine)

    def take_back(self, engine: Engine, lent: str) -> None:
        """Empty the database of `engine`, or drop it when its schema is not what it was."""
        if fingerprint(engine) != lent:
            engine.execute(f"DROP DATABASE {engine.database} SYNC")
            engine.close()
            return
        for name in filled_tables(engine):
            engine.execute(f"TRUNCATE TABLE {name} SYNC")
        self._idle.append((engine, lent))

    def close(self) -> None:
        """Drop all databases that are not lent."""
        for engine, _ in self._idle:
            engine.execute(f"DROP DATABASE {engine.database} SYNC")
            engine.close()


def fingerprint(engine: Engine) -> str:
    """The definitions of all tables and views, and which migrations are said to be applied."""
    tables = engine.query(
        "SELECT name, uuid, create_table_query FROM system.tables WHERE database = {database:String} ORDER BY name",
        {"database": engine.database},
    )
    try:
        migrations = engine.query("SELECT name, checksum FROM schema_migrations ORDER BY name").to_pylist()
    except StoreError as error:  # a test may have dropped it; then the database is not lent again
        migrations = [str(error)]
    return f"{tables.to_pylist()} {migrations}"


def filled_tables(engine: Engine) -> list[str]:
    """The tables that hold rows, but for the list of migrations."""
    rows = engine.query(
        "SELECT name FROM system.tables WHERE database = {database:String} AND total_rows > 0 "
        "AND name != 'schema_migrations'",
        {"database": engine.database},
    )
    return [str(row["name"]) for row in rows.to_pylist()]


@pytest.fixture(scope="session")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one folder that this process may open."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="session")
def clickhouse_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a stand-in for a ClickHouse server (see doubles/clickhouse_server.py)."""
    with running_clickhouse(tmp_path_factory.mktemp("clickhouse")) as url:
        yield url


@pytest.fixture(scope="session")
def embedded_databases(store_path: Path) -> Iterator[Databases]:
    """Databases in this process."""
    databases = Databases("embedded", lambda name: EmbeddedEngine(store_path, database=name))
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def cluster_databases(clickhouse_url: str) -> Iterator[Databases]:
    """Databases on the stand-in server."""
    databases = Databases("cluster", lambda name: ClusterEngine(clickhouse_url, database=name))
    yield databases
    databases.close()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine on an empty, migrated database; of both kinds in ROOMS_ON_BOTH_ENGINES."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    lent, state = databases.lend()
    yield lent
    databases.take_back(lent, state)


@pytest.fixture
def embedded_engine(embedded_databases: Databases) -> Iterator[Engine]:
    """An embedded engine on an empty, migrated database, for tests that need this kind alone."""
    lent, state = embedded_databases.lend()
    yield lent
    embedded_databases.take_back(lent, state)


@pytest.fixture
def cluster_engine(cluster_databases: Databases) -> Iterator[Engine]:
    """An engine over HTTP on an empty, migrated database, for tests that need this kind alone."""
    lent, state = cluster_databases.lend()
    yield lent
    cluster_databases.take_back(lent, state)
