"""Protobuf as OTLP writes points, with a note of where in the bytes each value stands.

All that changes from one scrape to the next (values, counts, times) has a fixed width in OTLP, so a request can be written
once and filled anew with other values. Numbers of fields: opentelemetry/proto/metrics/v1/metrics.proto.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1 import metrics_pb2

from watchglass.ingest.prometheus.families import Exemplar
from watchglass.ingest.prometheus.points import HistogramPoint, NumberPoint, Point, SummaryPoint

CUMULATIVE = 2
NO_RECORDED_VALUE = 1
EIGHT = bytes(8)
TRACE_LABELS, SPAN_LABELS = ("trace_id", "traceID"), ("span_id", "spanID")
"""Labels of an exemplar that name its trace and span."""


@dataclass(slots=True)
class Slots:
    """Where in the bytes what stands; each entry of a list is the position of eight bytes.

    Attributes:
        doubles: Position, and index of the sample whose value it is.
        counts: Position, index of the sample whose value it is, and of the one whose value is taken off (-1 for none).
        times: Position, and index of a sample of the point, whose time it is.
        starts: Position, and index of the sample whose value it is, in seconds.
    """

    doubles: list[tuple[int, int]] = field(default_factory=list)
    counts: list[tuple[int, int, int]] = field(default_factory=list)
    times: list[tuple[int, int]] = field(default_factory=list)
    starts: list[tuple[int, int]] = field(default_factory=list)


def varint(value: int) -> bytes:
    """A number as protobuf's varint."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def delimited(number: int, payload: bytes) -> bytes:
    """A field that is text, bytes or a message."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def attribute(number: int, name: str, value: str) -> bytes:
    """A field that is a KeyValue with text."""
    any_value = delimited(1, value.encode("utf-8", "replace"))
    return delimited(number, delimited(1, name.encode("utf-8", "replace")) + delimited(2, any_value))


def attributes(number: int, labels: Mapping[str, str]) -> bytes:
    """Labels as KeyValues; one with an empty value is none, as Prometheus has it."""
    return b"".join(attribute(number, name, value) for name, value in labels.items() if value)


def exemplars(number: int, given: Iterable[Exemplar]) -> bytes:
    """Exemplars; labels that name a trace and a span become those of OTLP."""
    return b"".join(delimited(number, _exemplar(it).SerializeToString()) for it in given)


def _exemplar(given: Exemplar) -> metrics_pb2.Exemplar:
    labels = dict(given.labels)
    trace_id, span_id = _taken(labels, TRACE_LABELS, 16), _taken(labels, SPAN_LABELS, 8)
    rest = [KeyValue(key=name, value=AnyValue(string_value=value)) for name, value in labels.items()]
    return metrics_pb2.Exemplar(
        filtered_attributes=rest, time_unix_nano=given.time_ns, as_double=given.value, trace_id=trace_id, span_id=span_id
    )


def _taken(labels: dict[str, str], names: tuple[str, ...], size: int) -> bytes:
    """The id that one of `names` holds, taken out of the labels; empty, and left there, when it is none."""
    for name in names:
        try:
            identifier = bytes.fromhex(labels.get(name, ""))
        except ValueError:
            continue
        if len(identifier) == size:
            del labels[name]
            return identifier
    return b""


def encode_point(point: Point, at: int, slots: Slots, *, is_stale: bool) -> bytes:
    """Write a point that will stand at `at`, note its slots, and leave them empty."""
    if isinstance(point, NumberPoint):
        return _number(point, at, slots, is_stale)
    if isinstance(point, HistogramPoint):
        return _histogram(point, at, slots, is_stale)
    return _summary(point, at, slots, is_stale)


def _number(point: NumberPoint, at: int, slots: Slots, is_stale: bool) -> bytes:
    slots.times.append((at + 10, point.value))
    slots.doubles.append((at + 19, point.value))
    if point.start >= 0:
        slots.starts.append((at + 1, point.start))
    head = b"\x11" + EIGHT + b"\x19" + EIGHT + b"\x21" + EIGHT
    flags = b"\x40\x01" if is_stale else b""
    return head + attributes(7, point.labels) + exemplars(5, point.exemplars) + flags


def _histogram(point: HistogramPoint, at: int, slots: Slots, is_stale: bool) -> bytes:
    bounds, cumulative = point.ordered()
    count = point.count if point.count >= 0 else cumulative[-1]
    head = b"\x11" + EIGHT + b"\x19" + EIGHT + b"\x21" + EIGHT
    slots.times.append((at + 10, count))
    slots.counts.append((at + 19, count, -1))
    if point.start >= 0:
        slots.starts.append((at + 1, point.start))
    if point.total >= 0:
        slots.doubles.append((at + len(head) + 1, point.total))
        head += b"\x29" + EIGHT
    if bounds or point.buckets:
        head += b"\x32" + varint(8 * len(cumulative))
        begin = at + len(head)
        before = [-1, *cumulative[:-1]]
        slots.counts += [(begin + 8 * place, own, before[place]) for place, own in enumerate(cumulative)]
        head += EIGHT * len(cumulative) + delimited(7, struct.pack(f"<{len(bounds)}d", *bounds))
    flags = b"\x50\x01" if is_stale else b""
    return head + attributes(9, point.labels) + exemplars(8, point.exemplars) + flags


def _summary(point: SummaryPoint, at: int, slots: Slots, is_stale: bool) -> bytes:
    head = b"\x11" + EIGHT + b"\x19" + EIGHT
    anyone = next(index for index in (point.count, point.total, *point.quantiles.values(), point.start) if index >= 0)
    slots.times.append((at + 10, anyone))
    if point.start >= 0:
        slots.starts.append((at + 1, point.start))
    if point.count >= 0:
        slots.counts.append((at + len(head) + 1, point.count, -1))
        head += b"\x21" + EIGHT
    if point.total >= 0:
        slots.doubles.append((at + len(head) + 1, point.total))
        head += b"\x29" + EIGHT
    for quantile, index in sorted(point.quantiles.items()):
        slots.doubles.append((at + len(head) + 12, index))
        head += b"\x32\x12\x09" + struct.pack("<d", quantile) + b"\x11" + EIGHT
    flags = b"\x40\x01" if is_stale else b""
    return head + attributes(7, point.labels) + flags
