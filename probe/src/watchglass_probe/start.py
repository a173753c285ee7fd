"""`init`: everything set up in one call, once; and its end."""

import atexit
import logging
import os
import threading
from collections.abc import Collection, Iterable
from pathlib import Path

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.resources import Resource

from watchglass_probe.clock import SYSTEM_CLOCK
from watchglass_probe.configuration import Configuration, ask_for_content, read_configuration
from watchglass_probe.delivery.delivery import Delivery
from watchglass_probe.delivery.export import Kind
from watchglass_probe.delivery.losses import Losses
from watchglass_probe.delivery.opening import open_queues
from watchglass_probe.delivery.post import Poster
from watchglass_probe.delivery.queue import Bounds, ExportQueue
from watchglass_probe.errors import InvalidInput
from watchglass_probe.host.gpu import observe_gpus
from watchglass_probe.host.machine import observe_machine
from watchglass_probe.instrumentations import turn_on
from watchglass_probe.log_records import RecordsToOpenTelemetry
from watchglass_probe.otlp import LogsToQueue, MetricsToQueue, SpansToQueue
from watchglass_probe.providers import Part, join_logs, join_metrics, join_traces
from watchglass_probe.streams.measure import gap_histogram

log = logging.getLogger("watchglass_probe")

SCOPE = "watchglass_probe"
BUFFER_BYTES = 256 * 2**20
LEAST_BUFFER_BYTES = 2**20
BUFFER_AGE_S = 7 * 86_400.0
BUFFERED_DELAY_MS = 1000.0
"""With a buffer a batch is on disk this soon; kill -9 loses what is younger."""
EXIT_TIMEOUT_S = 5.0


class Probe:
    """What `init` has set up.

    Attributes:
        instrumented: Distributions whose instrumentation was turned on.
    """

    def __init__(self, configuration: Configuration, resource: Resource, folder: Path | None, bounds: Bounds) -> None:
        def open_all(losses: Losses) -> list[ExportQueue]:
            return open_queues(folder, bounds, losses, SYSTEM_CLOCK)

        self._delivery = Delivery(
            open_all, Poster(configuration.targets), SYSTEM_CLOCK, is_gzipped=configuration.is_gzipped
        )
        self._parts: list[Part] = []
        self._log_handler: RecordsToOpenTelemetry | None = None
        self._meter: Meter | None = None
        self.instrumented: list[str] = []
        self._join(configuration, resource, is_buffered=folder is not None)

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Send all that was recorded until now.

        Returns:
            Whether the server has it; False after `timeout_s`, and then it goes on being sent.
        """
        self.hand_in()
        return self._delivery.flush(timeout_s)

    def hand_in(self) -> None:
        """Put all that was recorded until now in the queue: with a buffer, on disk."""
        for part in self._parts:
            part.force_flush(10_000)

    def accept_score(self, body: bytes) -> bool:
        """Hand in one score; True when it is accepted for sending."""
        return self._delivery.accept(Kind.SCORES, 1, body)

    def observe_host(self) -> None:
        """Tell of the machine and its GPUs."""
        if self._meter is not None:
            observe_machine(self._meter)
            observe_gpus(self._meter)

    def handle_logs(self) -> None:
        """Send Python's log records, unless an instrumentation does that."""
        if self._log_handler is not None and not _has_otel_handler():
            self._log_handler.begin()

    def begin_in_child(self) -> None:
        """After a fork: a queue and a thread of this process's own."""
        self._delivery.begin_in_child()

    def stop(self) -> None:
        """Send what can be sent in a few seconds, and end."""
        if self._log_handler is not None:
            self._log_handler.end()
        for part in self._parts:
            part.shutdown()
        self._delivery.stop(EXIT_TIMEOUT_S)

    def _join(self, configuration: Configuration, resource: Resource, *, is_buffered: bool) -> None:
        delay_ms = BUFFERED_DELAY_MS if is_buffered else None
        if Kind.TRACES in configuration.signals:
            span_delay_ms = None if configuration.has_span_delay else delay_ms
            self._parts.append(join_traces(resource, SpansToQueue(self._delivery), span_delay_ms))
        if Kind.LOGS in configuration.signals:
            log_delay_ms = None if configuration.has_log_delay else delay_ms
            provider, part = join_logs(resource, LogsToQueue(self._delivery), log_delay_ms)
            self._parts.append(part)
            self._log_handler = RecordsToOpenTelemetry(provider)
        if Kind.METRICS in configuration.signals:
            metrics, part = join_metrics(resource, MetricsToQueue(self._delivery, gap_histogram.added_to))
            self._parts.append(part)
            self._meter = metrics.get_meter(SCOPE)
            self._observe_delivery(self._meter)

    def _observe_delivery(self, meter: Meter) -> None:
        delivery = self._delivery

        def dropped(options: CallbackOptions) -> Iterable[Observation]:
            for (kind, reason), items in delivery.losses.counts().items():
                yield Observation(items, {"watchglass.signal": kind.label, "watchglass.reason": reason.value})

        meter.create_observable_counter(
            "watchglass.probe.dropped", [dropped], "{item}", "Spans, points, log records and scores that were given up"
        )
        meter.create_observable_up_down_counter(
            "watchglass.probe.buffer.size", [lambda _: [Observation(delivery.waiting().bytes_)]], "By", "Bytes that wait to be sent"
        )
        meter.create_observable_up_down_counter(
            "watchglass.probe.buffer.exports", [lambda _: [Observation(delivery.waiting().exports)]], "{export}", "Requests that wait to be sent"
        )


_lock = threading.Lock()
_probe: Probe | None = None


def init(
    service: str | None = None,
    endpoint: str | None = None,
    key: str | None = None,
    *,
    release: str | None = None,
    environment: str | None = None,
    buffer: str | os.PathLike[str] | None = None,
    buffer_max_bytes: int = BUFFER_BYTES,
    buffer_max_age_s: float = BUFFER_AGE_S,
    instrument: bool | Collection[str] = True,
    content: bool = False,
    host: bool = True,
    logs: bool = True,
) -> Probe | None:
    """Send this process's traces, metrics and logs to Watchglass. Called again, it changes nothing.

    OpenTelemetry's own variables (OTEL_*) hold for what is not given here.

    Args:
        service: Name of the application (`service.name`).
        endpoint: Address of the server without a path; OTEL_EXPORTER_OTLP_ENDPOINT, or http://localhost:4318.
        key: API key, where the server asks for one.
        release: Version of the application (`service.version`).
        environment: Where it runs, such as `production` (`deployment.environment.name`).
        buffer: Folder in which telemetry waits while the server is away; None for memory alone.
        buffer_max_bytes: Most bytes that wait, for each process; beyond it the oldest are dropped. In memory at most 16 MiB.
        buffer_max_age_s: Longest time that telemetry waits, in seconds; what is older is dropped.
        instrument: Whether installed instrumentations are turned on, or the names of those that are.
        content: Whether OpenTelemetry's own instrumentations are asked to record prompts and answers, which they leave out by
            themselves; those of others record them and have variables of their own. OpenTelemetry's variables win.
        host: Whether the machine and its GPUs are told of, where psutil and nvidia-ml-py are installed.
        logs: Whether Python's log records are sent.

    Returns:
        The probe; None where OTEL_SDK_DISABLED turns it off.

    Raises:
        InvalidInput: An argument cannot be used.
    """
    global _probe  # noqa: PLW0603  one probe a process
    if buffer_max_bytes < LEAST_BUFFER_BYTES:
        raise InvalidInput("buffer_max_bytes", f"must be at least {LEAST_BUFFER_BYTES:,}")
    if not buffer_max_age_s > 0:
        raise InvalidInput("buffer_max_age_s", "must be above zero")
    configuration = read_configuration(endpoint, key)
    with _lock:
        if _probe is not None or not configuration.is_on:
            log.info("already set up" if _probe is not None else "OTEL_SDK_DISABLED is set: nothing is sent")
            return _probe
        said = {"service.name": service, "service.version": release, "deployment.environment.name": environment}
        resource = Resource.create({name: value for name, value in said.items() if value is not None})
        folder = Path(buffer) if buffer is not None else None
        probe = Probe(configuration, resource, folder, Bounds(buffer_max_bytes, buffer_max_age_s))
        if content:
            ask_for_content()
        if instrument:
            wanted = None if isinstance(instrument, bool) else instrument
            probe.instrumented = turn_on(wanted, configuration.silenced)
        if logs:
            probe.handle_logs()
        if host:
            probe.observe_host()
        _probe = probe
        return probe


def current() -> Probe | None:
    """The probe of this process; None before `init` and after `shutdown`."""
    return _probe


def shutdown() -> None:
    """Send what can be sent in a few seconds, and end; done by itself when the process ends."""
    global _probe
    with _lock:
        probe, _probe = _probe, None
    if probe is not None:
        probe.stop()


def _has_otel_handler() -> bool:
    return any(type(handler).__module__.startswith("opentelemetry.") for handler in logging.getLogger().handlers)


def _begin_in_child() -> None:
    global _lock  # noqa: PLW0603  a thread of the parent may have held it
    _lock = threading.Lock()
    if _probe is not None:
        _probe.begin_in_child()


atexit.register(shutdown)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)
