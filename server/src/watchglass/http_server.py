"""The HTTP server around the routes: bounded heads, bounded time to send them, and an end that loses nothing."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Asgi = Callable[[Any, Any, Any], Awaitable[None]]

MAX_HEAD_BYTES = 64 * 1024
"""Largest request line and headers together; the parser itself has no bound."""

HEAD_TIMEOUT_S = 10.0
"""Time in which a client must send the head of its request once it has connected or begun."""

MAX_CONNECTIONS = 2000
"""Connections held at once; one more is closed at once."""

KEEP_ALIVE_S = 65
"""How long an idle connection stays open; above the 60 s at which common clients and proxies drop theirs."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits that it does not have itself."""

    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or close it when there are too many."""
        super().connection_made(transport)
        self._is_in_head = True
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
            return
        self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; bound what a head may take in bytes and in time."""
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._is_in_head or self.transport.is_closing():
            return
        if self._head_bytes > MAX_HEAD_BYTES:
            self._stop_timer()
            self.send_400_response("The head of the request is too large.")
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._give_up)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._is_in_head = False
        self._head_bytes = 0
        self._stop_timer()
        super().on_headers_complete()

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.abort()

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


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
