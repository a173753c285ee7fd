"""The demonstration sends what it promises, for as long as it is wanted, and leaves nothing running."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from clients.ingest_server import PROJECT_HEADER, Endpoints, running_ingest
from doubles.server_process import ServerProcess
from watchglass.clock import SystemClock
from watchglass.demo.application import Orders
from watchglass.demo.history import write_history
from watchglass.demo.run import FOREIGN_VARIABLES, OWN_VARIABLES, run_demo
from watchglass.errors import InvalidInput
from watchglass.settings import child_environment
from watchglass.store.engine import Engine

pytestmark = pytest.mark.real

TIMEOUT_S = 90


@pytest.fixture
def endpoints(embedded_engine: Engine) -> Iterator[Endpoints]:
    def admit(headers: Mapping[str, str], client: str) -> str:
        return headers.get(PROJECT_HEADER, "default")

    with running_ingest(embedded_engine, admit) as running:
        yield running


def until(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT_S
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.3)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def one(engine: Engine, sql: str) -> dict[str, Any]:
    return engine.query(sql).to_pylist()[0]


WATCH_CONNECTIONS = """
import sys

def watch(event, arguments):
    if event not in ("socket.connect", "socket.getaddrinfo"):
        return
    address = arguments[1] if event == "socket.connect" else arguments[0]
    host = address[0] if isinstance(address, tuple) else address
    with open({log!r}, "a") as log:
        log.write(str(host) + chr(10))

sys.addaudithook(watch)
"""
"""Python runs this first in every application; it writes down each host that is looked up or connected to."""


def test_all_that_is_promised_arrives_and_ends_with_the_demonstration(
    endpoints: Endpoints, embedded_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every service, both releases and environments, sessions, users, tools that fail, logs and metrics: no network."""
    hosts = tmp_path / "hosts"
    (tmp_path / "sitecustomize.py").write_text(WATCH_CONNECTIONS.format(log=str(hosts)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    stop = threading.Event()
    demo = threading.Thread(
        target=run_demo,
        args=(endpoints.http, 12.0),
        kwargs={"stop": stop, "history_hours": 0.5, "time_scale": 0.05},
    )
    others = set(psutil.Process().children(recursive=True))
    demo.start()
    try:
        until(lambda: one(embedded_engine, WHAT_CAME) == EVERYTHING)
        processes = set(psutil.Process().children(recursive=True)) - others
        assert len(processes) >= 4
    finally:
        stop.set()
        demo.join(TIMEOUT_S)
    assert not any(is_alive(process) for process in processes)
    assert set(hosts.read_text().split()) == {"127.0.0.1"}


WHAT_CAME = """
SELECT
    arraySort(groupUniqArrayIf(service_name, is_model_call)) AS services,
    arraySort(groupUniqArrayIf(release, service_name = 'support-chatbot')) AS releases,
    arraySort(groupUniqArray(environment)) AS environments,
    arraySort(groupUniqArrayIf(operation_name, operation_name != '')) AS operations,
    arraySort(groupUniqArrayIf(convention, is_model_call)) AS conventions,
    countIf(is_model_call AND is_streaming AND time_to_first_token_ns > 0) > 0 AS streams,
    countIf(operation_name = 'execute_tool' AND status_code = 'error') > 0 AS failing_tools,
    countIf(is_model_call AND session_id != '' AND user_id != '') > 0 AS sessions,
    countIf(is_model_call AND prompt_name != '' AND prompt_version != '') > 0 AS prompts,
    countIf(is_model_call AND cost_usd > 0) > 0 AS priced,
    countIf(is_model_call AND model = 'acme-intent-1' AND cost_usd IS NULL) > 0 AS unpriced,
    countIf(reasoning_output_tokens > 0) > 0 AND countIf(cache_read_input_tokens > 0) > 0 AS details,
    (SELECT uniqExact(service_name) FROM logs WHERE trace_id IN (SELECT trace_id FROM spans)) AS logging_services,
    (SELECT count() FROM metric_points WHERE metric_name = 'shop.support.turn.duration') > 0 AS metrics,
    (SELECT count() FROM metric_points WHERE metric_name = 'watchglass.serving.decode.duration' AND count > 0) > 0 AS served,
    (SELECT count() FROM metric_points WHERE metric_name = 'system.memory.limit' AND host_name != '') > 0 AS machine
FROM spans
"""
EVERYTHING = {
    "services": ["content-editor", "content-writer", "support-chatbot"],
    "releases": ["2.7.1", "2.8.0"],
    "environments": ["production", "staging"],
    "operations": ["chat", "embeddings", "execute_tool", "invoke_agent", "retrieval", "task"],
    "conventions": ["openinference", "otel_genai", "traceloop"],
    "streams": 1,
    "failing_tools": 1,
    "sessions": 1,
    "prompts": 1,
    "priced": 1,
    "unpriced": 1,
    "details": 1,
    "logging_services": 3,
    "metrics": 1,
    "served": 1,
    "machine": 1,
}


def test_history_lies_in_the_past_hours(endpoints: Endpoints, embedded_engine: Engine) -> None:
    """Spans have times of their own; none is marked as odd, and the slow release is slower."""
    clock = SystemClock()
    begin_ns = clock.now_ns()
    count = write_history(Orders(endpoints.http, {}, "", seed=3, history_hours=6), clock)
    assert count > 60
    got = one(
        embedded_engine,
        "SELECT countIf(parent_span_id = '') AS roots, countIf(is_model_call) AS calls, countIf(notEmpty(marks)) AS odd, "
        "toUnixTimestamp64Nano(min(start_time)) AS first_ns, toUnixTimestamp64Nano(max(end_time)) AS last_ns, "
        "avgIf(duration_ns, is_model_call AND release = '2.7.1' AND status_code != 'error') AS usual_ns, "
        "avgIf(duration_ns, is_model_call AND release = '2.8.0' AND status_code != 'error') AS slow_ns FROM spans",
    )
    assert (got["roots"], got["calls"], got["odd"]) == (count, count, 0)
    assert begin_ns - 6 * 3600 * 10**9 <= got["first_ns"] < got["last_ns"] < begin_ns
    assert got["slow_ns"] > 2 * got["usual_ns"]


def test_history_is_told_once(tmp_path: Path) -> None:
    """A server that is started again with its demonstration has no conversation twice."""
    server = ServerProcess(tmp_path)
    server.start()
    try:
        orders = Orders(f"http://127.0.0.1:{server.port}", {}, "", seed=3, history_hours=6)
        assert write_history(orders, SystemClock()) > 60
        assert write_history(orders, SystemClock()) < 5
    finally:
        server.kill()


def test_applications_end_when_the_demonstration_is_killed(endpoints: Endpoints) -> None:
    """A process that dies without a word takes its applications with it."""
    code = f"from watchglass.demo.run import run_demo; run_demo({endpoints.http!r}, 0.1, history_hours=0)"
    demo = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    parent = psutil.Process(demo.pid)
    until(lambda: len(parent.children()) >= 4)
    applications = parent.children()
    demo.kill()
    demo.wait()
    until(lambda: not any(is_alive(process) for process in applications))


def test_applications_see_no_keys_of_the_one_who_starts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor where to send to, nor what to send: only what the demonstration says."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=real")
    monkeypatch.setenv("KEPT", "yes")
    environment = child_environment(OWN_VARIABLES, without=FOREIGN_VARIABLES)
    assert environment["KEPT"] == "yes"
    assert "sk-real" not in environment.values() and "authorization=real" not in environment.values()
    assert environment["LANGSMITH_TRACING"] == "false"


def test_a_rate_that_is_none_is_refused() -> None:
    """Nothing is started that would never send."""
    with pytest.raises(InvalidInput) as raised:
        run_demo("http://127.0.0.1:1", 0.0)
    assert raised.value.field == "rate"
