"""The ingest as the server wires it, over HTTP and gRPC, in a thread, with the project taken from a header."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from watchglass.app.ingest import build_ingest
from watchglass.clock import SystemClock
from watchglass.http_server import GracefulServer
from watchglass.ingest.cost import Pricer
from watchglass.ingest.otlp_http import Admit
from watchglass.settings import Settings
from watchglass.store.engine import Engine
from watchglass.telemetry import Telemetry

STOP_TIMEOUT_S = 10.0
PROJECT_HEADER = "x-watchglass-project"


@dataclass(frozen=True)
class Endpoints:
    """Where exporters send to, by protocol."""

    http: str
    grpc: str


def admit_by_header(headers: Mapping[str, str], client: str) -> str:
    return headers[PROJECT_HEADER]


@contextmanager
def running_ingest(engine: Engine, admit: Admit = admit_by_header) -> Iterator[Endpoints]:
    """Take exports into `engine` while the block runs."""
    ingest = build_ingest(Settings(), SystemClock(), engine, Telemetry(), Pricer(list), admit, lambda project_id: None)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="ingest", daemon=True)
    thread.start()
    listener = socket.create_server(("127.0.0.1", 0))
    server = GracefulServer(ingest.http, drain_timeout_s=STOP_TIMEOUT_S)
    ingest.start()
    serving = asyncio.run_coroutine_threadsafe(server.serve(sockets=[listener]), loop)
    grpc_port = asyncio.run_coroutine_threadsafe(ingest.grpc.start("127.0.0.1", 0), loop).result(STOP_TIMEOUT_S)
    try:
        yield Endpoints(f"http://127.0.0.1:{listener.getsockname()[1]}", f"127.0.0.1:{grpc_port}")
    finally:
        server.should_exit = True
        serving.result(STOP_TIMEOUT_S)
        asyncio.run_coroutine_threadsafe(ingest.grpc.stop(STOP_TIMEOUT_S), loop).result(STOP_TIMEOUT_S)
        ingest.stop(STOP_TIMEOUT_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(STOP_TIMEOUT_S)
        loop.close()
