"""The whole demonstration: the stub in this process, and a process for each application."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec

import structlog

from watchglass.clock import SystemClock
from watchglass.demo.application import Orders
from watchglass.demo.own_metrics import telling
from watchglass.demo.stub.faults import Faults, Timing
from watchglass.demo.stub.load import Load
from watchglass.demo.stub.server import running_stub
from watchglass.errors import InvalidInput
from watchglass.settings import child_environment

log = structlog.get_logger(__name__)

PACKAGES = ("openai", "anthropic", "langchain_openai", "openinference", "opentelemetry.sdk")
FAULTS = Faults(rate_limited_ratio=0.04, server_error_ratio=0.02)
FOREIGN_VARIABLES = ("OTEL_", "OPENAI_", "ANTHROPIC_", "LANGCHAIN_", "LANGSMITH_", "TRACELOOP_")
"""Variables that the clients and instrumentations would read, keys among them: the applications see none of them."""
OWN_VARIABLES = {
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
    "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
    "LANGSMITH_TRACING": "false",
    "TRACELOOP_TELEMETRY": "false",
    "NO_PROXY": "*",
    "PYTHONWARNINGS": "ignore",
}
MAX_RESTARTS = 3
STOP_TIMEOUT_S = 5.0
WATCH_INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """One application: its module, its share of the rate, and how it differs."""

    module: str
    share: float
    release: str
    environment: str = "production"
    slowdown: float = 1.0


PARTS = (
    Part("support", 0.40, "2.7.1"),
    Part("support", 0.15, "2.8.0", slowdown=3.0),
    Part("writing", 0.20, "1.3.0"),
    Part("editing", 0.25, "0.9.4", environment="staging"),
)
"""Release 2.8.0 of the chatbot is the slow one."""


def run_demo(
    endpoint: str,
    rate_per_s: float = 1.0,
    *,
    stop: threading.Event | None = None,
    api_key: str = "",
    seed: int = 1,
    history_hours: float = 6.0,
    time_scale: float = 1.0,
) -> None:
    """Send living data to a Watchglass server until `stop` is set, or for ever.

    Args:
        endpoint: Address of the server, without a path.
        rate_per_s: Conversations, articles and reviews started a second, over all applications.
        stop: Ends the demonstration when it is set.
        api_key: Key with the scope `ingest`, empty where the server needs none.
        seed: The same seed gives the same questions and answers.
        history_hours: Hours of history that are written first; 0 for none.
        time_scale: Factor on the time that models take; 0 for none.

    Raises:
        InvalidInput: The rate is not above 0, or the packages of the extra `demo` are not installed.
    """
    if rate_per_s <= 0:
        raise InvalidInput("rate", "must be above 0 a second")
    absent = [name for name in PACKAGES if find_spec(name.split(".")[0]) is None]
    if absent:
        raise InvalidInput("demo", f"{', '.join(absent)} not installed; run: pip install 'watchglass[demo]'")
    stop = stop or threading.Event()
    with ExitStack() as stack:
        load = Load(SystemClock())
        stub = stack.enter_context(running_stub(seed=seed, timing=Timing(scale=time_scale), faults=FAULTS, load=load))
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        stack.enter_context(telling(load, stub, endpoint.rstrip("/"), headers))
        orders = Orders(endpoint.rstrip("/"), headers, stub, seed=seed, history_hours=history_hours)
        if history_hours > 0:
            stack.enter_context(_running("history", orders))
        workers = [_Worker(part, orders, rate_per_s) for part in PARTS]
        for worker in workers:
            stack.callback(worker.wait)
        for worker in workers:
            stack.callback(worker.tell_to_stop)
            worker.start()
        log.info("demonstration runs", endpoint=endpoint, rate_per_s=rate_per_s)
        while not stop.wait(WATCH_INTERVAL_S):
            for worker in workers:
                worker.restart_if_dead()


class _Worker:
    """The process of one part, started again when it dies, a few times."""

    def __init__(self, part: Part, orders: Orders, rate_per_s: float) -> None:
        self._module = part.module
        self._orders = replace(
            orders,
            rate_per_s=rate_per_s * part.share,
            release=part.release,
            environment=part.environment,
            slowdown=part.slowdown,
        )
        self._restarts = 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the process."""
        self._process = _start(self._module, self._orders)

    def restart_if_dead(self) -> None:
        """Start it again when it ended, at most MAX_RESTARTS times."""
        if self._process is None or self._process.poll() is None:
            return
        log.warning("an application of the demonstration ended", module=self._module, code=self._process.returncode)
        self._process = None
        if self._restarts < MAX_RESTARTS:
            self._restarts += 1
            self.start()

    def tell_to_stop(self) -> None:
        """Tell the process to send what it has still to send, and end."""
        if self._process is not None:
            _tell_to_stop(self._process)

    def wait(self) -> None:
        """Wait for its end."""
        if self._process is not None:
            _wait(self._process)


@contextmanager
def _running(module: str, orders: Orders) -> Iterator[None]:
    process = _start(module, orders)
    try:
        yield
    finally:
        _tell_to_stop(process)
        _wait(process)


def _start(module: str, orders: Orders) -> subprocess.Popen[str]:
    environment = child_environment(OWN_VARIABLES, without=FOREIGN_VARIABLES)
    command = [sys.executable, "-m", "watchglass.demo", module]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, text=True)  # noqa: S603  # nothing of it is given
    assert process.stdin is not None
    process.stdin.write(orders.as_line())
    process.stdin.flush()
    return process


def _tell_to_stop(process: subprocess.Popen[str]) -> None:
    """Close the process's standard input: the end of it is the word to stop."""
    assert process.stdin is not None
    process.stdin.close()


def _wait(process: subprocess.Popen[str]) -> None:
    """Wait for the process's end; kill it when it takes too long."""
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
