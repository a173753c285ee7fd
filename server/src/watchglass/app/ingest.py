"""What takes exports in, wired: decoders, committers and both OTLP protocols."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from watchglass.clock import Clock
from watchglass.ingest.admission import Limits, WaitingBytes
from watchglass.ingest.logs import LogDecoder
from watchglass.ingest.metrics import MetricDecoder
from watchglass.ingest.otlp_grpc import OtlpGrpc
from watchglass.ingest.otlp_http import Admit, OtlpHttp
from watchglass.ingest.remote_write.route import RemoteWrite
from watchglass.ingest.traces import Prices, TraceDecoder
from watchglass.model.records import Committed, Export, Signal
from watchglass.settings import Settings
from watchglass.store.commit import Decode
from watchglass.store.engine import Engine
from watchglass.store.ledger import Ledger
from watchglass.store.writer import Committer
from watchglass.telemetry import Telemetry

log = structlog.get_logger(__name__)


class Telling:
    """A committer that tells what it stored: the project whose rows were committed."""

    def __init__(self, committer: Committer, tell: Callable[[str], None]) -> None:
        """Commit with `committer`, then call `tell`."""
        self._committer = committer
        self._tell = tell

    async def commit(self, export: Export) -> Committed:
        """Store an export; see store.writer.Committer.commit."""
        committed = await self._committer.commit(export)
        if committed.accepted_rows and not committed.is_resend:
            self._tell(export.project_id)
        return committed


@dataclass(frozen=True, slots=True)
class Ingest:
    """What takes exports in.

    Attributes:
        committers: The group commit of each signal.
        telling: The same, telling those who follow live changes.
        waiting: The bound on what may wait.
        http: The OTLP routes.
        grpc: The OTLP services.
        remote_write: The route of Prometheus's remote write.
    """

    committers: Mapping[Signal, Committer]
    telling: Mapping[Signal, Telling]
    waiting: WaitingBytes
    http: OtlpHttp
    grpc: OtlpGrpc
    remote_write: RemoteWrite

    def start(self) -> None:
        """Begin to commit.

        Raises:
            StoreError: A table cannot be read.
        """
        for committer in self.committers.values():
            committer.start()

    def stop(self, timeout_s: float) -> None:
        """Commit what waits, each signal within `timeout_s` seconds, take no more, and log whether all was stored."""
        late = [signal.value for signal, committer in self.committers.items() if not committer.stop(timeout_s)]
        if late:
            log.error("not all exports were committed in time; they were not answered", signals=late)
        else:
            log.info("every accepted export is stored")

    def not_ready(self) -> list[str]:
        """Why exports cannot be committed now."""
        return [f"{signal.value} are not committed" for signal, it in self.committers.items() if not it.is_running]


def build_ingest(
    settings: Settings,
    clock: Clock,
    engine: Engine,
    telemetry: Telemetry,
    prices: Prices,
    admit: Admit,
    tell: Callable[[str], None],
) -> Ingest:
    """Wire decoders, committers and both OTLP protocols; nothing runs yet. `tell` is called with the project of new rows."""
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
    telling = {signal: Telling(committer, tell) for signal, committer in committers.items()}
    http = OtlpHttp(telling, admit, waiting, clock, telemetry, limits)
    grpc = OtlpGrpc(telling, admit, waiting, clock, telemetry, limits)
    remote_write = RemoteWrite(telling[Signal.METRICS], admit, waiting, clock, telemetry, limits)
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
    return Ingest(committers, telling, waiting, http, grpc, remote_write)
