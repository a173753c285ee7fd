"""The server as a process of its own, with what it takes of the machine."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from figures import quiet_since

READY = re.compile(r"is ready: http://127\.0\.0\.1:(\d+)")
SOURCES = Path(__file__).parents[1] / "server" / "src"


class ServerRun:
    """A running `watchglass up`.

    Attributes:
        port: Port of HTTP.
        start_s: Seconds from the start of the process to its first answer.
    """

    def __init__(self, data: Path, *options: str, **settings: str) -> None:
        """Start on the folder `data`, with options of `up` and `settings` (variables), and wait until requests are answered."""
        environment = {**os.environ, "PYTHONPATH": str(SOURCES), "NO_COLOR": "1", "COLUMNS": "200", **settings}
        command = [sys.executable, "-m", "watchglass.cli", "up", "--port", "0", "--grpc-port", "-1", "--data", str(data), *options]
        started_s = time.perf_counter()
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        lines = []
        for line in self.process.stderr:
            lines.append(line)
            if match := READY.search(line):
                self.port = int(match.group(1))
                break
        else:
            raise RuntimeError("the server did not start:\n" + "".join(lines))
        self.start_s = time.perf_counter() - started_s
        threading.Thread(target=self._forward_log, daemon=True).start()

    def cpu_s(self) -> float:
        """User and system time of the whole process tree so far, in seconds."""
        total = 0.0
        for process in self._tree():
            times = process.cpu_times()
            total += times.user + times.system
        return total

    def resident_bytes(self) -> int:
        """Resident memory of the whole process tree, in bytes; shared pages count once a process."""
        return sum(process.memory_info().rss for process in self._tree())

    def peak_bytes(self) -> int:
        """Most resident memory that the process has had, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024

    def settle(self, timeout_s: float = 120.0) -> float:
        """Wait until background merges have ended; return since when, by `time.perf_counter`."""
        return quiet_since(self.cpu_s, timeout_s=timeout_s)

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def _tree(self) -> list[psutil.Process]:
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def _forward_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if "[info" not in line and "OTEL_EXPORTER" not in line:
                print("server:", line.rstrip(), file=sys.stderr)


@contextmanager
def running_server(data: Path, *options: str) -> Iterator[ServerRun]:
    """A server that is stopped at the end."""
    server = ServerRun(data, *options)
    try:
        yield server
    finally:
        server.stop()
