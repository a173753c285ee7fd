"""The real server as a process of its own, and its store read by another process once it has ended."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

READY = re.compile(r"is ready: http://127\.0\.0\.1:(\d+)")

READ_STORE = """
import json, sys
from pathlib import Path
from watchglass.store.embedded import EmbeddedEngine
engine = EmbeddedEngine(Path(sys.argv[1]) / "store")
print(json.dumps([engine.query(sql).to_pylist() for sql in sys.argv[2:]], default=str))
engine.close()
"""


class ServerProcess:
    """`watchglass up` on a folder; may be started again after it ended, on the same port.

    Attributes:
        port: Port of HTTP.
        log: What it has written to its standard error, line by line.
    """

    def __init__(self, data: Path, **settings: object) -> None:
        """Prepare; `settings` are given as WATCHGLASS_* variables."""
        self.port = 0
        self.log: list[str] = []
        self._data = data
        self._environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
        self._environment.update({f"WATCHGLASS_{name.upper()}": str(value) for name, value in settings.items()})
        self._process: subprocess.Popen[str] | None = None

    def start(self, timeout_s: float = 30.0) -> None:
        """Start and wait until requests are answered."""
        command = [sys.executable, "-m", "watchglass.cli", "up", "--port", str(self.port), "--grpc-port", "-1"]
        command += ["--data", str(self._data)]
        self._process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        is_ready = threading.Event()
        threading.Thread(target=self._read_log, args=(self._process, is_ready), daemon=True).start()
        assert is_ready.wait(timeout_s) and self._process.poll() is None, "\n".join(self.log)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def send_stop(self) -> None:
        """Ask it to end: SIGTERM."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def wait(self, timeout_s: float) -> int:
        """Wait until it has ended and return its exit status."""
        assert self._process is not None
        return self._process.wait(timeout_s)

    def stop(self) -> int:
        """Ask it to end, wait, and return its exit status."""
        self.send_stop()
        return self.wait(60)

    def resident_bytes(self) -> int:
        """Memory that the process and its children hold, in bytes."""
        assert self._process is not None
        process = psutil.Process(self._process.pid)
        return sum(int(it.memory_info().rss) for it in (process, *process.children(recursive=True)))

    def _read_log(self, process: "subprocess.Popen[str]", is_ready: threading.Event) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self.log.append(line.rstrip())
            if match := READY.search(line):
                self.port = int(match.group(1))
                is_ready.set()
        is_ready.set()


@contextmanager
def running_server(data: Path, **settings: object) -> Iterator[ServerProcess]:
    """A started server, killed at the end when it still runs."""
    server = ServerProcess(data, **settings)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def read_store(data: Path, *statements: str) -> list[list[dict[str, Any]]]:
    """The rows of each SELECT over the store of a server that has ended."""
    command = [sys.executable, "-c", READ_STORE, str(data), *statements]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    rows: list[list[dict[str, Any]]] = json.loads(answer.stdout)
    return rows
