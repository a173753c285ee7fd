"""GET /api/v1/live of the real process: told of commits, bounded, and no hindrance to its end."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doubles.exports import export, post
from doubles.server_process import ServerProcess, running_server


@contextmanager
def stream(server: ServerProcess, query: str = "", **headers: str) -> Iterator[http.client.HTTPResponse]:
    """An open stream."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", f"/api/v1/live{query}", headers=headers)
        yield connection.getresponse()
    finally:
        connection.close()


def next_event(response: http.client.HTTPResponse) -> str:
    """Wait for the name of the next event; empty at the end of the stream."""
    while line := response.readline().decode():
        if line.startswith("event: "):
            return line.removeprefix("event: ").strip()
    return ""


def test_commits_are_told_at_most_once_a_second_and_only_to_their_project(tmp_path: Path) -> None:
    """Spans and a resend of them: one event each second at most, none for the resend, none for another project."""
    with running_server(tmp_path / "data") as server:
        made = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        made.request("POST", "/api/v1/projects", json.dumps({"id": "other"}), {"content-type": "application/json"})
        assert made.getresponse().status == 201
        with stream(server) as ours, stream(server, "?project=other") as others:
            assert ours.status == 200
            assert ours.headers["content-type"].startswith("text/event-stream")
            assert [next_event(ours), next_event(others)] == ["open", "open"]
            started_s = time.monotonic()
            for number in range(1, 6):
                assert post(server.port, export(number))[0] == 200
            assert [next_event(ours), next_event(ours)] == ["change", "change"]
            assert time.monotonic() - started_s >= 1
            body = export(7)
            for project_id in ("other", "default"):
                assert post(server.port, body, **{"x-watchglass-project": project_id})[0] == 200
            assert [next_event(others), next_event(ours)] == ["change", "change"]


def test_more_clients_than_the_setting_allows_are_told_to_come_later(tmp_path: Path) -> None:
    """503 with Retry-After; a place is free again when its client has gone."""
    with running_server(tmp_path / "data", live_max_clients=1) as server:
        with stream(server) as first:
            assert next_event(first) == "open"
            with stream(server) as second:
                assert (second.status, int(second.headers["retry-after"]) > 0) == (503, True)
        deadline_s = time.monotonic() + 10
        while time.monotonic() < deadline_s:
            with stream(server) as again:
                if again.status == 200:
                    break
            time.sleep(0.1)
        assert again.status == 200


def test_open_streams_do_not_hold_up_the_end(tmp_path: Path) -> None:
    """SIGTERM ends the streams, and then the server, long before its drain would run out."""
    with running_server(tmp_path / "data", drain_timeout_s=60) as server, stream(server) as waiting, stream(server) as resting:
        assert [next_event(waiting), next_event(resting)] == ["open", "open"]
        assert post(server.port, export(1))[0] == 200
        assert next_event(resting) == "change"
        started_s = time.monotonic()
        server.send_stop()
        assert server.wait(30) == 0
        assert time.monotonic() - started_s < 15
        assert next_event(resting) == ""


def test_a_stream_needs_a_key_where_questions_do(tmp_path: Path) -> None:
    """401 without one, 403 for another project, and a stream with the right one."""
    command = [sys.executable, "-m", "watchglass.cli", "keys", "create", "app", "--project", "default", "--scope", "read"]
    environment = {**os.environ, "WATCHGLASS_DATA_DIR": str(tmp_path / "data")}
    made = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60)
    key = {"x-api-key": made.stdout.strip()}
    with running_server(tmp_path / "data", require_keys=True) as server:
        with stream(server) as refused, stream(server, "?project=other", **key) as elsewhere:
            assert (refused.status, elsewhere.status) == (401, 403)
        with stream(server, **key) as ours:
            assert next_event(ours) == "open"
