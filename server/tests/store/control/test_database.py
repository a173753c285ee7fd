"""Opening, upgrading and sharing the control database."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from watchglass.errors import InvalidInput, StoreError, Unavailable
from watchglass.store.control.database import ControlDatabase, sqlite_url
from watchglass.store.control.projects import create_project, list_projects
from watchglass.store.control.tables import metadata, projects
from watchglass.store.control.upgrade import upgrade


def test_a_new_database_has_the_default_project(control: ControlDatabase) -> None:
    """The project that always exists is there at once, and it alone."""
    assert [project.id for project in list_projects(control)] == ["default"]


def test_reopening_keeps_what_was_stored(open_control: Callable[[], ControlDatabase]) -> None:
    """A second opening changes nothing."""
    first = open_control()
    create_project(first, "shop", "", 5)
    before = list_projects(first)
    first.close()
    assert list_projects(open_control()) == before


def test_migrations_make_the_tables_that_the_code_uses(control: ControlDatabase) -> None:
    """The schema that the migrations build is the one in tables.py."""
    with control.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_many_servers_may_upgrade_at_once(control_url: str) -> None:
    """Processes that open a new database together all succeed, and one of them makes the schema."""
    program = (
        "import sys; from watchglass.store.control.database import ControlDatabase; "
        "print('ready', flush=True); sys.stdin.readline(); ControlDatabase(sys.argv[1]).close()"
    )
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", program, control_url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(6)
    ]  # fmt: skip
    for server in servers:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
    for server in servers:
        assert server.stdin is not None
        server.stdin.write("\n")
        server.stdin.flush()
    for server in servers:
        _, errors = server.communicate(timeout=60)
        assert server.returncode == 0, errors
    control = ControlDatabase(control_url)
    assert [project.id for project in list_projects(control)] == ["default"]
    control.close()


def test_a_server_waits_while_another_one_upgrades(control_url: str) -> None:
    """Until the transaction that upgrades ends, another server does not go on, and then finds nothing left to do."""
    if control_url.startswith("sqlite"):
        ControlDatabase(control_url).close()  # so that the journal is what every server makes it
    first = sa.create_engine(control_url)
    opened: list[ControlDatabase] = []
    second = threading.Thread(target=lambda: opened.append(ControlDatabase(control_url)))
    with first.connect() as connection:
        if control_url.startswith("sqlite"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        upgrade(connection)
        second.start()
        second.join(0.5)
        assert opened == []
        connection.commit()
    second.join(30)
    first.dispose()
    assert [project.id for project in list_projects(opened[0])] == ["default"]
    opened[0].close()


def test_a_schema_of_a_newer_version_is_refused(control: ControlDatabase, control_url: str) -> None:
    """A database that a newer version upgraded is left alone."""
    with control.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999"):
        ControlDatabase(control_url)


def test_a_failed_change_leaves_nothing_and_tells_nobody(control: ControlDatabase) -> None:
    """What an exception interrupts is undone, and listeners do not hear of it."""
    heard: list[str] = []
    control.on_change(lambda: heard.append("change"))
    with pytest.raises(ZeroDivisionError), control.change() as connection:
        connection.execute(projects.insert().values(id="half", name="half", created_at_ns=1))
        _ = 1 / 0
    assert [project.id for project in list_projects(control)] == ["default"]
    assert heard == []


def test_writers_wait_for_each_other(open_control: Callable[[], ControlDatabase]) -> None:
    """Changes by many threads of two servers all succeed, and each is counted."""
    servers = [open_control(), open_control()]
    errors: list[Exception] = []

    def create(number: int) -> None:
        try:
            create_project(servers[number % 2], f"p{number}", "", number)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with servers[0].read() as connection:
        assert connection.execute(sa.text("SELECT change_count FROM changes")).scalar_one() == 21
    assert len(list_projects(servers[1])) == 21


def test_keys_of_a_missing_project_are_refused_by_the_database(control: ControlDatabase) -> None:
    """Foreign keys hold on both kinds."""
    with pytest.raises(StoreError), control.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO keys (id, project_id, name, prefix, token_sha256, scopes, created_at_ns) "
                "VALUES ('k', 'nowhere', 'n', 'p', 'h', 'read', 1)"
            )
        )


def test_a_database_that_is_away_is_unavailable_and_comes_back(control: ControlDatabase, outage: Callable) -> None:
    """While the database is away each question says so; afterwards the same object works again."""
    with outage(), pytest.raises(Unavailable, match="control database"):
        list_projects(control)
    assert [project.id for project in list_projects(control)] == ["default"]


def test_sqlite_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """The folder is made 0700 and all files are 0600, whatever the umask."""
    before = os.umask(0)
    try:
        control = ControlDatabase(sqlite_url(tmp_path / "new"))
        create_project(control, "shop", "", 1)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    control.close()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert modes == dict.fromkeys(["control.sqlite3", "control.sqlite3-wal", "control.sqlite3-shm"], 0o600)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("no address", "SQLAlchemy address"),
        ("mysql://host/database", "mysql"),
        ("sqlite://", "name a file"),
        ("postgresql+nodriver://host/database", "driver"),
    ],
)
def test_an_unusable_address_names_the_setting(url: str, says: str) -> None:
    """An address that can never work is an error of the setting control_url."""
    with pytest.raises(InvalidInput, match=says) as raised:
        ControlDatabase(url)
    assert raised.value.field == "control_url"


def test_a_server_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    """No PostgreSQL behind the address: said as such, without the password."""
    with pytest.raises(Unavailable, match="control database") as raised:
        ControlDatabase(f"postgresql://someone:s3cret@/database?host={tmp_path}")
    assert "s3cret" not in str(raised.value)
