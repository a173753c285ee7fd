"""A real server with targets: tests arrive, what waits survives a kill and is told once, and a bad file stops the start."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from doubles.server_process import ServerProcess, running_server
from doubles.target import Received, running_target
from watchglass.alerts.notify.message import Message, MessageKind, message_document
from watchglass.store.control.database import ControlDatabase, sqlite_url
from watchglass.store.control.notifications import enqueue

COUNT = 20


def ask(server: ServerProcess, path: str, method: str = "GET") -> Any:
    """What the API answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        body = answer.read()
    return json.loads(body) if path.startswith("/api") else body.decode()


def until(is_so: Callable[[], bool], timeout_s: float = 30) -> None:
    """Wait for it."""
    ends_s = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < ends_s
        time.sleep(0.1)


def put(data: Path, first: int) -> None:
    """Messages in the outbox, as the evaluation of rules puts them."""
    control = ControlDatabase(sqlite_url(data))
    now_ns = time.time_ns()
    with control.write() as connection:
        for number in range(first, first + COUNT):
            message = Message(MessageKind.FIRING, "default", f"incident_{number}", "t", "r", "info", now_ns, now_ns)
            enqueue(connection, "hook", message_document(message), f"{number}/firing", now_ns)
    control.close()


def test_what_waits_survives_a_kill_and_is_told_once(tmp_path: Path) -> None:
    """Messages that a dead receiver did not take arrive after a kill, each once; metrics and the log say what happened."""
    file, data = tmp_path / "targets.yml", tmp_path / "data"
    with running_target() as receiver:
        refused: list[Received] = []
        receiver.answer = lambda received: (refused.append(received), (503, {}, b"later"))[1]  # type: ignore[func-returns-value]
        hook = {"name": "hook", "kind": "webhook", "url": receiver.url}
        file.write_text(json.dumps({"targets": [hook, {"name": "log", "kind": "log"}]}))
        with running_server(data, notify_file=file, public_url="https://watchglass.example.com") as server:
            assert ask(server, "/api/v1/notification-targets/log/test", "POST")["is_sent"]
            assert any("This is a test of the target log" in line for line in server.log)
            put(data, 0)
            until(lambda: len(refused) >= 2)
            server.kill()
            server.start()
            state = ask(server, "/api/v1/notification-targets")["targets"][0]
            assert (state["state"], state["waiting_count"], state["sent_count"]) == ("failing", COUNT, 0)
            receiver.received.clear()
            receiver.answer = lambda received: (200, {}, b"")
            put(data, COUNT)
            until(lambda: ask(server, "/api/v1/notification-targets")["targets"][0]["sent_count"] == 2 * COUNT, timeout_s=180)
            told = [json.loads(received.body)["incident_id"] for received in receiver.received]
            assert sorted(told) == sorted(f"incident_{number}" for number in range(2 * COUNT))
            assert json.loads(receiver.received[0].body)["incident_url"].startswith("https://watchglass.example.com/incidents/")
            metrics = ask(server, "/metrics")
            assert f'watchglass_notifications_total{{outcome="sent",target="hook"}} {2 * COUNT}.0' in metrics
            assert 'watchglass_notifications_waiting{target="hook"}' in metrics
            assert server.stop() == 0


def test_a_file_with_a_mistake_stops_the_start(tmp_path: Path) -> None:
    """The field is named, and the secret in it is not repeated."""
    file = tmp_path / "targets.yml"
    file.write_text(json.dumps({"targets": [{"name": "chat", "kind": "apprise", "url": "slack://very-secret-key"}]}))
    command = [sys.executable, "-m", "watchglass.cli", "up", "--port", "0", "--grpc-port", "-1", "--data", str(tmp_path / "data")]
    environment = {**os.environ, "WATCHGLASS_NOTIFY_FILE": str(file)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode != 0
    assert "targets[0].url" in done.stderr + done.stdout
    assert "very-secret-key" not in done.stderr + done.stdout
