"""Compressed request bodies in, plain bytes out, never more of them than the limit."""

import zlib
from collections.abc import Callable, Iterator

import zstandard

from watchglass.errors import InvalidInput

CHUNK_BYTES = 256 * 1024
MAX_ZSTD_WINDOW_BYTES = 8 * 2**20
"""RFC 8878 recommends that a decoder supports 8 MB; a larger window would let a tiny frame claim memory."""


class TooLarge(InvalidInput):
    """The body is larger than the limit once it is decompressed."""


class UnknownEncoding(InvalidInput):
    """The content-encoding is not one that is understood."""


def decompress(encoding: str, body: bytes, limit_bytes: int, reserve: Callable[[int], None]) -> bytes:
    """Undo a content-encoding.

    Args:
        encoding: identity, gzip, deflate or zstd, lower-case; empty means identity.
        body: What was sent.
        limit_bytes: Largest result, in bytes.
        reserve: Called with the size of each piece of the result, in bytes, before the next is made; it may raise.

    Raises:
        TooLarge: The result would be larger than the limit; at most one chunk more was ever held.
        UnknownEncoding: Another encoding.
        InvalidInput: The body is not what the encoding says.
    """
    if encoding in ("", "identity"):
        chunks: Iterator[bytes] = iter((body,))
    elif encoding in ("gzip", "x-gzip"):
        chunks = _inflate(body, 16 + zlib.MAX_WBITS)
    elif encoding == "deflate":
        chunks = _inflate(body, zlib.MAX_WBITS if _has_zlib_header(body) else -zlib.MAX_WBITS)
    elif encoding == "zstd":
        chunks = _unzstd(body)
    else:
        known = "identity, gzip, deflate, zstd"
        raise UnknownEncoding("content-encoding", f"{encoding[:40]!r} is not understood; send one of {known}")
    parts: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            if size > limit_bytes:
                raise TooLarge("body", f"larger than the limit of {limit_bytes} bytes once decompressed")
            reserve(len(chunk))
            parts.append(chunk)
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise InvalidInput("body", f"not readable as {encoding}: {error}") from error
    return b"".join(parts)


def _inflate(body: bytes, window_bits: int) -> Iterator[bytes]:
    """Decompress zlib data chunk by chunk; gzip may have several members one after the other."""
    rest = body
    while rest:
        inflater = zlib.decompressobj(window_bits)
        while not inflater.eof:
            chunk = inflater.decompress(rest, CHUNK_BYTES)
            rest = inflater.unconsumed_tail
            if chunk:
                yield chunk
            elif not rest and not inflater.eof:
                raise EOFError("it ends too early")
        rest = inflater.unused_data
        if window_bits <= zlib.MAX_WBITS and rest:
            raise EOFError("something follows its end")
    if not body:
        raise EOFError("it is empty")


def _has_zlib_header(body: bytes) -> bool:
    """RFC 1950: method 8 in the low bits, and the first two bytes divisible by 31."""
    return len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0


def _unzstd(body: bytes) -> Iterator[bytes]:
    """Decompress one or more zstd frames chunk by chunk."""
    if not body:
        raise EOFError("it is empty")
    rest = body
    while rest:
        decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW_BYTES).decompressobj()
        # small pieces in bound what one piece can become: a zstd block of 128 KiB needs three bytes at least
        position = 0
        while not decompressor.eof and position < len(rest):
            yield decompressor.decompress(rest[position : position + 64])
            position += 64
        if not decompressor.eof:
            raise EOFError("it ends too early")
        rest = decompressor.unused_data + rest[position:]
