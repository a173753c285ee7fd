"""Debian's Alertmanager, as a process a test; tests that need it are skipped by name where it is absent."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

needs_alertmanager = pytest.mark.skipif(
    not shutil.which("prometheus-alertmanager"), reason="alertmanager is absent: apt-get install prometheus-alertmanager"
)

CONFIGURATION = """
route: {receiver: nobody}
receivers: [{name: nobody}]
"""


class Alertmanager:
    """An Alertmanager that runs.

    Attributes:
        url: Where it answers.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def alerts(self) -> list[dict[str, Any]]:
        """What fires."""
        answer = httpx.get(f"{self.url}/api/v2/alerts")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def wait_for(self, is_so: Callable[[list[dict[str, Any]]], bool], timeout_s: float = 20.0) -> list[dict[str, Any]]:
        """What fires, as soon as it is so."""
        ends_s = time.monotonic() + timeout_s
        while not is_so(alerts := self.alerts()):
            assert time.monotonic() < ends_s, alerts
            time.sleep(0.1)
        return alerts


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def running_alertmanager(folder: Path, port: int | None = None) -> Iterator[Alertmanager]:
    """An Alertmanager over a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "alertmanager.yml").write_text(CONFIGURATION, "utf-8")
    url = f"http://127.0.0.1:{port or free_port()}"
    command = [
        "prometheus-alertmanager", f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}", "--cluster.listen-address=", "--log.level=warn",
    ]  # fmt: skip
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        ends_s = time.monotonic() + 30
        while not _is_ready(url):
            assert process.poll() is None and time.monotonic() < ends_s, (folder / "log").read_text()
            time.sleep(0.05)
        yield Alertmanager(url)
    finally:
        process.terminate()
        process.wait(30)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready").status_code == 200
    except httpx.TransportError:
        return False
