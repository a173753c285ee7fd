"""The HTTP server around the routes: bounded heads, bounded time to send them, and an end that loses nothing."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Asgi = Callable[[Any, Any, Any], Awaitable[None]]

MAX_HEAD_BYTES = 64 * 1024
"""Largest request line and headers together; the parser itself has no bound."""

HEAD_TIMEOUT_S = 10.0
"""Time in which a client must send the head of its request once it has connected or begun."""

BODY_TIMEOUT_S = 300.0
"""Time in which a body must have arrived, whoever reads it; exports have a shorter one (ingest_read_timeout_s)."""

LINGER_S = 5.0
"""How long a client that was answered early may go on sending before its connection is cut."""

MAX_CONNECTIONS = 2000
"""Connections held at once; one more is closed at once."""

KEEP_ALIVE_S = 65
"""How long an idle connection stays open; above the 60 s at which common clients and proxies drop theirs."""


class Part(Enum):
    """What of a request the server waits for."""

    HEAD = auto()
    BODY = auto()
    NOTHING = auto()


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits that it does not have itself."""

    _awaited = Part.HEAD
    _head_bytes = 0
    _timer: asyncio.TimerHandle | None = None
    _timed: Part | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or close it when there are too many."""
        super().connection_made(_LingeringTransport(transport, self.loop, self._is_receiving))  # type: ignore[arg-type]
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
            return
        self._set_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; bound what a head may take in bytes, and each part of a request in time."""
        if self.transport.is_closing():
            return
        if self._awaited is Part.HEAD:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._awaited is Part.HEAD and self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")
        if self.transport.is_closing():
            self._stop_timer()
        elif self._timed is not self._awaited:
            self._set_timer()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._awaited = Part.HEAD
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._awaited, self._timed, self._head_bytes = Part.BODY, None, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is there."""
        self._awaited, self._timed = Part.NOTHING, None
        super().on_message_complete()

    def _is_receiving(self) -> bool:
        """Whether the client is in the middle of a request."""
        return self._awaited is Part.BODY or (self._awaited is Part.HEAD and self._head_bytes > 0)

    def _set_timer(self) -> None:
        """Give the client its time for what is awaited."""
        self._stop_timer()
        self._timed = self._awaited
        if self._awaited is not Part.NOTHING:
            seconds = HEAD_TIMEOUT_S if self._awaited is Part.HEAD else BODY_TIMEOUT_S
            self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _LingeringTransport:
    """A transport that, closed in the middle of a request, takes what the client still sends and forgets it.

    Otherwise the system would reset the connection, and the client would lose the answer that says why.
    """

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, is_receiving: Callable[[], bool]
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._is_receiving = is_receiving
        self._is_lingering = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Whether nothing more is sent."""
        return self._is_lingering or self._transport.is_closing()

    def close(self) -> None:
        """Send what is written, then close: at once, or when the client has ended, or after LINGER_S."""
        if self.is_closing() or not self._is_receiving():
            self._transport.close()
            return
        self._is_lingering = True
        self._transport.write_eof()
        self._transport.resume_reading()
        self._loop.call_later(LINGER_S, self._transport.abort)


class GracefulServer(uvicorn.Server):
    """A uvicorn server that leaves signals to its owner: uvicorn would raise them again before what waits is stored."""

    def __init__(self, application: Asgi, *, drain_timeout_s: float) -> None:
        """Serve `application`; at the end requests that run may take `drain_timeout_s` seconds more."""
        super().__init__(
            uvicorn.Config(
                application,
                loop="uvloop",
                http=BoundedHttpProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=max(1, round(drain_timeout_s)),
            )
        )

    async def until_started(self, serving: "asyncio.Task[None]") -> None:
        """Wait until connections are taken, or until `serving` ended before."""
        while not self.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells by a flag alone
            await asyncio.sleep(0.005)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


@contextmanager
def until_told(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` at SIGINT or SIGTERM; a second one ends the process as it would have."""
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
