"""The real process over a disk that is full or refuses writes: clients are told to retry, and it recovers by itself."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from google.rpc.status_pb2 import Status

from doubles.exports import export, post, span_count, trace_id
from doubles.server_process import ServerProcess, read_store, running_server

DISK_BYTES = 96 * 2**20
BALLAST_BYTES = 48 * 2**20
TEXT_BYTES = 200_000
RECOVERY_S = 30


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of DISK_BYTES of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    while folder.is_mount():
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def server(disk: Path) -> Iterator[ServerProcess]:
    """A started server whose data is on that disk."""
    with running_server(disk / "data") as started:
        yield started


class Exports:
    """Exports sent one after the other.

    Attributes:
        answered: Numbers of those that were answered with 200.
        refused: Number of the one that was not, None when none.
    """

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._bodies: dict[int, bytes] = {}
        self.answered: set[int] = set()

    def send(self, number: int) -> int:
        """Send an export, the same bytes each time, and return the status."""
        body = self._bodies.setdefault(number, export(number, TEXT_BYTES))
        status, headers, answer = post(self._server.port, body)
        if status == 200:
            self.answered.add(number)
        else:
            assert (status, Status.FromString(answer).code) == (503, 14), "503 and UNAVAILABLE: the client may retry"
            assert int(headers["retry-after"]) >= 1
        return status

    def send_until_refused(self) -> int:
        """Send new exports until one is refused; return its number."""
        for number in range(len(self.answered) + 1, 1000):
            if self.send(number) != 200:
                return number
        raise AssertionError("nothing was refused")

    def send_until_taken(self, number: int) -> None:
        """Send a refused export again until it is answered with 200."""
        wait_until(lambda: self.send(number) == 200)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait at most RECOVERY_S seconds."""
    deadline_s = time.monotonic() + RECOVERY_S
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def assert_stored_once(data: Path, answered: set[int]) -> None:
    """Every answered export is stored once, with its usage, and nothing else is."""
    spans, usage = read_store(
        data,
        "SELECT trace_id, count() AS n FROM spans GROUP BY trace_id",
        "SELECT (SELECT sum(span_count) FROM usage_minute) AS minutes, (SELECT sum(span_count) FROM usage_hour) AS hours",
    )
    assert {row["trace_id"]: row["n"] for row in spans} == {trace_id(it): span_count(it) for it in answered}
    total = sum(map(span_count, answered))
    assert usage == [{"minutes": total, "hours": total}]


@pytest.mark.slow
def test_full_disk_refuses_and_recovers(server: ServerProcess, disk: Path) -> None:
    """A full disk gives 503 and a clear log line; with room again ingest goes on, without a restart or a loss."""
    exports = Exports(server)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(BALLAST_BYTES))
    refused = exports.send_until_refused()
    wait_until(lambda: any("the disk is full" in line for line in server.log))
    ballast.unlink()
    exports.send_until_taken(refused)
    for number in range(refused + 1, refused + 4):
        exports.send_until_taken(number)
    assert server.stop() == 0
    assert len(exports.answered) == refused + 3
    assert_stored_once(disk / "data", exports.answered)


@pytest.mark.slow
def test_disk_that_fills_byte_by_byte_loses_nothing(server: ServerProcess, disk: Path) -> None:
    """Wherever in a commit the disk runs full, what was answered is stored once, and usage counts the same."""
    exports = Exports(server)
    ballast = disk / "ballast"
    for number in range(1, 21):
        free_bytes = shutil.disk_usage(disk).free
        with suppress(OSError):  # a merge took the room meanwhile
            ballast.write_bytes(bytes(max(0, free_bytes - number * 24 * 1024)))
        exports.send(number)
        ballast.unlink()
        exports.send_until_taken(number)
    assert server.stop() == 0
    assert_stored_once(disk / "data", exports.answered)


@pytest.mark.slow
def test_disk_that_refuses_writes_recovers(server: ServerProcess, disk: Path) -> None:
    """A file system that turned read-only gives 503 and a log line; once it takes writes again, so does ingest."""
    exports = Exports(server)
    assert exports.send(1) == 200
    subprocess.run(["mount", "--bind", str(disk), str(disk)], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", str(disk)], check=True)
    assert exports.send(2) == 503
    wait_until(lambda: any("the store refused a group" in line for line in server.log))
    subprocess.run(["umount", "--lazy", str(disk)], check=True)
    exports.send_until_taken(2)
    assert server.stop() == 0
    assert_stored_once(disk / "data", exports.answered)
