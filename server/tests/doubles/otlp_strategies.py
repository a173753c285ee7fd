"""Random OTLP requests: any text, any number, any nesting, missing and surplus parts."""

from typing import Any

from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Exemplar,
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
    Summary,
    SummaryDataPoint,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

texts = st.text(st.characters(codec="utf-8"), max_size=8)
doubles = st.floats(width=64)
int64s = st.integers(-(2**63), 2**63 - 1)
uint64s = st.integers(0, 2**64 - 1)
uint32s = st.integers(0, 2**32 - 1)
int32s = st.integers(-(2**31), 2**31 - 1)
times = st.sampled_from([0, 1, 1_700_000_000_000_000_000, 2**63 - 1, 2**63, 2**64 - 1]) | uint64s
trace_ids = st.binary(min_size=16, max_size=16) | st.sampled_from([b"", bytes(16), b"short"])
span_ids = st.binary(min_size=8, max_size=8) | st.sampled_from([b"", bytes(8), b"longer than eight"])
keys = texts.map(lambda text: f"k.{text}")
"""Keys of attributes; none that a convention knows."""


def _nested(inner: st.SearchStrategy[AnyValue]) -> st.SearchStrategy[AnyValue]:
    arrays = st.lists(inner, max_size=3).map(lambda values: AnyValue(array_value=ArrayValue(values=values)))
    entries = st.lists(st.builds(KeyValue, key=texts, value=inner), max_size=3)
    return arrays | entries.map(lambda values: AnyValue(kvlist_value=KeyValueList(values=values)))


any_values = st.recursive(
    st.one_of(
        st.just(AnyValue()),
        st.builds(AnyValue, string_value=texts),
        st.builds(AnyValue, bool_value=st.booleans()),
        st.builds(AnyValue, int_value=int64s),
        st.builds(AnyValue, double_value=doubles),
        st.builds(AnyValue, bytes_value=st.binary(max_size=8)),
    ),
    _nested,
    max_leaves=5,
)
attributes = st.lists(st.builds(KeyValue, key=keys, value=any_values), max_size=4)
resources = st.builds(Resource, attributes=attributes)
scopes = st.builds(InstrumentationScope, name=texts, version=texts, attributes=attributes)


def _optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


events = st.builds(Span.Event, time_unix_nano=times, name=texts, attributes=attributes)
links = st.builds(Span.Link, trace_id=trace_ids, span_id=span_ids, attributes=attributes)
spans = st.builds(
    Span,
    trace_id=trace_ids,
    span_id=span_ids,
    parent_span_id=span_ids,
    trace_state=texts,
    name=texts,
    kind=st.integers(0, 9),
    start_time_unix_nano=times,
    end_time_unix_nano=times,
    attributes=attributes,
    events=st.lists(events, max_size=2),
    links=st.lists(links, max_size=2),
    status=_optional(st.builds(Status, message=texts, code=st.integers(0, 5))),
)
trace_requests = st.builds(
    ExportTraceServiceRequest,
    resource_spans=st.lists(
        st.builds(
            ResourceSpans,
            resource=_optional(resources),
            scope_spans=st.lists(st.builds(ScopeSpans, scope=_optional(scopes), spans=st.lists(spans, max_size=3)), max_size=2),
        ),
        max_size=2,
    ),
)

log_records = st.builds(
    LogRecord,
    time_unix_nano=times,
    observed_time_unix_nano=times,
    severity_number=st.integers(-2, 30),
    severity_text=texts,
    body=_optional(any_values),
    attributes=attributes,
    trace_id=trace_ids,
    span_id=span_ids,
    event_name=texts,
)
log_requests = st.builds(
    ExportLogsServiceRequest,
    resource_logs=st.lists(
        st.builds(
            ResourceLogs,
            resource=_optional(resources),
            scope_logs=st.lists(
                st.builds(ScopeLogs, scope=_optional(scopes), log_records=st.lists(log_records, max_size=3)), max_size=2
            ),
        ),
        max_size=2,
    ),
)

exemplars = st.builds(
    Exemplar,
    time_unix_nano=times,
    as_double=_optional(doubles),
    trace_id=trace_ids,
    span_id=span_ids,
    filtered_attributes=attributes,
)
_shared: dict[str, st.SearchStrategy[Any]] = {
    "start_time_unix_nano": times,
    "time_unix_nano": times,
    "attributes": attributes,
    "flags": st.integers(0, 3),
}
number_points = st.one_of(
    st.builds(NumberDataPoint, as_double=_optional(doubles), exemplars=st.lists(exemplars, max_size=2), **_shared),
    st.builds(NumberDataPoint, as_int=int64s, **_shared),
)
histogram_points = st.builds(
    HistogramDataPoint,
    count=uint64s,
    sum=_optional(doubles),
    min=_optional(doubles),
    max=_optional(doubles),
    bucket_counts=st.lists(uint64s, max_size=4),
    explicit_bounds=st.lists(doubles, max_size=3),
    exemplars=st.lists(exemplars, max_size=2),
    **_shared,
)
buckets = st.builds(ExponentialHistogramDataPoint.Buckets, offset=int32s, bucket_counts=st.lists(uint64s, max_size=3))
exponential_points = st.builds(
    ExponentialHistogramDataPoint,
    count=uint64s,
    sum=_optional(doubles),
    scale=int32s,
    zero_count=uint64s,
    zero_threshold=doubles,
    positive=_optional(buckets),
    negative=_optional(buckets),
    min=_optional(doubles),
    max=_optional(doubles),
    exemplars=st.lists(exemplars, max_size=1),
    **_shared,
)
quantiles = st.builds(SummaryDataPoint.ValueAtQuantile, quantile=doubles, value=doubles)
summary_points = st.builds(
    SummaryDataPoint, count=uint64s, sum=doubles, quantile_values=st.lists(quantiles, max_size=3), **_shared
)
temporalities = st.integers(0, 4)
metrics = st.one_of(
    st.builds(Metric, name=texts),
    st.builds(Metric, name=texts, unit=texts, description=texts, gauge=st.builds(Gauge, data_points=st.lists(number_points, max_size=3))),
    st.builds(
        Metric,
        name=texts,
        sum=st.builds(
            Sum,
            data_points=st.lists(number_points, max_size=3),
            aggregation_temporality=temporalities,
            is_monotonic=st.booleans(),
        ),
    ),
    st.builds(
        Metric,
        name=texts,
        histogram=st.builds(Histogram, data_points=st.lists(histogram_points, max_size=3), aggregation_temporality=temporalities),
    ),
    st.builds(
        Metric,
        name=texts,
        exponential_histogram=st.builds(
            ExponentialHistogram, data_points=st.lists(exponential_points, max_size=2), aggregation_temporality=temporalities
        ),
    ),
    st.builds(Metric, name=texts, summary=st.builds(Summary, data_points=st.lists(summary_points, max_size=2))),
)
metric_requests = st.builds(
    ExportMetricsServiceRequest,
    resource_metrics=st.lists(
        st.builds(
            ResourceMetrics,
            resource=_optional(resources),
            scope_metrics=st.lists(
                st.builds(ScopeMetrics, scope=_optional(scopes), metrics=st.lists(metrics, max_size=4)), max_size=2
            ),
        ),
        max_size=2,
    ),
)
