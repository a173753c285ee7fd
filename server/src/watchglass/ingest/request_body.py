"""A request's body over HTTP: read whole, never more than the limit, never for longer than it may take."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from google.rpc.code_pb2 import Code

from watchglass.ingest.admission import Held, Limits
from watchglass.ingest.refusal import Refusal, too_large, too_slow

Receive = Callable[[], Awaitable[dict[str, Any]]]
"""An ASGI request's `receive`."""


async def read_body(headers: Mapping[str, str], receive: Receive, held: Held, limits: Limits) -> bytes:
    """Read a body, holding its bytes as they come.

    Args:
        headers: The request's, names in lower case.
        receive: Gives the next piece.
        held: What holds the bytes.
        limits: How large it may be, and how long it may take.

    Raises:
        Refusal: It is larger than the limit, by its own word or in truth, it did not arrive in time, or the client went away.
        Unavailable: Too much waits already.
    """
    declared = headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limits.max_request_bytes:
        raise _too_large(limits)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.read_timeout_s):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(400, Code.CANCELLED, "the client went away before the end of its request", "disconnected")
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > limits.max_request_bytes:
                    raise _too_large(limits)
                held.grow(len(chunk))
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise too_slow(limits.read_timeout_s) from None


def _too_large(limits: Limits) -> Refusal:
    return too_large(f"body: larger than the limit of {limits.max_request_bytes} bytes (ingest_max_request_bytes)")
