"""Families of every type become OTLP points, and a layout that is filled again says what a new one would."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from watchglass.ingest.prometheus.families import STALE_NAN, Exemplar, Family, Sample, is_stale, unit_of
from watchglass.ingest.prometheus.layout import Layout

TIME_NS = 1_700_000_000_000_000_000
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


def values_of(families: list[Family]) -> np.ndarray:
    """The values of all samples."""
    return np.array([sample.value for family in families for sample in family.samples], dtype=np.float64)


def metrics_of(families: list[Family], **given: object) -> list[Metric]:
    """The metrics of the request that families become."""
    layout = Layout({"service.name": "vllm"}, families, scope="test", **given)  # type: ignore[arg-type]
    request = ExportMetricsServiceRequest.FromString(layout.fill(values_of(families), TIME_NS))
    (resource,) = request.resource_metrics
    assert [(it.key, it.value.string_value) for it in resource.resource.attributes] == [("service.name", "vllm")]
    (scope,) = resource.scope_metrics
    assert scope.scope.name == "test"
    assert layout.point_count == sum(
        len(getattr(metric, metric.WhichOneof("data")).data_points) for metric in scope.metrics
    )
    return list(scope.metrics)


def histogram(counts: dict[str, float], **more: float) -> Family:
    """A histogram of one series with these cumulative counts by `le`."""
    samples = [Sample("h_seconds_bucket", {"le": le, "model": "m"}, value) for le, value in counts.items()]
    samples += [Sample(f"h_seconds_{name}", {"model": "m"}, value) for name, value in more.items()]
    return Family("h_seconds", "histogram", "How long", samples=samples)


def test_a_counter_is_a_cumulative_sum_under_its_own_name() -> None:
    """Name, help, unit, labels, value and time arrive; the time of its creation is its start."""
    labels = {"model": "m", "empty": ""}
    samples = [Sample("x_seconds_total", labels, 4.5), Sample("x_seconds_created", labels, 1_600_000_000.25)]
    (metric,) = metrics_of([Family("x_seconds", "counter", "Time", samples=samples)])
    assert (metric.name, metric.description, metric.unit) == ("x_seconds_total", "Time", "s")
    assert metric.sum.is_monotonic and metric.sum.aggregation_temporality == 2
    (point,) = metric.sum.data_points
    assert (point.as_double, point.time_unix_nano) == (4.5, TIME_NS)
    assert point.start_time_unix_nano == 1_600_000_000_250_000_000
    assert [(it.key, it.value.string_value) for it in point.attributes] == [("model", "m")]


@pytest.mark.parametrize("type_", ["gauge", "unknown", "info", "stateset", "gaugehistogram"])
def test_all_other_numbers_are_gauges(type_: str) -> None:
    """Each name of the family is a gauge, with NaN and infinity as they are."""
    samples = [Sample("g", {"a": "1"}, math.nan), Sample("g", {"a": "2"}, -math.inf), Sample("g_info", {}, 1.0)]
    first, second = metrics_of([Family("g", type_, samples=samples)])
    assert math.isnan(first.gauge.data_points[0].as_double) and first.gauge.data_points[1].as_double == -math.inf
    assert (second.name, second.gauge.data_points[0].as_double) == ("g_info", 1.0)


def test_cumulative_buckets_become_counts_of_each() -> None:
    """Bounds ascend whatever the order of the lines; count and sum are those that were said."""
    (metric,) = metrics_of([histogram({"1": 5, "+Inf": 9, "0.1": 2}, sum=7.5, count=9)])
    (point,) = metric.histogram.data_points
    assert metric.histogram.aggregation_temporality == 2
    assert (list(point.explicit_bounds), list(point.bucket_counts)) == ([0.1, 1.0], [2, 3, 4])
    assert (point.count, point.sum) == (9, 7.5)
    assert [(it.key, it.value.string_value) for it in point.attributes] == [("model", "m")]


def test_a_histogram_without_infinity_or_count_is_completed_by_the_other() -> None:
    """Either tells how many observations there are; without both the samples stay what they are."""
    (metric,) = metrics_of([histogram({"1": 5}, count=9)])
    assert list(metric.histogram.data_points[0].bucket_counts) == [5, 4]
    assert not metric.histogram.data_points[0].HasField("sum")
    (metric,) = metrics_of([histogram({"1": 5, "+Inf": 6})])
    assert metric.histogram.data_points[0].count == 6
    (odd,) = metrics_of([histogram({"1": 5})])
    assert (odd.name, odd.sum.data_points[0].as_double) == ("h_seconds_bucket", 5)


def test_buckets_that_contradict_each_other_count_nothing_below_zero() -> None:
    """A server that is read in the midst of an update may say less in a larger bucket."""
    (metric,) = metrics_of([histogram({"1": 5, "2": 4, "+Inf": 5}, count=5)])
    assert list(metric.histogram.data_points[0].bucket_counts) == [5, 0, 1]


def test_a_summary_keeps_its_quantiles() -> None:
    """Quantiles ascend, with count and sum; one that is not there is no sample of zero."""
    samples = [
        Sample("s", {"quantile": "0.99"}, 3.0),
        Sample("s", {"quantile": "0.5"}, 1.0),
        Sample("s_count", {}, 4.0),
        Sample("s_sum", {}, 6.0),
    ]
    (metric,) = metrics_of([Family("s", "summary", samples=samples)])
    (point,) = metric.summary.data_points
    assert [(it.quantile, it.value) for it in point.quantile_values] == [(0.5, 1.0), (0.99, 3.0)]
    assert (point.count, point.sum, point.time_unix_nano) == (4, 6.0, TIME_NS)


def test_exemplars_name_their_trace() -> None:
    """A trace id becomes OTLP's; what is none stays an attribute."""
    exemplars = (
        Exemplar({"trace_id": TRACE_ID, "span_id": "b7ad6b7169203331", "user": "u"}, 0.3, TIME_NS - 1),
        Exemplar({"trace_id": "abc"}, 0.4),
    )
    samples = [Sample("h_bucket", {"le": "+Inf"}, 2.0, None, exemplars), Sample("c_total", {}, 1.0, None, exemplars[:1])]
    families = [Family("h", "histogram", samples=samples[:1]), Family("c", "counter", samples=samples[1:])]
    in_histogram, in_counter = metrics_of(families)
    first, second = in_histogram.histogram.data_points[0].exemplars
    assert (first.trace_id.hex(), first.span_id.hex(), first.as_double) == (TRACE_ID, "b7ad6b7169203331", 0.3)
    assert first.time_unix_nano == TIME_NS - 1
    assert [(it.key, it.value.string_value) for it in first.filtered_attributes] == [("user", "u")]
    assert not second.trace_id and second.filtered_attributes[0].value.string_value == "abc"
    assert in_counter.sum.data_points[0].exemplars[0].trace_id.hex() == TRACE_ID


def test_ended_series_are_flagged() -> None:
    """OTLP says it with a flag; points of other samples are not touched."""
    families = [
        Family("g", "gauge", samples=[Sample("g", {"a": "1"}, 1.0), Sample("g", {"a": "2"}, STALE_NAN)]),
        histogram({"+Inf": STALE_NAN}, count=STALE_NAN),
    ]
    gauge, in_histogram = metrics_of(families, stale=[1, 2, 3])
    assert [point.flags for point in gauge.gauge.data_points] == [0, 1]
    assert in_histogram.histogram.data_points[0].flags == 1
    assert is_stale(STALE_NAN) and not is_stale(math.nan) and not is_stale(0.0)


@pytest.mark.parametrize(
    ("name", "unit", "ucum"),
    [("x_seconds", "", "s"), ("x_bytes_total", "", "By"), ("x", "", ""), ("vllm:seconds", "", "s"), ("x", "celsius", "Cel"), ("x", "m/s", "m/s")],
)
def test_units_are_written_as_ucum_writes_them(name: str, unit: str, ucum: str) -> None:
    """From the family's own unit, else from its name."""
    assert unit_of(Family(name, "gauge", unit=unit)) == ucum


FAMILIES = [
    Family("g", "gauge", samples=[Sample("g", {"a": str(number)}, 0.0) for number in range(3)]),
    histogram({"0.1": 0, "1": 0, "+Inf": 0}, sum=0, count=0),
    Family("c", "counter", samples=[Sample("c_total", {}, 0.0), Sample("c_created", {}, 0.0)]),
    Family("s", "summary", samples=[Sample("s", {"quantile": "0.5"}, 0.0), Sample("s_sum", {}, 0.0)]),
]
COUNT = len(values_of(FAMILIES))
SHARED = Layout({}, FAMILIES, scope="test")


@given(
    st.lists(st.floats(width=64), min_size=COUNT, max_size=COUNT),
    st.lists(st.integers(0, 2**63 - 1), min_size=COUNT, max_size=COUNT),
)
def test_a_layout_that_is_filled_again_says_what_a_new_one_says(values: list[float], times: list[int]) -> None:
    """Nothing of an earlier filling is left, whatever the values are."""
    given_values, given_times = np.array(values), np.array(times, dtype=np.int64)
    again = SHARED.fill(given_values, given_times)
    assert again == Layout({}, FAMILIES, scope="test").fill(given_values, given_times)
    ExportMetricsServiceRequest.FromString(again)
