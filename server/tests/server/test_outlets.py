"""Two real servers: what the first takes in arrives at the second, also when the first is killed on the way."""

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from doubles.exports import Senders, span_count, trace_id
from doubles.server_process import ServerProcess, read_store, running_server

KILLS = 3
CLIENTS = 2

SPANS = "SELECT trace_id, uniqExact(span_id) AS n FROM spans GROUP BY trace_id"
CONTENT = (
    "SELECT trace_id, span_id, name, service_name, toString(start_time) AS start, toString(end_time) AS end, "
    "input_messages, mapSort(attributes) AS attributes FROM spans ORDER BY trace_id, span_id LIMIT 1 BY trace_id, span_id"
)


def outlets_of(server: ServerProcess) -> Any:
    """What the server says of its outlets."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/api/v1/outlets", timeout=10) as answer:
        return json.load(answer)["outlets"]


def until_delivered(server: ServerProcess, rows: int, timeout_s: float = 60) -> dict[str, Any]:
    """Wait until the first outlet has delivered `rows` spans and nothing waits."""
    deadline_s = time.monotonic() + timeout_s
    while True:
        signal: dict[str, Any] = outlets_of(server)[0]["signals"][0]
        if signal["delivered_rows"] >= rows and signal["lag_s"] == 0:
            return signal
        assert time.monotonic() < deadline_s, signal
        time.sleep(0.1)


@pytest.mark.slow
def test_a_second_server_gets_everything_though_the_first_is_killed(tmp_path: Path) -> None:
    """Killed at any moment of its delivery, the first server delivers every answered span, with the same content."""
    file = tmp_path / "outlets.yml"
    with running_server(tmp_path / "second") as second:
        file.write_text(json.dumps({"outlets": [{
            "name": "second", "kind": "otlp", "url": f"http://127.0.0.1:{second.port}", "signals": ["traces"],
            "headers_env": {"x-key": "WATCHGLASS_OUTLET_KEY"},
        }]}))  # fmt: skip
        with running_server(tmp_path / "first", outlets_file=file, OUTLET_KEY="unused") as first:
            senders = Senders(first.port, CLIENTS)
            for _ in range(KILLS):
                time.sleep(1.3)
                first.kill()
                first.start()
            time.sleep(0.5)
            senders.stop()
            total = sum(span_count(number) for number in senders.answered)
            signal = until_delivered(first, total)
            assert signal["dropped_rows"] == 0
            assert first.stop() == 0
        assert second.stop() == 0
    spans, content = read_store(tmp_path / "second", SPANS, CONTENT)
    assert {row["trace_id"]: row["n"] for row in spans} == {trace_id(n): span_count(n) for n in senders.answered}
    assert sum(row["n"] for row in spans) == total
    (before,) = read_store(tmp_path / "first", CONTENT)
    assert content == before
