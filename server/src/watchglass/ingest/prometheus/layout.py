"""Families written as one OTLP request that can be filled with values again and again."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from watchglass import __version__
from watchglass.ingest.prometheus.families import Family, unit_of
from watchglass.ingest.prometheus.points import Gathered, Point, gather
from watchglass.ingest.prometheus.wire import CUMULATIVE, Slots, attributes, delimited, encode_point, varint

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DATA_FIELDS = {"gauge": 5, "sum": 7, "histogram": 9, "summary": 11}
SHARED = {
    "gauge": b"",
    "sum": b"\x10" + varint(CUMULATIVE) + b"\x18\x01",
    "histogram": b"\x10" + varint(CUMULATIVE),
    "summary": b"",
}
"""What is said of all points of a kind: that they are cumulative, and that a sum only grows."""

LARGEST_COUNT = 2.0**63
_EIGHT = np.arange(8)


class Layout:
    """A request with room for the values of n samples.

    Attributes:
        point_count: Points that it writes.
    """

    def __init__(
        self,
        resource: Mapping[str, str],
        families: Sequence[Family],
        *,
        scope: str,
        stale: Iterable[int] = (),
    ) -> None:
        """Write the request.

        Args:
            resource: Attributes of the resource.
            families: What to write; their samples are numbered from 0 on, family after family.
            scope: Name of the instrumentation scope.
            stale: Indices of samples that say that their series has ended.
        """
        self.point_count = 0
        self._ended = frozenset(stale)
        slots = Slots()
        metrics = bytearray()
        first = 0
        for family in families:
            for gathered in gather(family, first):
                metrics += self._metric(family, gathered, len(metrics), slots)
            first += len(family.samples)
        named = delimited(1, scope.encode()) + delimited(2, __version__.encode())
        by_scope = delimited(1, named) + bytes(metrics)
        head = delimited(1, attributes(1, resource)) + b"\x12" + varint(len(by_scope))
        outer = b"\x0a" + varint(len(head) + len(by_scope))
        self._template = np.frombuffer(outer + head + by_scope, dtype=np.uint8)
        base = len(self._template) - len(metrics)
        self._doubles = _positions(slots.doubles, 2, base)
        self._counts = _positions(slots.counts, 3, base)
        self._times = _positions(slots.times, 2, base)
        self._starts = _positions(slots.starts, 2, base)

    def fill(self, values: Floats, times_ns: Ints | int) -> bytes:
        """Return the serialised ExportMetricsServiceRequest.

        Args:
            values: The samples' values, shape (n,). A bucket that counts less than the one before it counts nothing.
            times_ns: Their times, shape (n,), or the time of all; nanoseconds since 1970 UTC.
        """
        body = self._template.copy()
        self._write(body, self._doubles[0], values[self._doubles[1]])
        self._write(body, self._counts[0], self._counted(values))
        times = np.broadcast_to(np.asarray(times_ns, np.int64), values.shape)
        self._write(body, self._times[0], times[self._times[1]])
        self._write(body, self._starts[0], _nanoseconds(values[self._starts[1]]))
        return body.tobytes()

    def _counted(self, values: Floats) -> npt.NDArray[np.uint64]:
        _, own, before = self._counts
        whole = _whole(values)
        return np.maximum(0, whole[own] - np.where(before < 0, 0, whole[before])).astype(np.uint64)

    @staticmethod
    def _write(body: npt.NDArray[np.uint8], at: Ints, values: npt.NDArray[np.generic]) -> None:
        if len(at):
            body[at[:, None] + _EIGHT] = np.ascontiguousarray(values).view(np.uint8).reshape(-1, 8)

    def _metric(self, family: Family, gathered: Gathered, begin: int, slots: Slots) -> bytes:
        """Write a metric that will stand `begin` bytes after the first one."""
        name = gathered.name.encode("utf-8", "replace")
        head = delimited(1, name) + delimited(2, family.help.encode("utf-8", "replace"))
        head += delimited(3, unit_of(family).encode("utf-8", "replace"))
        # a first round tells the lengths that stand before the points, a second writes them where they belong
        scratch = Slots()
        sizes = [len(self._point(point, 0, scratch)) for point in gathered.points]
        data_size = sum(1 + len(varint(size)) + size for size in sizes) + len(SHARED[gathered.kind])
        head += varint(DATA_FIELDS[gathered.kind] << 3 | 2) + varint(data_size)
        written = bytearray(b"\x12" + varint(len(head) + data_size) + head)
        for point, size in zip(gathered.points, sizes, strict=True):
            written += b"\x0a" + varint(size)
            written += self._point(point, begin + len(written), slots)
        written += SHARED[gathered.kind]
        self.point_count += len(gathered.points)
        return bytes(written)

    def _point(self, point: Point, at: int, slots: Slots) -> bytes:
        is_stale = bool(self._ended) and not self._ended.isdisjoint(_indices(point))
        return encode_point(point, at, slots, is_stale=is_stale)


def _indices(point: Point) -> list[int]:
    """The samples that a point is made of."""
    scratch = Slots()
    encode_point(point, 0, scratch, is_stale=False)
    return [index for _, index in scratch.doubles] + [index for _, index, _ in scratch.counts]


def _positions(entries: Sequence[tuple[int, ...]], width: int, base: int) -> Ints:
    table = np.array(entries, dtype=np.int64).reshape(-1, width).T.copy()
    table[0] += base
    return table


def _whole(values: Floats) -> Ints:
    """Values as whole numbers from 0 on; what is none is 0."""
    bounded = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).clip(0.0, LARGEST_COUNT - 1024)
    return np.rint(bounded).astype(np.int64)


def _nanoseconds(seconds: Floats) -> Ints:
    """Seconds as nanoseconds, to the microsecond that a double can tell; 0 for what the store cannot hold."""
    bounded = np.where((seconds > 0) & (seconds < LARGEST_COUNT / 1e9 - 1), seconds, 0.0)
    whole = np.floor(bounded)
    return whole.astype(np.int64) * 10**9 + np.rint((bounded - whole) * 1e6).astype(np.int64) * 1000
