"""The command `watchglass demo` as a process beside the server."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STOP_TIMEOUT_S = 10.0


@contextmanager
def running_demo() -> Iterator["Demonstration"]:
    """A demonstration that can be started once the server's address is known, and that ends with the block."""
    demonstration = Demonstration()
    try:
        yield demonstration
    finally:
        demonstration.stop()


class Demonstration:
    """The command `watchglass demo` as a process of its own."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, address: str) -> None:
        """Send to the server at `address`."""
        command = [sys.executable, "-m", "watchglass.cli", "demo", "--endpoint", address]
        self._process = subprocess.Popen(command)  # noqa: S603  # the address is the server's own

    def stop(self) -> None:
        """End the process if it runs; what it has still to send is sent first."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
