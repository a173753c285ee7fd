"""Prometheus' WriteRequest (prompb/remote.proto, types.proto) written to bytes: four small messages, no generated code."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample.

    Attributes:
        labels: Names and values, `__name__` among them, sorted by name.
        time_ms: Milliseconds since 1970 UTC.
        value: NaN with STALE's bits where the series ends.
    """

    labels: tuple[tuple[str, str], ...]
    time_ms: int
    value: float


STALE: float = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
"""The NaN that tells Prometheus that a series has no value any more."""


def write_request(samples: Iterable[Sample]) -> bytes:
    """Write samples as a WriteRequest, each series once with its samples in the order given."""
    series: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
    for sample in samples:
        series.setdefault(sample.labels, []).append(sample)
    return b"".join(_field(1, _series(labels, held)) for labels, held in series.items())


def _series(labels: tuple[tuple[str, str], ...], samples: Iterable[Sample]) -> bytes:
    written = [_field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in labels]
    return b"".join([*written, *(_field(2, _sample(sample)) for sample in samples)])


def _sample(sample: Sample) -> bytes:
    # field 1, fixed64; struct keeps the bits of STALE
    return b"\x09" + struct.pack("<d", sample.value) + b"\x10" + _varint(sample.time_ms & (2**64 - 1))


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
