"""The protobuf messages of remote write, described here as their specification has them.

Specification: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/ (messages of both versions).
"""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

HISTOGRAM = (
    "count_int 1 uint64; count_float 2 double; sum 3 double; schema 4 sint32; zero_threshold 5 double; "
    "zero_count_int 6 uint64; zero_count_float 7 double; negative_spans 8 *BucketSpan; negative_deltas 9 *sint64; "
    "negative_counts 10 *double; positive_spans 11 *BucketSpan; positive_deltas 12 *sint64; positive_counts 13 *double; "
    "reset_hint 14 int32; timestamp 15 int64; custom_values 16 *double"
)
SHARED = {
    "Sample": "value 1 double; timestamp 2 int64",
    "BucketSpan": "offset 1 sint32; length 2 uint32",
    "Histogram": HISTOGRAM,
}
FIRST = {
    **SHARED,
    "WriteRequest": "timeseries 1 *TimeSeries; metadata 3 *MetricMetadata",
    "TimeSeries": "labels 1 *Label; samples 2 *Sample; exemplars 3 *Exemplar; histograms 4 *Histogram",
    "Label": "name 1 string; value 2 string",
    "Exemplar": "labels 1 *Label; value 2 double; timestamp 3 int64",
    "MetricMetadata": "type 1 int32; metric_family_name 2 string; help 4 string; unit 5 string",
}
SECOND = {
    **SHARED,
    "Request": "symbols 4 *string; timeseries 5 *TimeSeries",
    "TimeSeries": (
        "labels_refs 1 *uint32; samples 2 *Sample; histograms 3 *Histogram; exemplars 4 *Exemplar; metadata 5 Metadata; "
        "created_timestamp 6 int64"
    ),
    "Exemplar": "labels_refs 1 *uint32; value 2 double; timestamp 3 int64",
    "Metadata": "type 1 int32; help_ref 3 uint32; unit_ref 4 uint32",
}
"""Messages as `field number type`, with * before the type of a repeated field. Enumerations are numbers on the wire."""

TYPES = ("unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset")
"""Names of the numbers of a metric's type, the same in both versions."""


def _classes(package: str, messages: dict[str, str]) -> dict[str, type[Message]]:
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for name, text in messages.items():
        message = file.message_type.add(name=name)
        for entry in text.split("; "):
            field_name, number, kind = entry.split()
            field = message.field.add(name=field_name, number=int(number))
            field.label = field.LABEL_REPEATED if kind.startswith("*") else field.LABEL_OPTIONAL
            bare = kind.removeprefix("*")
            if bare in messages:
                field.type, field.type_name = field.TYPE_MESSAGE, f".{package}.{bare}"
            else:
                field.type = descriptor_pb2.FieldDescriptorProto.Type.Value(f"TYPE_{bare.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages}


WRITE_REQUEST = _classes("prometheus", FIRST)["WriteRequest"]
"""The request of version 1.0."""

REQUEST = _classes("io.prometheus.write.v2", SECOND)["Request"]
"""The request of version 2.0."""
