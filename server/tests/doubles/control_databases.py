"""Fixtures: control databases of both kinds, SQLite, and a PostgreSQL that the tests start."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from doubles.postgres import running_postgres
from watchglass.store.control.database import ControlDatabase, sqlite_url


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a PostgreSQL server, with {database} for the name."""
    with running_postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def control_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a control database that nobody has opened yet, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "data")
    address: str = request.getfixturevalue("postgres")
    name = f"control_{secrets.token_hex(6)}"
    _as_owner(address, f"CREATE DATABASE {name}")
    return address.format(database=name)


@pytest.fixture
def open_control(control_url: str) -> Iterator[Callable[[], ControlDatabase]]:
    """Open the control database, as many times as there are servers to play."""
    opened: list[ControlDatabase] = []

    def open_one() -> ControlDatabase:
        opened.append(ControlDatabase(control_url))
        return opened[-1]

    yield open_one
    for control in opened:
        control.close()


@pytest.fixture
def control(open_control: Callable[[], ControlDatabase]) -> ControlDatabase:
    """A control database with the default project and nothing else."""
    return open_control()


Outage = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def outage(control: ControlDatabase, control_url: str, request: pytest.FixtureRequest) -> Outage:
    """Take the database away from `control` for as long as the context lasts."""

    @contextmanager
    def sqlite() -> Iterator[None]:
        control.close()
        path = Path(str(sa.make_url(control_url).database))
        path.rename(path.with_suffix(".away"))
        path.mkdir()
        try:
            yield
        finally:
            path.rmdir()
            path.with_suffix(".away").rename(path)

    @contextmanager
    def postgresql() -> Iterator[None]:
        address, name = request.getfixturevalue("postgres"), str(sa.make_url(control_url).database)
        _as_owner(
            address,
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        try:
            yield
        finally:
            _as_owner(address, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    return sqlite if control_url.startswith("sqlite") else postgresql


def _as_owner(address: str, *statements: str) -> None:
    engine = sa.create_engine(address.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
