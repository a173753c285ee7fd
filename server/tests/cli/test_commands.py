"""The command line as a person calls it: in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from doubles.server_process import ServerProcess
from watchglass import __version__


def watchglass(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command with WATCHGLASS_* variables."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), "COLUMNS": "200"}
    environment |= {f"WATCHGLASS_{name.upper()}": value for name, value in variables.items()}
    command = [sys.executable, "-m", "watchglass.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_version_is_printed() -> None:
    """`--version` prints the version alone."""
    assert watchglass("--version").stdout.strip() == __version__


def test_every_command_explains_itself() -> None:
    """The help lists the commands, and each has help of its own."""
    listed = watchglass("--help").stdout
    for command in ("up", "demo", "keys", "migrate", "openapi", "rules", "alerts"):
        assert command in listed
        assert watchglass(command, "--help").returncode == 0


def test_openapi_is_printed_as_json() -> None:
    """`openapi` prints the description of the API without opening a store."""
    document = json.loads(watchglass("openapi").stdout)
    assert document["info"]["title"] == "Watchglass"
    assert "/api/v1/traces" in document["paths"]


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    """A key is printed once; the list shows how it begins and that it was revoked, never the key."""
    folder = str(tmp_path / "data")
    token = watchglass("keys", "create", "for tests", "--scope", "admin", data_dir=folder).stdout.strip()
    assert token.startswith("wg_")
    listed = watchglass("keys", "list", data_dir=folder).stdout
    assert "for tests" in listed
    assert token not in listed
    key_id = listed.splitlines()[1].split()[0]
    assert watchglass("keys", "revoke", key_id, data_dir=folder).returncode == 0
    assert watchglass("keys", "list", data_dir=folder).stdout.splitlines()[1].split()[-1] != "never"


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (("up", "--host", "0.0.0.0"), {}, "host: API keys are needed"),
        (("up",), {"require_keys": "true"}, "require_keys: API keys are needed"),
        (("up", "--port", "70000"), {}, "port: "),
        (("up",), {"retention_spans_days": "forty"}, "retention_spans_days: "),
        (("keys", "create", "x", "--scope", "everything"), {}, "scope"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    tmp_path: Path, arguments: tuple[str, ...], variables: dict[str, str], said: str
) -> None:
    """A wrong setting ends with status 1 and one line that names it, without a traceback."""
    result = watchglass(*arguments, data_dir=str(tmp_path / "data"), **variables)
    assert result.returncode == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_migrate_prepares_a_folder(tmp_path: Path) -> None:
    """`migrate` brings an absent folder to the newest schema, and a second time changes nothing."""
    folder = str(tmp_path / "data")
    first = watchglass("migrate", data_dir=folder)
    assert first.returncode == 0
    assert "0001_spans" in first.stderr
    assert "schema migrated" not in watchglass("migrate", data_dir=folder).stderr


def test_folder_in_use_is_named(tmp_path: Path) -> None:
    """Who starts a second server on one folder is told which folder is held."""
    server = ServerProcess(tmp_path)
    server.start()
    try:
        result = watchglass("migrate", data_dir=str(tmp_path))
    finally:
        server.kill()
    assert result.returncode == 1
    assert f"cannot open {tmp_path / 'store'}; does another server hold it?" in result.stderr


def test_files_of_alert_rules_are_checked_and_made_of_prometheus_s(tmp_path: Path) -> None:
    """What has no counterpart is named, what is written is right, and what is wrong is told with its line."""
    prometheus, rules = tmp_path / "prometheus.yml", tmp_path / "rules.yml"
    prometheus.write_text("groups: [{rules: [{alert: Down, expr: up == 0}, {alert: Odd, expr: count(up) > 1}]}]")
    imported = watchglass("alerts", "import", str(prometheus), "--out", str(rules))
    assert imported.returncode == 2
    assert "Odd has no counterpart: the aggregation count" in imported.stderr
    assert "1 of 2 rules have a counterpart" in imported.stderr
    assert watchglass("alerts", "check", str(rules)).stdout == "1 rule is right\n"
    rules.write_text(rules.read_text().replace("threshold", "thresholds"))
    checked = watchglass("alerts", "check", str(rules))
    assert checked.returncode == 1
    assert "rules.yml: line " in checked.stderr
