"""Bodies as they came in, serialised protobuf out; memory is reserved before it is taken."""

import asyncio

from watchglass.ingest.admission import Held
from watchglass.ingest.compression import decompress
from watchglass.ingest.otlp_json import json_to_protobuf, parsed_bytes
from watchglass.model.records import Signal

OFF_LOOP_BYTES = 64 * 1024
"""Bodies larger than this are unpacked on a thread, so that the loop keeps serving."""


async def unpack(body: bytes, signal: Signal, held: Held, *, encoding: str, as_json: bool, limit_bytes: int) -> bytes:
    """Decompress a body and turn JSON into protobuf.

    Args:
        body: As sent.
        signal: What it carries.
        held: What the request holds; it grows by what unpacking takes, before it is taken.
        encoding: The content-encoding, lower-case.
        as_json: Whether it is OTLP's JSON.
        limit_bytes: Largest body after decompression, in bytes.

    Raises:
        InvalidInput: The body is not what it claims to be, or larger than the limit (TooLarge).
        Unavailable: There is no memory for it now.
    """

    def work() -> bytes:
        plain = decompress(encoding, body, limit_bytes, held.grow)
        if not as_json:
            return plain
        with held.briefly(parsed_bytes(plain)):
            return json_to_protobuf(plain, signal)

    if encoding in ("", "identity") and not as_json:
        return body
    return await asyncio.to_thread(work) if len(body) > OFF_LOOP_BYTES else work()
