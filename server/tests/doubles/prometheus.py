"""Debian's Prometheus and its tools, as a process a test; tests that need them are skipped by name where they are absent."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

needs_prometheus = pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("promtool")), reason="prometheus is absent: apt-get install prometheus"
)
needs_amtool = pytest.mark.skipif(
    not shutil.which("amtool"), reason="amtool is absent: apt-get install prometheus-alertmanager"
)


def tool(*command: str, text: str = "") -> str:
    """Run promtool or amtool; return what it says, and fail when it objects."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


class Prometheus:
    """A Prometheus that runs.

    Attributes:
        url: Where it answers.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, **parameters: str) -> Any:
        """The `data` of an answer of its API."""
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def query(self, promql: str) -> list[dict[str, Any]]:
        """The series of an instant query."""
        result: list[dict[str, Any]] = self.ask("query", query=promql)["result"]
        return result

    def wait_for(self, promql: str, timeout_s: float = 30.0) -> list[dict[str, Any]]:
        """The series of an instant query, as soon as there are any."""
        ends_s = time.monotonic() + timeout_s
        while not (series := self.query(promql)):
            assert time.monotonic() < ends_s, f"nothing came of {promql}: {json.dumps(self.ask('targets'))[:2000]}"
            time.sleep(0.2)
        return series


@contextmanager
def running_prometheus(folder: Path, configuration: str, *options: str) -> Iterator[Prometheus]:
    """A Prometheus with `configuration` and more of its options, over a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prometheus.yml").write_text(configuration, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [
        "prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=exemplar-storage", "--log.level=warn", *options,
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        ends_s = time.monotonic() + 30
        while not _is_ready(url):
            assert process.poll() is None and time.monotonic() < ends_s, (folder / "log").read_text()
            time.sleep(0.1)
        yield Prometheus(url)
    finally:
        process.terminate()
        process.wait(30)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready").status_code == 200
    except httpx.TransportError:
        return False
