"""Native histograms as OTLP's: exponential ones, and those with bounds of their own as explicit ones."""

from collections.abc import Sequence
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Histogram,
    HistogramDataPoint,
    Metric,
)

from watchglass.ingest.prometheus.families import is_stale

CUSTOM_BOUNDS = -53
"""The schema of a histogram that lists its bounds."""

SMALLEST_SCHEMA, LARGEST_SCHEMA = -4, 8
MAX_BUCKETS = 10_000
"""Most buckets of one side, empty ones between its spans included."""


def native_metric(name: str, help_: str, unit: str, labels: dict[str, str], written: Any, start_ns: int) -> Metric | None:
    """Write a native histogram as a metric of one point; None when it has no counterpart.

    Histograms of floats are written when all their counts are whole. Prometheus's bucket i ends where OTLP's i - 1 does.
    """
    count, positive, negative = _count(written), _side(written, "positive"), _side(written, "negative")
    if count is None or positive is None or negative is None:
        return None
    attributes = [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in labels.items() if value]
    shared: dict[str, Any] = {
        "attributes": attributes,
        "start_time_unix_nano": start_ns,
        "time_unix_nano": written.timestamp * 10**6,
        "flags": int(is_stale(written.sum)),
    }
    metric = Metric(name=name, description=help_, unit=unit)
    if written.schema == CUSTOM_BOUNDS:
        counts = _filled(positive, len(written.custom_values) + 1)
        if counts is None or negative[1]:
            return None
        point = HistogramDataPoint(
            **shared, count=count, sum=written.sum, explicit_bounds=written.custom_values, bucket_counts=counts
        )
        metric.histogram.CopyFrom(Histogram(data_points=[point], aggregation_temporality=AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE))
        return metric
    if not SMALLEST_SCHEMA <= written.schema <= LARGEST_SCHEMA:
        return None
    exponential = ExponentialHistogramDataPoint(
        **shared,
        count=count,
        sum=written.sum,
        scale=written.schema,
        zero_count=int(written.zero_count_int or written.zero_count_float),
        zero_threshold=written.zero_threshold,
    )
    for buckets, (offset, counts_) in ((exponential.positive, positive), (exponential.negative, negative)):
        buckets.offset = offset - 1
        buckets.bucket_counts.extend(counts_)
    metric.exponential_histogram.CopyFrom(ExponentialHistogram(data_points=[exponential], aggregation_temporality=AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE))
    return metric


def _count(written: Any) -> int | None:
    return written.count_int or _whole(written.count_float)


def _side(written: Any, side: str) -> tuple[int, list[int]] | None:
    """Index of the first bucket and the counts from there on; None when they contradict their spans or are not whole."""
    spans = getattr(written, f"{side}_spans")
    deltas, floats = getattr(written, f"{side}_deltas"), getattr(written, f"{side}_counts")
    given = _running(deltas) if deltas else [_whole(value) for value in floats]
    if sum(span.length for span in spans) != len(given) or any(count is None or count < 0 for count in given):
        return None
    if sum(max(0, span.offset) for span in spans[1:]) + len(given) > MAX_BUCKETS or any(span.offset < 0 for span in spans[1:]):
        return None
    counts: list[int] = []
    taken = 0
    for place, span in enumerate(spans):
        counts += [0] * (span.offset if place else 0)
        counts += [count for count in given[taken : taken + span.length] if count is not None]
        taken += span.length
    return (spans[0].offset if spans else 0), counts


def _running(deltas: Sequence[int]) -> list[int | None]:
    found: list[int | None] = []
    total = 0
    for delta in deltas:
        total += delta
        found.append(total)
    return found


def _filled(side: tuple[int, list[int]], size: int) -> list[int] | None:
    """The counts with empty buckets before and after, `size` in all; None when they do not fit."""
    offset, counts = side
    if offset < 0 or offset + len(counts) > size:
        return None
    return [0] * offset + counts + [0] * (size - offset - len(counts))


def _whole(value: float) -> int | None:
    return int(value) if 0 <= value < 2**63 and value == int(value) else None
