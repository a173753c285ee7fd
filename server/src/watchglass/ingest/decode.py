"""Serialised OTLP requests in, Arrow arrays out: the steps that all three signals share."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import ptars
import pyarrow as pa
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from watchglass.errors import InvalidInput, Unavailable, WatchglassError
from watchglass.ingest.compression import TooLarge
from watchglass.ingest.utf8 import repair_utf8
from watchglass.model.records import Export, Signal

REQUESTS: dict[Signal, type[Message]] = {
    Signal.TRACES: trace_service_pb2.ExportTraceServiceRequest,
    Signal.LOGS: logs_service_pb2.ExportLogsServiceRequest,
    Signal.METRICS: metrics_service_pb2.ExportMetricsServiceRequest,
}
"""The message class of each signal's request."""

MAX_PARTS, MAX_ATTRIBUTES = 500_000, 2_000_000
"""Most parts (records, points, events, links, exemplars ...) and most attributes that are decoded at once: a part takes
up to two kilobytes on the way to its row, an attribute up to some hundred bytes, however few bytes they have on the wire."""


@dataclass(frozen=True, slots=True)
class DecodedBodies:
    """Requests as Arrow.

    Attributes:
        batch: One row a readable request, one column a field of the request message.
        export_of: Which export each row of `batch` is, shape (requests,).
        errors: What was wrong with the exports that are not in `batch`, by position.
        repaired: Positions of exports in which invalid UTF-8 was replaced.
    """

    batch: pa.RecordBatch
    export_of: npt.NDArray[np.int64]
    errors: dict[int, WatchglassError]
    repaired: frozenset[int]

    def is_repaired(self, export_of: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which rows come from an export in `repaired`; takes the export of each row, shape (n,)."""
        return np.isin(export_of, list(self.repaired))


@dataclass(frozen=True, slots=True)
class Size:
    """How many messages in repeated fields a batch of requests has, at all levels.

    Attributes:
        parts: All but attributes.
        attributes: Keys with a value.
    """

    parts: int = 0
    attributes: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(self.parts + other.parts, self.attributes + other.attributes)

    @property
    def is_too_large(self) -> bool:
        """Whether it is more than may be decoded at once."""
        return self.parts > MAX_PARTS or self.attributes > MAX_ATTRIBUTES


def decode_bodies(exports: Sequence[Export], signal: Signal) -> DecodedBodies:
    """Decode the bodies of `exports`, all of `signal`, at once; fall back to one by one to find a broken one."""
    bodies = [export.body for export in exports]
    try:
        batch = _handler(signal).list_to_record_batch(bodies)
    except ValueError:
        return _decode_one_by_one(bodies, signal)
    if size_of(batch).is_too_large:
        del batch
        return _decode_one_by_one(bodies, signal)
    return DecodedBodies(batch, np.arange(len(bodies)), {}, frozenset())


def _decode_one_by_one(bodies: Sequence[bytes], signal: Signal) -> DecodedBodies:
    """Decode the bodies that can be read, mending invalid UTF-8, as far as they are not too large together."""
    good: list[bytes] = []
    export_of: list[int] = []
    errors: dict[int, WatchglassError] = {}
    repaired: set[int] = set()
    total = Size()
    for position, body in enumerate(bodies):
        try:
            readable, size = _readable(body, signal)
        except ValueError as error:
            errors[position] = InvalidInput("body", f"not a readable {REQUESTS[signal].DESCRIPTOR.name}: {error}")
            continue
        if size.is_too_large:
            detail = (
                f"{size.parts} records, points, events and so on and {size.attributes} attributes in one export; "
                f"the limits are {MAX_PARTS} and {MAX_ATTRIBUTES}, send fewer at once"
            )
            errors[position] = TooLarge("body", detail)
        elif (total + size).is_too_large:
            errors[position] = Unavailable("too many rows are waiting; send it again", cause="queue_full")
        else:
            total += size
            good.append(readable)
            export_of.append(position)
            if readable is not body:
                repaired.add(position)
    batch = _handler(signal).list_to_record_batch(good)
    return DecodedBodies(batch, np.array(export_of, dtype=np.int64), errors, frozenset(repaired))


def _readable(body: bytes, signal: Signal) -> tuple[bytes, Size]:
    """The body, mended where its text is not UTF-8, and its size.

    Raises:
        ValueError: It is not a request of this signal.
    """
    handler = _handler(signal)
    try:
        return body, size_of(handler.list_to_record_batch([body]))
    except ValueError as error:
        if "UTF-8" not in str(error):
            raise
    body = repair_utf8(body, REQUESTS[signal])
    return body, size_of(handler.list_to_record_batch([body]))


def size_of(batch: pa.RecordBatch) -> Size:
    """Count what a short body can have very many of, each of them empty."""
    parts = attributes = 0
    columns: list[pa.Array] = list(batch.columns)
    while columns:
        column = columns.pop()
        if pa.types.is_list(column.type) and pa.types.is_struct(column.type.value_type):
            items = column.flatten()
            if not len(items):
                continue
            if items.type.get_field_index("key") >= 0:
                attributes += len(items)
            else:
                parts += len(items)
                columns.append(items)
        elif pa.types.is_struct(column.type):
            columns.extend(column.flatten())
    return Size(parts, attributes)


@cache
def _handler(signal: Signal) -> ptars._lib.MessageHandler:
    descriptor = _trimmed(REQUESTS[signal])
    return ptars.HandlerPool([descriptor.file]).get_for_message(descriptor)


def _trimmed(kind: type[Message]) -> Descriptor:
    """The descriptor of the same message with AnyValue's array and map declared bytes: Arrow has no recursive types."""
    pool = descriptor_pool.DescriptorPool()

    def add(file_name: str) -> None:
        proto = descriptor_pb2.FileDescriptorProto()
        descriptor_pool.Default().FindFileByName(file_name).CopyToProto(proto)
        for dependency in proto.dependency:
            add(dependency)
        for message in proto.message_type:
            if message.name != "AnyValue":
                continue
            for field in message.field:
                if field.name in ("array_value", "kvlist_value"):
                    field.type = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES
                    field.ClearField("type_name")
        pool.Add(proto)

    add(kind.DESCRIPTOR.file.name)
    return pool.FindMessageTypeByName(kind.DESCRIPTOR.full_name)
