"""Fixtures of the probe's tests: programs that find the sources and these stand-ins."""

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parents[1]


@pytest.fixture(autouse=True)
def paths_of_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the programs that tests start import what the tests do, with no variables of OpenTelemetry's set."""
    paths = [TESTS, ROOT / "probe" / "src", ROOT / "server" / "src", ROOT / "server" / "tests"]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([*map(str, paths), *filter(None, [os.environ.get("PYTHONPATH")])]))
    monkeypatch.setenv("NO_PROXY", "*")
    for name in os.environ:
        if name.startswith("OTEL_"):
            monkeypatch.delenv(name)
