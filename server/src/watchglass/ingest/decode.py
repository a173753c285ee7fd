"""Serialised OTLP requests in, Arrow arrays out: the steps that all three signals share."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import ptars
import pyarrow as pa
import pyarrow.compute as pc
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from watchglass.conventions.attributes import BOOL, DOUBLE, EMPTY, INT, TEXT, FlatAttributes, KeyCodes
from watchglass.errors import InvalidInput, Unavailable, WatchglassError
from watchglass.ingest.any_value import list_json, map_json, text_of_bytes
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

LATEST_NS = 2**63 - 1
"""Latest time a DateTime64(9) holds: 2262-04-11."""


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


def children(parents: pa.ListArray) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Flatten a list column.

    Returns:
        The items, and the position of each item's parent, shape (items,), ascending.
    """
    lengths = parents.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    return parents.flatten(), np.repeat(np.arange(len(parents), dtype=np.int64), lengths)


def struct_fields(structs: pa.StructArray) -> dict[str, pa.Array]:
    """The children of a struct column by name, null where the struct is null."""
    return dict(zip([field.name for field in structs.type], structs.flatten(), strict=True))


def flatten_attributes(lists: pa.ListArray) -> FlatAttributes:
    """Flatten a column of KeyValue lists, one list a row; a null list has no attributes."""
    entries, row = children(lists)
    fields = struct_fields(entries)
    keys = fields["key"].dictionary_encode()
    codes = keys.indices.to_numpy(zero_copy_only=False)
    return _flat_values(fields["value"], len(lists), row, codes, keys.dictionary.to_pylist())


def flatten_values(values: pa.StructArray, key: str) -> FlatAttributes:
    """Take a column of AnyValues, one a row, as attributes that all have the same `key`."""
    row = np.arange(len(values), dtype=np.int64)
    return _flat_values(values, len(values), row, np.zeros(len(values), dtype=np.int32), [key])


def _flat_values(
    any_values: pa.StructArray, row_count: int, row: npt.NDArray[np.int64], code: KeyCodes, keys: list[str]
) -> FlatAttributes:
    values = struct_fields(any_values)
    text = values["string_value"]
    is_json = np.zeros(len(row), dtype=bool)
    for name, write in (("array_value", list_json), ("kvlist_value", map_json), ("bytes_value", text_of_bytes)):
        column = values[name]
        if column.null_count == len(column):
            continue
        present = column.is_valid()
        # most such values repeat (finish reasons, tags), so each distinct one is written once
        distinct = column.drop_null().dictionary_encode()
        written = pa.array([write(value) for value in distinct.dictionary.to_pylist()], pa.string())
        text = pc.replace_with_mask(text, present, written.take(distinct.indices))
        if name != "bytes_value":
            is_json |= present.to_numpy(zero_copy_only=False)
    kind = np.full(len(row), EMPTY, dtype=np.int8)
    ints, doubles, bools = values["int_value"], values["double_value"], values["bool_value"]
    for kind_code, column in ((TEXT, text), (INT, ints), (DOUBLE, doubles), (BOOL, bools)):
        if column.null_count < len(column):
            kind[column.is_valid().to_numpy(zero_copy_only=False)] = kind_code
    return FlatAttributes(
        row_count=row_count,
        row=row,
        code=code,
        keys=keys,
        kind=kind,
        text=text,
        is_json=is_json,
        ints=ints,
        doubles=doubles,
        bools=bools,
    )


def named(codes: pa.Array, names: pa.StringArray) -> pa.StringArray:
    """Names of an enumeration's numbers; a number that is not known is the first."""
    known = pc.and_(pc.greater_equal(codes, 0), pc.less(codes, len(names)))
    return names.take(pc.if_else(known, codes, 0))


_HEX_PAIRS = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), dtype=np.uint16)


def hex_ids(ids: pa.BinaryArray) -> pa.StringArray:
    """Write binary ids as lower-case hexadecimal text; an empty id stays empty."""
    ids = pa.concat_arrays([ids]) if ids.offset else ids
    _, offsets_buffer, data = ids.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32, count=len(ids) + 1)
    raw = np.frombuffer(data, dtype=np.uint8)[offsets[0] : offsets[-1]] if data is not None else np.empty(0, np.uint8)
    doubled = ((offsets - offsets[0]) * 2).astype(np.int32)
    return pa.StringArray.from_buffers(len(ids), pa.py_buffer(doubled), pa.py_buffer(_HEX_PAIRS[raw]))


def valid_ids(ids: pa.BinaryArray, size_bytes: int) -> npt.NDArray[np.bool_]:
    """Which ids have `size_bytes` bytes that are not all zero, as W3C Trace Context asks, shape (n,)."""
    right_size = pc.equal(pc.binary_length(ids), size_bytes)
    not_zero = pc.not_equal(ids, pa.scalar(bytes(size_bytes), pa.binary()))
    return pc.and_(right_size, not_zero).to_numpy(zero_copy_only=False)


def optional_ids(ids: pa.BinaryArray, size_bytes: int) -> pa.StringArray:
    """Write ids as hexadecimal text, and one that is not valid as the empty text."""
    is_valid = valid_ids(ids, size_bytes)
    return hex_ids(ids if is_valid.all() else pc.if_else(pa.array(is_valid), ids, b""))


@dataclass(frozen=True, slots=True)
class Times:
    """A time column that the store can hold.

    Attributes:
        values: Nanoseconds since 1970, shape (n,); the fallback where the sent time was missing or out of range.
        is_missing: Sent as 0.
        is_out_of_range: Later than 2262, which the store cannot hold.
        is_future: Further ahead of now than the tolerance; kept as sent.
    """

    values: npt.NDArray[np.int64]
    is_missing: npt.NDArray[np.bool_]
    is_out_of_range: npt.NDArray[np.bool_]
    is_future: npt.NDArray[np.bool_]


def clean_times(
    sent: pa.UInt64Array, fallback: npt.NDArray[np.int64] | int, now_ns: int, tolerance_s: float
) -> Times:
    """Make a column of fixed64 nanoseconds storable and say what was odd about it."""
    raw = sent.to_numpy(zero_copy_only=False).astype(np.uint64)
    is_missing = raw == 0
    is_out_of_range = raw > LATEST_NS
    values = np.where(is_missing | is_out_of_range, np.uint64(0), raw).astype(np.int64)
    values = np.where(is_missing | is_out_of_range, fallback, values)
    return Times(values, is_missing, is_out_of_range, values > now_ns + int(tolerance_s * 1e9))


def timestamps(values: npt.NDArray[np.int64]) -> pa.TimestampArray:
    """Nanoseconds since 1970 as Arrow timestamps in UTC."""
    return pa.array(values, pa.int64()).cast(pa.timestamp("ns", tz="UTC"))


def marks_column(row_count: int, marks: Sequence[tuple[str, npt.NDArray[np.bool_]]]) -> pa.ListArray:
    """Build the `marks` column from one mask a mark, each of shape (row_count,)."""
    present = [(name, mask) for name, mask in marks if mask.any()]
    if not present:
        return pa.ListArray.from_arrays(pa.array(np.zeros(row_count + 1, np.int32)), pa.array([], pa.string()))
    grid = np.stack([mask for _, mask in present], axis=1)
    offsets = np.concatenate(([0], np.cumsum(grid.sum(axis=1)))).astype(np.int32)
    names = np.array([name for name, _ in present], dtype=object)
    chosen = names[np.nonzero(grid)[1]]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(chosen, pa.string()))
