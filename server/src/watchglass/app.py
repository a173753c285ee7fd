"""The only wiring: settings in, a running server out."""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from watchglass.api.application import build_api
from watchglass.api.services import Services
from watchglass.clock import Clock
from watchglass.errors import InvalidInput, StoreError
from watchglass.http_server import Asgi, GracefulServer, until_told
from watchglass.ingest.admission import Limits, WaitingBytes
from watchglass.ingest.cost import Pricer
from watchglass.ingest.doors import Doors
from watchglass.ingest.logs import LogDecoder
from watchglass.ingest.metrics import MetricDecoder
from watchglass.ingest.otlp_grpc import OtlpGrpc
from watchglass.ingest.otlp_http import PATHS, Admit, OtlpHttp
from watchglass.ingest.traces import Prices, TraceDecoder
from watchglass.model.records import Signal
from watchglass.settings import Settings
from watchglass.store.cluster import ClusterEngine
from watchglass.store.control.database import ControlDatabase, sqlite_url
from watchglass.store.control.follower import Follower
from watchglass.store.control.keys import list_keys
from watchglass.store.embedded import EmbeddedEngine
from watchglass.store.engine import Engine
from watchglass.store.ledger import Ledger
from watchglass.store.migrate import migrate
from watchglass.store.retention import apply_retention
from watchglass.store.writer import Committer, Decode
from watchglass.telemetry import Telemetry

log = structlog.get_logger(__name__)


def open_engine(settings: Settings) -> Engine:
    """Open the store that the settings name, with the newest schema and the settings' retention.

    Raises:
        StoreError: It cannot be opened: another process holds the folder, or the server does not answer.
        OSError: The folder cannot be made, or the password file cannot be read.
    """
    engine: Engine
    if settings.store == "cluster":
        engine = ClusterEngine(
            settings.clickhouse_url,
            database=settings.database,
            user=settings.clickhouse_user,
            password=settings.clickhouse_secret(),
            cluster=settings.clickhouse_cluster,
        )
    else:
        engine = EmbeddedEngine(settings.data_path / "store", settings.database)
    try:
        for name in migrate(engine, cluster=settings.clickhouse_cluster):
            log.info("schema migrated", migration=name)
        apply_retention(engine, settings)
    except BaseException:
        engine.close()
        raise
    return engine


@dataclass(frozen=True, slots=True)
class Ingest:
    """What takes exports in.

    Attributes:
        committers: The group commit of each signal.
        waiting: The bound on what may wait.
        http: The OTLP routes.
        grpc: The OTLP services.
    """

    committers: Mapping[Signal, Committer]
    waiting: WaitingBytes
    http: OtlpHttp
    grpc: OtlpGrpc

    def start(self) -> None:
        """Begin to commit.

        Raises:
            StoreError: A table cannot be read.
        """
        for committer in self.committers.values():
            committer.start()

    def stop(self, timeout_s: float) -> None:
        """Commit what waits, each signal within `timeout_s` seconds, and take no more."""
        for signal, committer in self.committers.items():
            if not committer.stop(timeout_s):
                log.error("not all exports were committed in time", signal=signal.value)

    def not_ready(self) -> list[str]:
        """Why exports cannot be committed now."""
        return [f"{signal.value} are not committed" for signal, it in self.committers.items() if not it.is_running]


def build_ingest(
    settings: Settings, clock: Clock, engine: Engine, telemetry: Telemetry, prices: Prices, admit: Admit
) -> Ingest:
    """Wire decoders, committers and both OTLP protocols; nothing runs yet."""
    tolerance_s = settings.ingest_future_tolerance_s
    decoders: dict[Signal, Decode] = {
        Signal.TRACES: TraceDecoder(prices, future_tolerance_s=tolerance_s),
        Signal.LOGS: LogDecoder(future_tolerance_s=tolerance_s),
        Signal.METRICS: MetricDecoder(future_tolerance_s=tolerance_s),
    }
    committers = {
        signal: Committer(
            engine,
            signal,
            decode,
            Ledger(settings.ingest_dedup_window_s, settings.ingest_dedup_entries),
            clock,
            telemetry,
            group_bytes=settings.ingest_group_bytes,
            max_waiting_bytes=settings.ingest_max_waiting_bytes,
            commit_timeout_s=settings.ingest_commit_timeout_s,
        )
        for signal, decode in decoders.items()
    }
    waiting = WaitingBytes(settings.ingest_max_waiting_bytes)
    limits = Limits(settings.ingest_max_request_bytes, settings.ingest_read_timeout_s)
    http = OtlpHttp(committers, admit, waiting, clock, telemetry, limits)
    grpc = OtlpGrpc(committers, admit, waiting, clock, telemetry, limits)
    for signal, committer in committers.items():
        labels = {"signal": signal.value}
        telemetry.watch(
            "watchglass_ingest_queue_exports", "Exports that wait for their commit",
            partial(getattr, committer, "queue_depth"), **labels,
        )  # fmt: skip
        telemetry.watch(
            "watchglass_ingest_queue_bytes", "Bytes of exports that wait for their commit",
            partial(getattr, committer, "queue_bytes"), **labels,
        )  # fmt: skip
    telemetry.watch(
        "watchglass_ingest_held_bytes", "Bytes of requests begun and not answered", lambda: float(waiting.held_bytes)
    )
    return Ingest(committers, waiting, http, grpc)


def store_answers(engine: Engine) -> list[str]:
    """Why the store cannot be asked now: nothing when it answers."""
    try:
        engine.query("SELECT 1")
    except StoreError as error:
        log.warning("the store does not answer", error=str(error)[:500])
        return ["the store does not answer"]
    return []


def dispatch(otlp: Asgi, api: Asgi) -> Asgi:
    """Send OTLP's paths to the ingest routes, which skip the API's machinery, and all else to the API."""

    async def application(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        chosen = otlp if scope["type"] == "http" and scope["path"] in PATHS else api
        await chosen(scope, receive, send)

    return application


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket.

    Raises:
        InvalidInput: The port is taken, or the address is not this machine's; the field says which setting.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        field = "port" if error.errno == errno.EADDRINUSE else "host"
        raise InvalidInput(field, f"cannot listen on {host}:{port}: {error.strerror}") from error


class Server:
    """A Watchglass server: started by `run`, stopped by a signal or `stop`."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Prepare; nothing is opened before `run`."""
        self._settings = settings
        self._clock = clock
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Begin to stop; call it from the server's own loop."""
        self._stop.set()

    async def run(self, on_ready: Callable[[str], None]) -> None:
        """Serve until SIGINT, SIGTERM or `stop`, then answer what was accepted and end.

        Args:
            on_ready: Called with the address of HTTP once requests are answered.

        Raises:
            InvalidInput: A setting cannot be kept: a port is taken, or keys are needed and there are none.
            StoreError: The store cannot be opened.
            Unavailable: The control database does not answer.
        """
        settings = self._settings
        with until_told(self._stop), listen(settings.host, settings.port) as http_socket, open_control(settings) as control:
            refuse_without_keys(settings, control)
            engine = await asyncio.to_thread(open_engine, settings)
            try:
                await self._serve(http_socket, engine, control, on_ready)
            finally:
                await asyncio.to_thread(engine.close)
        log.info("stopped; every accepted export is stored")

    async def _serve(
        self, http_socket: socket.socket, engine: Engine, control: ControlDatabase, on_ready: Callable[[str], None]
    ) -> None:
        settings, clock = self._settings, self._clock
        follower = Follower(control)
        doors = Doors(control, follower, clock, needs_keys=settings.needs_keys)
        telemetry = Telemetry()
        ingest = build_ingest(settings, clock, engine, telemetry, Pricer(lambda: follower.snapshot.prices), doors.admit)
        services = Services(
            settings=settings,
            clock=clock,
            engine=engine,
            control=control,
            identify=doors.identify,
            telemetry=telemetry,
            not_ready=lambda: ingest.not_ready() + store_answers(engine),
        )
        server = GracefulServer(dispatch(ingest.http, build_api(services)), drain_timeout_s=settings.drain_timeout_s)
        if settings.grpc_port >= 0:
            log.info("OTLP over gRPC", host=settings.host, port=await ingest.grpc.start(settings.host, settings.grpc_port))
        follower.start()
        ingest.start()
        serving = asyncio.create_task(server.serve(sockets=[http_socket]))
        await server.until_started(serving)
        on_ready(f"http://{_shown(settings.host)}:{http_socket.getsockname()[1]}")
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({serving, stopping}, return_when="FIRST_COMPLETED")
        stopping.cancel()
        log.info("stopping; accepted exports are committed first")
        server.should_exit = True
        await asyncio.gather(serving, ingest.grpc.stop(settings.drain_timeout_s))
        await asyncio.to_thread(ingest.stop, settings.drain_timeout_s)
        await asyncio.to_thread(follower.close)


@contextmanager
def open_control(settings: Settings) -> Iterator[ControlDatabase]:
    """Open the control database that the settings name, and close it at the end.

    Raises:
        InvalidInput: Its address cannot be used.
        Unavailable: It does not answer.
        OSError: The folder cannot be made.
    """
    control = ControlDatabase(settings.control_url or sqlite_url(settings.data_path))
    try:
        yield control
    finally:
        control.close()


def refuse_without_keys(settings: Settings, control: ControlDatabase) -> None:
    """Keep a server that others can reach from starting open to all.

    Raises:
        InvalidInput: Keys are needed and none is good; the field is `host`.
    """
    if not settings.needs_keys or any(key.revoked_at_ns is None for key in list_keys(control)):
        return
    raise InvalidInput(
        "require_keys" if settings.is_loopback else "host",
        "API keys are needed and there are none; make one first: watchglass keys create admin --scope admin",
    )


def _shown(host: str) -> str:
    """A host as it stands in an address."""
    return f"[{host}]" if ":" in host else host
