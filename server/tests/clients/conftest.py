"""Fixtures of the tests with real clients: one ingest and one stub, and every chosen program run once."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from clients.canonical import canonical
from clients.ingest_server import running_ingest
from clients.running import TIMEOUT_S, Program, run
from watchglass.demo.stub.faults import Timing
from watchglass.demo.stub.server import running_stub
from watchglass.store.engine import Engine

AT_ONCE = 2
TIMING = Timing(first_token_s=0.02, per_token_s=0.003)
"""Quick, yet so that the first token of a stream comes before the last."""

Rows = Callable[[Program], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def store(embedded_databases: Any) -> Iterator[Engine]:
    """One database for all programs; each has a project of its own."""
    lent, state = embedded_databases.lend()
    yield lent
    embedded_databases.take_back(lent, state)


@pytest.fixture(scope="session")
def ran(request: pytest.FixtureRequest, store: Engine) -> Iterator[Callable[[Program], None]]:
    """Waits until a program has run; all that the chosen tests need run side by side."""
    needed: dict[Program, None] = {}
    for item in request.session.items:
        marker = item.get_closest_marker("parametrize")
        if isinstance(item, pytest.Function) and marker and "program" in item.callspec.params:
            needed[item.callspec.params["program"]] = None
    with running_stub(timing=TIMING) as stub, running_ingest(store) as endpoints, ThreadPoolExecutor(AT_ONCE) as threads:
        runs: dict[Program, Future[None]] = {}

        def start(program: Program) -> Future[None]:
            if program not in runs:
                runs[program] = threads.submit(run, program, stub, getattr(endpoints, program.protocol))
            return runs[program]

        for program in needed:
            start(program)
        yield lambda program: start(program).result((1 + len(needed)) * TIMEOUT_S)


@pytest.fixture(scope="session")
def spans(ran: Callable[[Program], None], store: Engine) -> Rows:
    """The canonical rows of a program's spans."""

    def read(program: Program) -> list[dict[str, Any]]:
        ran(program)
        rows = store.query("SELECT * FROM spans WHERE project_id = {project:String}", {"project": program.project})
        return canonical(rows.to_pylist())

    return read
