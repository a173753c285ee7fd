"""OTLP over HTTP: POST /v1/traces, /v1/logs and /v1/metrics, protobuf or JSON, answered after the commit.

Specification: https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog
from google.rpc.code_pb2 import Code

from watchglass.clock import Clock
from watchglass.errors import WatchglassError
from watchglass.ingest.admission import Limits, WaitingBytes
from watchglass.ingest.otlp_json import response_bytes, status_bytes
from watchglass.ingest.refusal import Refusal, refusal_of
from watchglass.ingest.request_body import Receive, read_body
from watchglass.ingest.unpacking import unpack
from watchglass.model.records import Committed, Export, Signal
from watchglass.store.ledger import batch_id

log = structlog.get_logger(__name__)

PATHS = {"/v1/traces": Signal.TRACES, "/v1/logs": Signal.LOGS, "/v1/metrics": Signal.METRICS}
PROTOBUF, JSON = "application/x-protobuf", "application/json"

Admit = Callable[[Mapping[str, str], str], str]
"""Request headers (lower-case names) and the client's address in, project id out; raises when it may not come in."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Commits(Protocol):
    """What a signal's committer offers."""

    async def commit(self, export: Export) -> Committed:
        """Store an export; see store.writer.Committer.commit."""
        ...


class RequestObserver(Protocol):
    """Told of every request."""

    def request(self, signal: Signal, protocol: str, status: int | str) -> None:
        """A request was answered with `status`."""
        ...

    def rejected(self, signal: Signal, cause: str, requests: int = 1, rows: int = 0) -> None:
        """A request was refused for `cause`."""
        ...


class OtlpHttp:
    """The three routes as one ASGI application."""

    def __init__(
        self,
        committers: Mapping[Signal, Commits],
        admit: Admit,
        waiting: WaitingBytes,
        clock: Clock,
        observer: RequestObserver,
        limits: Limits,
    ) -> None:
        """Wire the routes; nothing is opened."""
        self._committers = committers
        self._admit = admit
        self._waiting = waiting
        self._clock = clock
        self._observer = observer
        self._limits = limits

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request to one of PATHS."""
        signal = PATHS[scope["path"]]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        as_json = _media_type(headers) == JSON
        retry_after_s = 0.0
        try:
            committed = await self._take(signal, scope, headers, receive)
            status, body = 200, response_bytes(signal, committed, as_json)
        except Refusal as refusal:
            status, retry_after_s = refusal.status, refusal.retry_after_s
            body = status_bytes(refusal.code, refusal.detail, as_json, retry_after_s)
            self._observer.rejected(signal, refusal.cause)
        self._observer.request(signal, "http", status)
        answer_headers = [
            (b"content-type", (JSON if as_json else PROTOBUF).encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        if retry_after_s:
            answer_headers.append((b"retry-after", str(math.ceil(retry_after_s)).encode()))
        if status == 405:
            answer_headers.append((b"allow", b"POST"))
        if status == 401:
            answer_headers.append((b"www-authenticate", b"Bearer"))
        if status in (408, 413):
            # the rest of the body was not read, so the connection cannot carry another request
            answer_headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": answer_headers})
        await send({"type": "http.response.body", "body": body})

    async def _take(
        self, signal: Signal, scope: Mapping[str, Any], headers: Mapping[str, str], receive: Receive
    ) -> Committed:
        """Check, read, unpack and commit one request; raises Refusal."""
        if scope["method"] != "POST":
            raise Refusal(405, Code.UNIMPLEMENTED, "method: only POST is understood here", "method")
        media_type = _media_type(headers)
        if media_type not in (PROTOBUF, JSON):
            raise Refusal(415, Code.INVALID_ARGUMENT, f"content-type: {media_type!r} is neither {PROTOBUF} nor {JSON}", "content_type")
        client = scope.get("client") or ("", 0)
        try:
            project_id = self._admit(headers, client[0])
            with self._waiting.hold() as held:
                body = await read_body(headers, receive, held, self._limits)
                encoding = headers.get("content-encoding", "identity").strip().lower()
                body = await unpack(
                    body, signal, held, encoding=encoding, as_json=media_type == JSON, limit_bytes=self._limits.max_request_bytes
                )
                export = Export(signal, project_id, body, batch_id(project_id, signal, body), self._clock.now_ns())
                return await self._committers[signal].commit(export)
        except WatchglassError as error:
            raise refusal_of(error) from error


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").split(";", 1)[0].strip().lower()
