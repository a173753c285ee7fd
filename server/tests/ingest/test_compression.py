"""Compressed bodies come out whole, broken ones are refused, and a bomb never becomes larger than the limit."""

import gzip
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from watchglass.errors import InvalidInput, Unavailable
from watchglass.ingest.compression import CHUNK_BYTES, TooLarge, UnknownEncoding, decompress


def raw_deflate(body: bytes) -> bytes:
    """Deflate without zlib's header, as some clients send it."""
    return zlib.compress(body, wbits=-zlib.MAX_WBITS)


def zstd(body: bytes) -> bytes:
    """One zstd frame that says its size."""
    return zstandard.compress(body)


def zstd_stream(body: bytes) -> bytes:
    """One zstd frame that does not say its size."""
    compressor = zstandard.ZstdCompressor().compressobj()
    return compressor.compress(body) + compressor.flush()


ENCODERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("zstd", zstd),
    ("zstd", zstd_stream),
]
every_encoder = pytest.mark.parametrize(
    ("encoding", "encode"), ENCODERS, ids=["gzip", "zlib", "raw deflate", "zstd", "zstd without size"]
)


def undone(encoding: str, body: bytes, limit_bytes: int = 10**6, reserve: Callable[[int], None] = lambda size: None) -> bytes:
    """Decompress with a roomy limit."""
    return decompress(encoding, body, limit_bytes, reserve)


@every_encoder
@given(body=st.binary(min_size=1, max_size=2000), times=st.integers(1, 300))
def test_body_comes_out_as_it_went_in(encoding: str, encode: Callable[[bytes], bytes], body: bytes, times: int) -> None:
    """Any bytes, few and many."""
    assert undone(encoding, encode(body * times)) == body * times


@every_encoder
def test_what_is_made_is_reserved_before_the_next_is(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    """Each piece is announced, all of them together are the body, and none is much larger than a chunk."""
    sizes: list[int] = []
    body = bytes(900_000)
    assert undone(encoding, encode(body), reserve=sizes.append) == body
    assert sum(sizes) == len(body)
    assert max(sizes) <= max(CHUNK_BYTES, 24 * 128 * 1024)


@every_encoder
def test_bomb_is_refused_at_the_limit(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    """A hundred megabytes of nothing stop at the limit of one; the memory of the rest is never taken."""
    reserved: list[int] = []
    with pytest.raises(TooLarge):
        undone(encoding, encode(bytes(100 * 2**20)), 2**20, reserved.append)
    assert sum(reserved) <= 2**20


@every_encoder
def test_reservation_may_refuse(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    """When there is no memory for the next piece, unpacking ends there."""

    def refuse(size: int) -> None:
        raise Unavailable("full", cause="queue_full")

    with pytest.raises(Unavailable):
        undone(encoding, encode(bytes(10_000)), reserve=refuse)


@every_encoder
@given(cut=st.integers(0, 60))
def test_body_that_ends_too_early_is_refused(encoding: str, encode: Callable[[bytes], bytes], cut: int) -> None:
    """A prefix is never taken for the whole."""
    whole = encode(bytes(range(256)) * 3)
    with pytest.raises(InvalidInput):
        undone(encoding, whole[: max(0, len(whole) - 1 - cut)])


@given(body=st.binary(max_size=300), encoding=st.sampled_from(["gzip", "zstd", "deflate"]))
def test_any_bytes_are_read_or_refused(body: bytes, encoding: str) -> None:
    """Bytes that are not what they claim to be raise InvalidInput and nothing else."""
    try:
        undone(encoding, body)
    except InvalidInput as error:
        assert error.field == "body"


def test_several_members_are_one_body() -> None:
    """gzip members and zstd frames one after the other are joined."""
    assert undone("gzip", gzip.compress(b"a" * 1000) + gzip.compress(b"b")) == b"a" * 1000 + b"b"
    assert undone("zstd", zstd(b"a" * 1000) + zstd(b"b")) == b"a" * 1000 + b"b"


def test_frame_that_claims_a_huge_window_is_refused() -> None:
    """A zstd frame whose window is beyond what RFC 8878 asks of decoders cannot make it take that memory."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    frame = compressor.compress(b"x") + compressor.flush()
    with pytest.raises(InvalidInput):
        undone("zstd", frame)


def test_unknown_encoding_names_the_header() -> None:
    """An encoding that is not understood is an error of the header, and says which are."""
    with pytest.raises(UnknownEncoding) as caught:
        undone("br", b"")
    assert caught.value.field == "content-encoding"
    assert "zstd" in caught.value.detail
