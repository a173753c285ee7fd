"""POST /api/v1/write: remote write 1.0 and 2.0, answered after the commit.

Answers as the specification says: 2xx when all is stored, 4xx for what can never succeed, 5xx for what is to be sent again.
"""

import asyncio
import math
from collections.abc import Mapping
from typing import Any

import cramjam
from google.rpc.code_pb2 import Code

from watchglass.clock import Clock
from watchglass.errors import InvalidInput, WatchglassError
from watchglass.ingest.admission import Limits, WaitingBytes
from watchglass.ingest.compression import TooLarge
from watchglass.ingest.otlp_http import Admit, Commits, RequestObserver, Send
from watchglass.ingest.refusal import Refusal, refusal_of
from watchglass.ingest.remote_write.series import Metadata, read_first, read_second
from watchglass.ingest.remote_write.translate import KnownBuckets, Translated, translate
from watchglass.ingest.request_body import Receive, read_body
from watchglass.model.records import Export, Signal
from watchglass.store.ledger import batch_id

PATH = "/api/v1/write"
FIRST, SECOND = "prometheus.WriteRequest", "io.prometheus.write.v2.Request"
GROWTH = 12
"""How many times a body's size its series may take while they are read."""
SLOW_RETRY_AFTER_S = 5
"""Seconds after which a request that did not arrive in time is to be sent again."""


class RemoteWrite:
    """The route as an ASGI application."""

    def __init__(
        self, commits: Commits, admit: Admit, waiting: WaitingBytes, clock: Clock, observer: RequestObserver, limits: Limits
    ) -> None:
        """Wire the route; what is learnt about names is kept per project."""
        self._commits = commits
        self._admit = admit
        self._waiting = waiting
        self._clock = clock
        self._observer = observer
        self._limits = limits
        self._memory: dict[str, tuple[Metadata, KnownBuckets]] = {}
        self._reading = asyncio.Lock()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        written = Translated(b"")
        retry_after_s, body = 0.0, b""
        try:
            written = await self._take(scope, headers, receive)
            status = 400 if written.refused else 204
            body = "; ".join(written.refused[:10]).encode()
        except Refusal as refusal:
            # 429 is not retried by a Prometheus that was not told to, so what is to be sent again is always a 5xx
            status = 503 if refusal.status in (408, 429) or refusal.cause == "disconnected" else refusal.status
            retry_after_s = SLOW_RETRY_AFTER_S if refusal.cause == "slow_request" else refusal.retry_after_s
            body = refusal.detail.encode()
            self._observer.rejected(Signal.METRICS, refusal.cause)
        self._observer.request(Signal.METRICS, "remote_write", status)
        counts = {"samples": written.sample_count, "histograms": written.histogram_count, "exemplars": written.exemplar_count}
        answered = [(f"x-prometheus-remote-write-{name}-written".encode(), str(count).encode()) for name, count in counts.items()]
        if status != 204:
            answered += [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        if retry_after_s:
            answered.append((b"retry-after", str(math.ceil(retry_after_s)).encode()))
        if status == 405:
            answered.append((b"allow", b"POST"))
        if status in (413, 503):
            answered.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": answered})
        await send({"type": "http.response.body", "body": b"" if status == 204 else body})

    async def _take(self, scope: Mapping[str, Any], headers: Mapping[str, str], receive: Receive) -> Translated:
        """Check, read, translate and commit one request; raises Refusal."""
        if scope["method"] != "POST":
            raise Refusal(405, Code.UNIMPLEMENTED, "method: only POST is understood here", "method")
        is_second = _version(headers) == SECOND
        client = scope.get("client") or ("", 0)
        try:
            project_id = self._admit(headers, client[0])
            with self._waiting.hold() as held:
                sent = await read_body(headers, receive, held, self._limits)
                plain = unsnappy(sent, self._limits.max_request_bytes)
                with held.briefly(len(plain) * GROWTH):
                    translated = await self._translated(project_id, plain, is_second)
                held.grow(len(translated.body))
                if translated.body:
                    identifier = batch_id(project_id, Signal.METRICS, translated.body)
                    export = Export(Signal.METRICS, project_id, translated.body, identifier, self._clock.now_ns())
                    await self._commits.commit(export)
                return translated
        except WatchglassError as error:
            raise refusal_of(error) from error

    async def _translated(self, project_id: str, plain: bytes, is_second: bool) -> Translated:
        metadata, known = self._memory.setdefault(project_id, (Metadata(), KnownBuckets()))

        def work() -> Translated:
            return translate(read_second(plain) if is_second else read_first(plain, metadata), known)

        # one at a time: what is learnt about names and buckets belongs to all requests of a project
        async with self._reading:
            return await asyncio.to_thread(work)


def unsnappy(body: bytes, limit_bytes: int) -> bytes:
    """Decompress a snappy block.

    Raises:
        TooLarge: It would be larger than `limit_bytes`; nothing was decompressed.
        InvalidInput: It is none; the field is `body`.
    """
    try:
        size = cramjam.snappy.decompress_raw_len(body)
        if size > limit_bytes:
            raise TooLarge("body", f"larger than the limit of {limit_bytes} bytes once decompressed")
        return bytes(cramjam.snappy.decompress_raw(body))
    except cramjam.DecompressionError as error:
        raise InvalidInput("body", f"not a snappy block: {error}") from error


def _version(headers: Mapping[str, str]) -> str:
    """Which request it is.

    Raises:
        Refusal: Its type or encoding is not one of remote write's.
    """
    media_type, *parameters = (part.strip() for part in headers.get("content-type", "").split(";"))
    given = dict(part.split("=", 1) for part in parameters if "=" in part)
    version = given.get("proto", FIRST).strip('"')
    if media_type.lower() != "application/x-protobuf" or version not in (FIRST, SECOND):
        detail = f"content-type: must be application/x-protobuf, with proto={FIRST} or proto={SECOND}"
        raise Refusal(415, Code.INVALID_ARGUMENT, detail, "content_type")
    if headers.get("content-encoding", "snappy").strip().lower() != "snappy":
        raise Refusal(415, Code.INVALID_ARGUMENT, "content-encoding: must be snappy", "content_encoding")
    return version
