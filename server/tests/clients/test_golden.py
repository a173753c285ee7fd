"""Real clients under real instrumentations, over real OTLP, against the stub: the rows that come out.

The golden files are written anew by `WRITE_GOLDEN=1 make test AREA=clients`; read the difference before you keep it.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from clients.canonical import canonical

from watchglass.app import build_ingest
from watchglass.clock import SystemClock
from watchglass.demo.stub.faults import Timing
from watchglass.demo.stub.server import running_stub
from watchglass.ingest.cost import Pricer
from watchglass.settings import Settings, child_environment
from watchglass.store.engine import Engine
from watchglass.telemetry import Telemetry

pytestmark = pytest.mark.real

HERE = Path(__file__).parent
WRITE_GOLDEN = bool(os.environ.get("WRITE_GOLDEN"))
TIMEOUT_S = 60
AT_ONCE = 2
TIMING = Timing(first_token_s=0.005, per_token_s=0.0005)
"""Quick, yet so that the first token of a stream comes before the last."""


@dataclass(frozen=True)
class Program:
    """One client under one instrumentation."""

    client: str
    instrumentation: str
    protocol: str = "http"
    content: str = "SPAN_ONLY"

    @property
    def name(self) -> str:
        return f"{self.client}__{self.instrumentation}"


PROGRAMS = [
    Program("openai", "openllmetry"),
    Program("openai", "openinference"),
    Program("openai", "otel_genai"),
    Program("anthropic", "openllmetry"),
    Program("anthropic", "openinference"),
    Program("anthropic", "otel_genai"),
    Program("anthropic", "native"),
    Program("langchain", "openinference"),
    Program("langchain", "openllmetry"),
]


@pytest.fixture(scope="module")
def store(embedded_databases: Any) -> Iterator[Engine]:
    """One database for all programs; each has a project of its own."""
    lent, state = embedded_databases.lend()
    yield lent
    embedded_databases.take_back(lent, state)


@pytest.fixture(scope="module")
def endpoint(store: Engine) -> Iterator[str]:
    """Address of the ingest, wired as the server wires it, with the project taken from the header."""
    settings = Settings()

    def admit(headers: Any, client: str) -> str:
        return headers["x-watchglass-project"]

    ingest = build_ingest(settings, SystemClock(), store, Telemetry(), Pricer(lambda: []), admit)
    ingest.start()
    with serving(ingest.http) as address:
        yield address
    ingest.stop(10.0)


@pytest.fixture(scope="module")
def ran(request: pytest.FixtureRequest, endpoint: str) -> Iterator[Callable[[Program], None]]:
    """Waits until a program has run; all that were chosen run side by side."""
    chosen = {
        item.callspec.params["program"]
        for item in request.session.items
        if item.path == request.path and isinstance(item, pytest.Function) and "program" in item.callspec.params
    }
    with running_stub(timing=TIMING) as stub, ThreadPoolExecutor(AT_ONCE) as threads:
        runs: dict[Program, Future[None]] = {
            program: threads.submit(run, program, stub, endpoint) for program in PROGRAMS if program in chosen
        }
        yield lambda program: runs[program].result(TIMEOUT_S)


def run(program: Program, stub: str, endpoint: str) -> None:
    """Run a program in a process of its own; what it says on its error output is the failure."""
    arguments = {
        "client": program.client,
        "instrumentation": program.instrumentation,
        "stub": stub,
        "endpoint": endpoint,
        "project": program.name,
        "protocol": program.protocol,
    }
    environment = child_environment(
        {
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": program.content,
            "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
            "NO_PROXY": "*",
        },
        without=("OTEL_", "OPENAI_", "ANTHROPIC_", "LANGCHAIN_", "LANGSMITH_", "TRACELOOP_"),
    )
    command = [sys.executable, str(HERE / "programs/run.py")]
    command += [word for name, value in arguments.items() for word in (f"--{name}", value)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr


class serving:  # noqa: N801
    """An ASGI application on a free port of this machine, while the block runs."""

    def __init__(self, application: Any) -> None:
        self._server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)


def rows_of(store: Engine, program: Program) -> list[dict[str, Any]]:
    """All spans of a program."""
    return store.query(
        "SELECT * FROM spans WHERE project_id = {project:String}", {"project": program.name}
    ).to_pylist()


def each_program(test: Any) -> Any:
    return pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)(test)


@each_program
def test_rows_are_those_of_the_golden_file(
    program: Program, ran: Callable[[Program], None], store: Engine
) -> None:
    """Every canonical column of every span is what the golden file says."""
    ran(program)
    got = canonical(rows_of(store, program))
    golden = HERE / "golden" / f"{program.name}.json"
    if WRITE_GOLDEN:
        golden.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert got == json.loads(golden.read_text("utf-8"))


@each_program
def test_each_real_call_is_one_model_call(
    program: Program, ran: Callable[[Program], None], store: Engine
) -> None:
    """A call is counted once, however many instrumentations tell of it."""
    ran(program)
    entries = canonical(rows_of(store, program))
    calls = import_calls(program.client)
    counted = Counter(entry["scenario"] for entry in entries if entry.get("is_model_call"))
    expected = {name: calls.MODEL_CALLS.get(name, 1) for name in {entry["scenario"] for entry in entries}}
    assert {name: counted[name] for name in expected} == expected


def import_calls(client: str) -> Any:
    sys.path.insert(0, str(HERE / "programs"))
    try:
        return import_module(f"{client}_calls")
    finally:
        sys.path.remove(str(HERE / "programs"))
