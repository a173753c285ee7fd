"""The profile `edge`: smaller defaults for a device with little memory, under whatever is set by name."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import watchglass.cli.up as up_command
from doubles.exports import post
from doubles.server_process import running_server
from watchglass.clock import Clock
from watchglass.settings import EDGE, Settings

TWELVE_MIB = b"\xff" * (12 * 2**20)


def test_the_profile_sets_what_nothing_else_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Arguments, variables and the file win over it; the file may name it."""
    standard = Settings()
    assert {name: getattr(Settings(profile="edge"), name) for name in EDGE} == EDGE
    assert all(getattr(standard, name) > value for name, value in EDGE.items())
    monkeypatch.setenv("WATCHGLASS_QUERY_MAX_ROWS", "77")
    (tmp_path / "watchglass.toml").write_text('profile = "edge"\ningest_group_bytes = 70000\n')
    monkeypatch.setenv("WATCHGLASS_CONFIG_FILE", str(tmp_path / "watchglass.toml"))
    settings = Settings(ingest_dedup_entries=5)
    assert (settings.query_max_rows, settings.ingest_group_bytes, settings.ingest_dedup_entries) == (77, 70_000, 5)
    assert settings.query_max_memory_bytes == EDGE["query_max_memory_bytes"]


def test_the_flag_names_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """`watchglass up --edge` starts the server with it, `watchglass up` without."""
    started: list[Settings] = []

    class NoServer:
        def __init__(self, settings: Settings, clock: Clock) -> None:
            started.append(settings)

        async def run(self, *callbacks: object) -> None:
            """It is not started."""

    monkeypatch.setattr(up_command, "Server", NoServer)
    for arguments in (["--edge"], []):
        assert CliRunner().invoke(up_command.application, arguments).exit_code == 0
    assert [settings.profile for settings in started] == ["edge", "standard"]


def test_the_running_server_keeps_to_it(tmp_path: Path) -> None:
    """A request that the standard profile would read is too large for it."""
    with running_server(tmp_path / "edge", profile="edge") as edge:
        assert post(edge.port, TWELVE_MIB)[0] == 413
    with running_server(tmp_path / "standard") as standard:
        assert post(standard.port, TWELVE_MIB)[0] == 400


def test_the_store_keeps_as_many_index_marks_as_it_is_told(tmp_path: Path) -> None:
    """As the engine itself says, of the store that the settings open."""
    program = (
        "import sys; from pathlib import Path; from watchglass.app.stores import open_engine; from watchglass.settings import Settings\n"
        "engine = open_engine(Settings(data_dir=Path(sys.argv[1]), store_cache_bytes=7_000_000))\n"
        "print(engine.query(\"SELECT value FROM system.server_settings WHERE name = 'mark_cache_size'\").to_pylist()[0]['value'])\n"
        "engine.close()"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "7000000"
