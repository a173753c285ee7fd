"""OTLP over gRPC: the Export methods of the trace, logs and metrics services, answered after the commit.

Specification: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote

import grpc
import structlog

from watchglass.clock import Clock
from watchglass.errors import InvalidInput, Unavailable, WatchglassError
from watchglass.ingest.admission import Limits, WaitingBytes
from watchglass.ingest.otlp_http import Admit, Commits, RequestObserver
from watchglass.ingest.otlp_json import response_bytes, status_message
from watchglass.ingest.refusal import Refusal, refusal_of, too_slow
from watchglass.ingest.unpacking import unpack
from watchglass.model.records import Export, Signal
from watchglass.store.ledger import batch_id

log = structlog.get_logger(__name__)

METHODS = {
    "/opentelemetry.proto.collector.trace.v1.TraceService/Export": Signal.TRACES,
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export": Signal.LOGS,
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export": Signal.METRICS,
}
DETAILS_KEY = "grpc-status-details-bin"
LEAST_READERS = 4
STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Handler = Callable[[AsyncIterator[bytes], Context], Awaitable[bytes]]


class OtlpGrpc(grpc.GenericRpcHandler):  # type: ignore[misc]
    """The three services on a port of their own.

    Bodies are taken as bytes, so that they are parsed once, by the group; and the method is declared to take a stream
    of requests, of which it reads the first: so it decides when to read, which bounds how many large bodies are in
    memory and how long each may take. On the wire the two are the same.
    """

    def __init__(
        self,
        committers: Mapping[Signal, Commits],
        admit: Admit,
        waiting: WaitingBytes,
        clock: Clock,
        observer: RequestObserver,
        limits: Limits,
    ) -> None:
        """Wire the services; `start` listens."""
        self._committers = committers
        self._admit = admit
        self._waiting = waiting
        self._clock = clock
        self._observer = observer
        self._limits = limits
        self._readers = asyncio.Semaphore(max(LEAST_READERS, waiting.limit_bytes // limits.max_request_bytes))
        self._server: grpc.aio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen on `host` and `port` (0 chooses one) and return the port.

        Raises:
            InvalidInput: The port is taken, or the address is not this machine's.
        """
        options = [
            ("grpc.max_receive_message_length", self._limits.max_request_bytes),
            # unpacked by us, within the limit and on a thread, instead of by gRPC before it looks at the size
            ("grpc.per_message_decompression", 0),
            ("grpc.so_reuseport", 0),
        ]
        server = grpc.aio.server(handlers=(self,), options=options)
        try:
            bound: int = server.add_insecure_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        except RuntimeError as error:
            raise InvalidInput("grpc_port", f"cannot listen on {host}:{port}: {error}") from error
        await server.start()
        self._server = server
        return bound

    async def stop(self, grace_s: float) -> None:
        """Refuse new requests, and end those under way after at most `grace_s` seconds."""
        if self._server is not None:
            await self._server.stop(grace_s)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        """Choose the handler of a method; None for one that is not OTLP's. See grpc.GenericRpcHandler."""
        signal = METHODS.get(handler_call_details.method)
        return None if signal is None else grpc.stream_unary_rpc_method_handler(self._handler(signal))

    def _handler(self, signal: Signal) -> Handler:
        async def export(requests: AsyncIterator[bytes], context: Context) -> bytes:
            try:
                answer = await self._take(signal, requests, context)
            except Refusal as refusal:
                self._observer.rejected(signal, refusal.cause)
                code = STATUS_CODES[refusal.code]
                self._observer.request(signal, "grpc", code.name)
                status = status_message(refusal.code, refusal.detail, refusal.retry_after_s)
                await context.abort(code, refusal.detail, ((DETAILS_KEY, status.SerializeToString()),))
                raise  # abort has raised already
            self._observer.request(signal, "grpc", grpc.StatusCode.OK.name)
            return answer

        return export

    async def _take(self, signal: Signal, requests: AsyncIterator[bytes], context: Context) -> bytes:
        """Check, read, unpack and commit one request; raises Refusal."""
        headers = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        try:
            project_id = self._admit(headers, client_address(context.peer()))
            with self._waiting.hold() as held:
                body = await self._read(requests)
                held.grow(len(body))
                body = await unpack(
                    body, signal, held, encoding=encoding_of(body), as_json=False, limit_bytes=self._limits.max_request_bytes
                )
                export = Export(signal, project_id, body, batch_id(project_id, signal, body), self._clock.now_ns())
                committed = await self._committers[signal].commit(export)
        except WatchglassError as error:
            raise refusal_of(error) from error
        return response_bytes(signal, committed, as_json=False)

    async def _read(self, requests: AsyncIterator[bytes]) -> bytes:
        """Read the request, one of a bounded number at a time: until then at most a window of it has been received."""
        is_reading = False
        try:
            async with asyncio.timeout(self._limits.read_timeout_s), self._readers:
                is_reading = True
                body = await anext(requests, None)
        except TimeoutError:
            if is_reading:
                raise too_slow(self._limits.read_timeout_s) from None
            raise Unavailable("too many exports are being sent; send it again", cause="queue_full") from None
        if body is None:
            raise InvalidInput("body", "there was no request in the call")
        return body


def encoding_of(body: bytes) -> str:
    """Tell how a message is compressed: gRPC does not say it to a server that decompresses by itself.

    A request is a message with one field, of number 1, so it begins with 0x0A; gzip begins with 0x1F and zlib's deflate
    with 0x78, which in a request would be a field 15.
    """
    if body[:1] == b"\x1f":
        return "gzip"
    if body[:1] == b"\x78":
        return "deflate"
    return "identity"


def client_address(peer: str) -> str:
    """The address in gRPC's name of a peer (`ipv4:127.0.0.1:53412`, `ipv6:%5B::1%5D:53412`); empty for other kinds."""
    kind, _, rest = peer.partition(":")
    if kind not in ("ipv4", "ipv6"):
        return ""
    return unquote(rest).rpartition(":")[0].strip("[]")
