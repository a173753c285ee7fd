"""A PostgreSQL of its own for the tests: a new cluster in a temporary folder, reached through a socket there."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PORT = 5432
"""Only part of the socket's name; nothing listens on the network."""


def postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl, newest version first, or None when PostgreSQL is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda it: int(it.parent.name), reverse=True)
    on_path = shutil.which("pg_ctl")
    folders = [*debian, *([Path(on_path).parent] if on_path else [])]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run PostgreSQL and yield the SQLAlchemy address of its server, to which a database's name is appended.

    Skips the test when PostgreSQL's programs are not installed.
    """
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (initdb and pg_ctl were not found): apt-get install postgresql")
    # not pytest's folder, which other users may not enter; and short, as a socket's path must be
    folder = Path(tempfile.mkdtemp(prefix="wg-pg-"))
    user = None
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        user = "postgres"
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(programs / program), *arguments], cwd=folder, user=user, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    data = str(folder / "data")
    try:
        run("initdb", "-D", data, "-U", "tests", "--auth=trust", "--no-sync")
        options = f"-k {folder} -p {PORT} -c listen_addresses='' -c fsync=off -c max_connections=60"
        run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql+psycopg://tests@/{{database}}?host={folder}&port={PORT}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
