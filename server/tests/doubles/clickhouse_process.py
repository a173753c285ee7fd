"""Start the stand-in for a ClickHouse server as a process of its own: one process may open one chDB folder."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

END_TIMEOUT_S = 20


@contextmanager
def running_clickhouse(path: Path, *arguments: str) -> Iterator[str]:
    """Serve the folder `path` and yield the server's address; `arguments` are those of clickhouse_server.py."""
    script = Path(__file__).parent / "clickhouse_server.py"
    command = [sys.executable, str(script), "--path", str(path), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
