"""A running server: started with the settings, drained and stopped by a signal."""

import asyncio
import errno
import socket
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from watchglass.api.application import build_api
from watchglass.api.services import Services
from watchglass.app.alerting import build_rules
from watchglass.app.delivering import build_outlets
from watchglass.app.evaluating import build_evaluation
from watchglass.app.ingest import build_ingest
from watchglass.app.notifying import build_notifications
from watchglass.app.scraping import build_scraper, stop_scraper
from watchglass.app.stores import open_control, open_engine, refuse_without_keys, store_answers
from watchglass.clock import Clock
from watchglass.errors import InvalidInput
from watchglass.http_server import Asgi, GracefulServer, until_told
from watchglass.ingest.cost import Pricer
from watchglass.ingest.doors import Doors
from watchglass.ingest.otlp_http import PATHS
from watchglass.ingest.remote_write.route import PATH as REMOTE_WRITE
from watchglass.prometheus.model_calls import ModelCalls
from watchglass.settings import Settings
from watchglass.store.changes import Changes
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.follower import Follower
from watchglass.store.engine import Engine
from watchglass.store.other_commits import OtherCommits
from watchglass.store.scores import ScoreWriter
from watchglass.telemetry import Telemetry

log = structlog.get_logger(__name__)


def dispatch(otlp: Asgi, remote_write: Asgi, api: Asgi) -> Asgi:
    """Send the paths of OTLP and remote write to the ingest routes, which skip the API's machinery, and all else to the API."""

    async def application(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        chosen = otlp if path in PATHS else remote_write if path == REMOTE_WRITE else api
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
    """A Watchglass server: started by `run`, stopped by a signal."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Prepare; nothing is opened before `run`."""
        self._settings = settings
        self._clock = clock
        self._stop = asyncio.Event()

    async def run(self, on_ready: Callable[[str], None], on_stopping: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGINT or SIGTERM, then answer what was accepted and end.

        Args:
            on_ready: Called with the address of HTTP once requests are answered.
            on_stopping: Called on a thread before the server takes no more requests.

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
                await self._serve(http_socket, engine, control, on_ready, on_stopping)
            finally:
                await asyncio.to_thread(engine.close)
        log.info("stopped")

    async def _serve(
        self,
        http_socket: socket.socket,
        engine: Engine,
        control: ControlDatabase,
        on_ready: Callable[[str], None],
        on_stopping: Callable[[], None],
    ) -> None:
        settings, clock = self._settings, self._clock
        follower = Follower(control)
        doors = Doors(control, follower, clock, needs_keys=settings.needs_keys)
        telemetry = Telemetry()
        model_calls = ModelCalls(settings.metrics_max_label_sets)
        telemetry.follow(model_calls.stored)
        prices = Pricer(lambda: follower.snapshot.prices)
        changes = Changes(settings.live_max_clients)
        telemetry.watch("watchglass_live_clients", "Clients that follow live changes", lambda: float(changes.count))
        ingest = build_ingest(settings, clock, engine, telemetry, prices, doors.admit, changes.tell)
        scraper = build_scraper(settings, clock, ingest, telemetry)
        others = OtherCommits(engine, clock, changes.tell, lambda: changes.count > 0)
        notifications = build_notifications(settings, clock, control, follower, telemetry)
        rules = build_rules(settings, control)
        outlets = build_outlets(settings, clock, engine, control, telemetry, model_calls)
        evaluation = build_evaluation(
            settings, clock, engine, control, telemetry,
            rules=rules, targets=notifications.configured, project_ids=lambda: follower.snapshot.project_ids, tell=changes.tell,
        )  # fmt: skip
        services = Services(
            settings=settings,
            clock=clock,
            engine=engine,
            control=control,
            scores=ScoreWriter(engine, clock),
            changes=changes,
            identify=doors.identify,
            project_ids=lambda: follower.snapshot.project_ids,
            telemetry=telemetry,
            model_calls=model_calls,
            scraper=scraper,
            outlets=outlets.configured,
            notifications=notifications,
            rules=rules,
            model_metrics=outlets.model_metrics,
            not_ready=lambda: ingest.not_ready() + store_answers(engine),
        )
        server = GracefulServer(dispatch(ingest.http, ingest.remote_write, build_api(services)), drain_timeout_s=settings.drain_timeout_s)
        if settings.grpc_port >= 0:
            log.info("OTLP over gRPC", host=settings.host, port=await ingest.grpc.start(settings.host, settings.grpc_port))
        for start in (follower.start, outlets.start, notifications.start, evaluation.start, ingest.start):
            start()
        if settings.store == "cluster":
            others.start()
        if scraper is not None:
            scraper.start()
        serving = asyncio.create_task(server.serve(sockets=[http_socket]))
        await server.until_started(serving)
        on_ready(f"http://{_shown(settings.host)}:{http_socket.getsockname()[1]}")
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({serving, stopping}, return_when="FIRST_COMPLETED")
        stopping.cancel()
        await asyncio.to_thread(on_stopping)
        changes.close()
        log.info("stopping; accepted exports are committed first")
        server.should_exit = True
        await asyncio.gather(serving, ingest.grpc.stop(settings.drain_timeout_s))
        await asyncio.to_thread(stop_scraper, scraper, settings.drain_timeout_s)
        await asyncio.to_thread(ingest.stop, settings.drain_timeout_s)
        for close in (outlets.close, evaluation.close, notifications.close, others.close, follower.close):
            await asyncio.to_thread(close)


def _shown(host: str) -> str:
    """A host as it stands in an address."""
    return f"[{host}]" if ":" in host else host
