"""Metric exports of every type become points with everything that they said."""

import math

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    Sum,
    Summary,
    SummaryDataPoint,
)

from doubles.otlp import NOW_NS, START_NS, TOLERANCE_S, decode, decoded_rows, key_values, metric_request
from watchglass.model.fields import fields_of
from watchglass.model.records import Committed, Signal

TRACE_ID, SPAN_ID = bytes(range(1, 17)), bytes(range(1, 9))


def gauge(*points: NumberDataPoint, name: str = "g") -> Metric:
    """A gauge with these points."""
    return Metric(name=name, unit="By", description="a gauge", gauge=Gauge(data_points=points))


def histogram(**point: object) -> Metric:
    """A cumulative histogram of one point."""
    data = HistogramDataPoint(time_unix_nano=START_NS, **point)  # type: ignore[arg-type]
    return Metric(name="h", histogram=Histogram(data_points=[data], aggregation_temporality=2))


def rows_of(*metrics: Metric) -> list[dict[str, object]]:
    """The points of metrics in one request."""
    return decoded_rows(Signal.METRICS, metric_request(metrics))


def picked(row: dict[str, object], *names: str) -> tuple[object, ...]:
    """Some columns of a row."""
    return tuple(row[name] for name in names)


def test_every_column_is_there_in_storage_order() -> None:
    """The batch has the columns of the vocabulary, whatever types the metrics have, and when there are none."""
    assert decode(Signal.METRICS, metric_request([gauge()])).batch.schema.names == list(fields_of("metric_points"))
    point = NumberDataPoint(as_int=1)
    assert decode(Signal.METRICS, metric_request([gauge(point)])).batch.schema.names == list(fields_of("metric_points"))


def test_gauge_keeps_integer_and_double_points() -> None:
    """Both kinds of values arrive, with name, unit, description, attributes as text, resource and scope."""
    points = [
        NumberDataPoint(as_int=-7, time_unix_nano=START_NS, attributes=key_values({"model": "m", "gpu": 1})),
        NumberDataPoint(as_double=2.5, time_unix_nano=START_NS + 1, start_time_unix_nano=START_NS - 9),
    ]
    resource = {"service.name": "vllm", "host.name": "gpu-1"}
    request = metric_request([gauge(*points, name="mem")], scope="exporter", version="1.2", resource=resource)
    first, second = decoded_rows(Signal.METRICS, request)
    assert picked(first, "metric_name", "metric_type", "unit", "description", "value", "time", "start_time") == (
        "mem", "gauge", "By", "a gauge", -7.0, START_NS, 0,
    )  # fmt: skip
    assert picked(first, "attributes", "service_name", "host_name", "scope_name", "scope_version") == (
        {"model": "m", "gpu": "1"}, "vllm", "gpu-1", "exporter", "1.2",
    )  # fmt: skip
    assert picked(second, "value", "time", "start_time", "temporality", "marks") == (
        2.5, START_NS + 1, START_NS - 9, "unspecified", [],
    )  # fmt: skip


@pytest.mark.parametrize(("code", "temporality"), [(0, "unspecified"), (1, "delta"), (2, "cumulative"), (9, "unspecified")])
@pytest.mark.parametrize("is_monotonic", [True, False])
def test_sum_says_temporality_and_direction(code: int, temporality: str, is_monotonic: bool) -> None:
    """Temporality and monotonicity are kept; a temporality that is not known is unspecified."""
    points = [NumberDataPoint(as_int=n, time_unix_nano=START_NS) for n in range(3)]
    sent = Sum(data_points=points, aggregation_temporality=code, is_monotonic=is_monotonic)  # type: ignore[arg-type]
    found = rows_of(Metric(name="s", sum=sent))
    assert [picked(row, "metric_type", "value", "temporality", "is_monotonic") for row in found] == [
        ("sum", float(n), temporality, is_monotonic) for n in range(3)
    ]


def test_histogram_keeps_buckets_and_optional_fields() -> None:
    """Buckets, count, sum, min and max arrive; what was not sent is null, not 0."""
    full = histogram(count=6, sum=9.5, min=0.5, max=4.0, explicit_bounds=[1, 2], bucket_counts=[1, 2, 3])
    bare = histogram(count=6)
    first, second = rows_of(full, bare)
    names = ("metric_type", "count", "sum", "min", "max", "bucket_bounds", "bucket_counts", "temporality", "marks")
    assert picked(first, *names) == ("histogram", 6, 9.5, 0.5, 4.0, [1, 2], [1, 2, 3], "cumulative", [])
    assert picked(second, *names) == ("histogram", 6, None, None, None, [], [], "cumulative", [])
    assert math.isnan(first["value"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bounds", "counts"),
    [([1.0], [1]), ([], [1, 2]), ([1.0, 2.0], []), ([2.0, 1.0], [1, 1, 1]), ([1.0, 1.0], [1, 1, 1]), ([math.nan], [1, 1])],
)
def test_buckets_that_contradict_are_dropped_and_marked(bounds: list[float], counts: list[int]) -> None:
    """Buckets that do not fit their bounds would give wrong quantiles: they go, count and sum stay, neighbours too."""
    good = histogram(count=3, explicit_bounds=[5], bucket_counts=[1, 2])
    bad = histogram(count=2, sum=3, explicit_bounds=bounds, bucket_counts=counts)
    found = rows_of(good, bad, good)
    assert [picked(row, "count", "bucket_bounds", "bucket_counts", "marks") for row in found] == [
        (3, [5.0], [1, 2], []),
        (2, [], [], ["malformed_buckets"]),
        (3, [5.0], [1, 2], []),
    ]


def test_single_bucket_without_bounds_is_kept() -> None:
    """One bucket from minus to plus infinity has no bound, as the protocol says."""
    assert picked(rows_of(histogram(count=4, bucket_counts=[4]))[0], "bucket_counts", "marks") == ([4], [])


def test_exponential_histogram_keeps_both_sides() -> None:
    """Scale, zero bucket, offsets and counts of both sides arrive; a side that is absent is empty."""
    full = ExponentialHistogramDataPoint(
        time_unix_nano=START_NS, count=10, sum=1.5, scale=-3, zero_count=2, zero_threshold=0.25, min=-1, max=3,
        positive=ExponentialHistogramDataPoint.Buckets(offset=-2, bucket_counts=[1, 0, 3]),
        negative=ExponentialHistogramDataPoint.Buckets(offset=5, bucket_counts=[4]),
    )  # fmt: skip
    bare = ExponentialHistogramDataPoint(time_unix_nano=START_NS, scale=2)
    data = ExponentialHistogram(data_points=[full, bare], aggregation_temporality=1)  # type: ignore[arg-type]
    first, second = rows_of(Metric(name="e", exponential_histogram=data))
    names = ("count", "sum", "min", "max", "scale", "zero_count", "zero_threshold")
    sides = ("positive_offset", "positive_counts", "negative_offset", "negative_counts")
    assert picked(first, "metric_type", "temporality") == ("exponential_histogram", "delta")
    assert picked(first, *names) == (10, 1.5, -1, 3, -3, 2, 0.25)
    assert picked(first, *sides) == (-2, [1, 0, 3], 5, [4])
    assert picked(second, *names, *sides) == (0, None, None, None, 2, 0, 0, 0, [], 0, [])


def test_summary_keeps_quantiles() -> None:
    """Quantiles arrive in two lists of equal length."""
    pairs = [SummaryDataPoint.ValueAtQuantile(quantile=q, value=v) for q, v in ((0.5, 1.0), (0.99, 8.0))]
    points = [
        SummaryDataPoint(time_unix_nano=START_NS, count=5, sum=11, quantile_values=pairs),
        SummaryDataPoint(time_unix_nano=START_NS, count=1),
    ]
    first, second = rows_of(Metric(name="q", summary=Summary(data_points=points)))
    assert picked(first, "metric_type", "count", "sum", "quantiles", "quantile_values") == (
        "summary", 5, 11.0, [0.5, 0.99], [1.0, 8.0],
    )  # fmt: skip
    assert picked(second, "quantiles", "quantile_values") == ([], [])


def test_all_types_in_one_request() -> None:
    """Each point keeps the columns of its own type and the defaults of the others."""
    metrics = [
        histogram(count=1),
        gauge(NumberDataPoint(as_int=1)),
        Metric(name="q", summary=Summary(data_points=[SummaryDataPoint(count=2)])),
        Metric(name="s", sum=Sum(data_points=[NumberDataPoint(as_double=3)])),
        Metric(name="e", exponential_histogram=ExponentialHistogram(data_points=[ExponentialHistogramDataPoint(scale=4)])),
        Metric(name="of a type that is not known yet"),
    ]
    found = rows_of(*metrics)
    by_type = {row["metric_type"]: row for row in found}
    assert {kind: row["metric_name"] for kind, row in by_type.items()} == {
        "histogram": "h", "gauge": "g", "summary": "q", "sum": "s", "exponential_histogram": "e",
    }  # fmt: skip
    assert len(found) == 5
    assert [by_type[kind]["count"] for kind in ("histogram", "summary", "gauge")] == [1, 2, 0]


def test_exemplars_link_to_traces() -> None:
    """Exemplars keep value, time, trace, span and attributes; ids that are not valid are empty."""
    point = NumberDataPoint(as_int=1, time_unix_nano=START_NS)
    point.exemplars.add(
        as_double=0.25, time_unix_nano=START_NS + 1, trace_id=TRACE_ID, span_id=SPAN_ID,
        filtered_attributes=key_values({"user": "u1", "n": 2}),
    )  # fmt: skip
    point.exemplars.add(as_int=3, time_unix_nano=START_NS + 2, trace_id=b"short")
    without = NumberDataPoint(as_int=2, time_unix_nano=START_NS)
    first, second = rows_of(gauge(point, without))
    assert picked(first, "exemplar_values", "exemplar_times", "exemplar_trace_ids", "exemplar_span_ids") == (
        [0.25, 3.0], [START_NS + 1, START_NS + 2], [TRACE_ID.hex(), ""], [SPAN_ID.hex(), ""],
    )  # fmt: skip
    assert first["exemplar_attributes"] == ['{"user":"u1","n":2}', "{}"]
    assert second["exemplar_values"] == []


def test_no_recorded_value_is_marked() -> None:
    """A point that says that it has no value has NaN, whatever it carries besides, and a mark."""
    points = [NumberDataPoint(flags=1, time_unix_nano=START_NS, as_double=5), NumberDataPoint(flags=2, as_int=1, time_unix_nano=START_NS)]
    first, second = rows_of(gauge(*points))
    assert math.isnan(first["value"])  # type: ignore[arg-type]
    assert first["marks"] == ["no_recorded_value"]
    assert picked(second, "value", "marks") == (1.0, [])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 5e-324, -0.0, 1.7976931348623157e308])
def test_any_double_survives(value: float) -> None:
    """NaN, infinities, the smallest and the largest double arrive as sent."""
    found = rows_of(gauge(NumberDataPoint(as_double=value)), histogram(count=1, sum=value, min=value, max=value))
    stored = [found[0]["value"], *picked(found[1], "sum", "min", "max")]
    assert [repr(number) for number in stored] == [repr(value)] * 4


def test_large_integers_become_the_nearest_double() -> None:
    """A 64-bit integer that no double equals is stored as the nearest one, not refused."""
    found = rows_of(gauge(NumberDataPoint(as_int=2**63 - 1), NumberDataPoint(as_int=-(2**63))))
    assert [row["value"] for row in found] == [float(2**63 - 1), float(-(2**63))]


def test_absurd_times_are_marked() -> None:
    """A point without a time has that of its arrival; one far ahead or out of range is marked."""
    ahead_ns = NOW_NS + (TOLERANCE_S + 1) * 10**9
    points = [NumberDataPoint(as_int=1, time_unix_nano=time_ns) for time_ns in (0, ahead_ns, 2**63, START_NS)]
    points[3].start_time_unix_nano = 2**64 - 1
    found = rows_of(gauge(*points))
    assert [picked(row, "time", "marks") for row in found] == [
        (NOW_NS, ["missing_time"]),
        (ahead_ns, ["future_time"]),
        (NOW_NS, ["time_out_of_range"]),
        (START_NS, ["time_out_of_range"]),
    ]


def test_empty_requests_are_accepted() -> None:
    """A request without points, metrics or anything stores nothing and is no error."""
    decoded = decode(Signal.METRICS, b"", metric_request([]), metric_request([gauge(), Metric(name="none")]))
    assert decoded.outcomes == [Committed(0)] * 3
    assert decoded.batch.num_rows == 0
