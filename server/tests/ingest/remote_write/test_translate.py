"""Series of both versions become the points that a scrape of the same target would have brought."""

from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from watchglass.errors import InvalidInput
from watchglass.ingest.prometheus.families import STALE_NAN, Exemplar
from watchglass.ingest.remote_write.messages import REQUEST, WRITE_REQUEST
from watchglass.ingest.remote_write.series import Metadata, Written, read_first, read_second
from watchglass.ingest.remote_write.translate import KnownBuckets, Translated, translate

TIME_MS = 1_700_000_000_123


def written(name: str, value: float = 1.0, type_: str = "", **labels: str) -> Written:
    """One series with one sample."""
    return Written({"__name__": name, **labels}, [(value, TIME_MS)], [], [], type_)


def metrics_of(translated: Translated) -> dict[str, Metric]:
    """The metrics of a request by name."""
    request = ExportMetricsServiceRequest.FromString(translated.body)
    return {m.name: m for r in request.resource_metrics for s in r.scope_metrics for m in s.metrics}


def histogram(type_: str = "", scale: int = 1) -> list[Written]:
    """A classic histogram as a sender has it."""
    buckets = [written("h_bucket", count * scale, type_, le=le, m="x") for le, count in (("1", 2), ("2", 3), ("+Inf", 4))]
    return [*buckets, written("h_sum", 6.5 * scale, type_, m="x"), written("h_count", 4 * scale, type_, m="x")]


def test_job_and_instance_are_service_and_instance() -> None:
    """Other labels stay the point's; type, time and value arrive."""
    done = translate([written("c_total", 3.0, job="vllm", instance="a:1", m="x")], KnownBuckets())
    (resource,) = ExportMetricsServiceRequest.FromString(done.body).resource_metrics
    attributes = {it.key: it.value.string_value for it in resource.resource.attributes}
    assert attributes == {"service.name": "vllm", "service.instance.id": "a:1"}
    (point,) = resource.scope_metrics[0].metrics[0].sum.data_points
    assert (point.as_double, point.time_unix_nano) == (3.0, TIME_MS * 10**6)
    assert [(it.key, it.value.string_value) for it in point.attributes] == [("m", "x")]


def test_types_are_those_that_were_said_else_those_of_the_name() -> None:
    """A name that tells nothing is a gauge."""
    series = [written("a_total"), written("b"), written("c", type_="counter"), written("d_total", type_="gauge")]
    kinds = {name: metric.WhichOneof("data") for name, metric in metrics_of(translate(series, KnownBuckets())).items()}
    assert kinds == {"a_total": "sum", "b": "gauge", "c": "sum", "d_total": "gauge"}


@pytest.mark.parametrize("type_", ["", "histogram"])
def test_a_histogram_is_put_together_once_its_buckets_are_known(type_: str) -> None:
    """The first time, and when a part is missing, its samples are counters; a part of it is never taken for a whole."""
    known = KnownBuckets()
    assert set(metrics_of(translate(histogram(type_), known))) == {"h_bucket", "h_sum", "h_count"}
    (point,) = metrics_of(translate(histogram(type_, 2), known))["h"].histogram.data_points
    assert (list(point.explicit_bounds), list(point.bucket_counts), point.count, point.sum) == ([1, 2], [4, 2, 2], 8, 13.0)
    torn = metrics_of(translate(histogram(type_)[1:], known))
    assert set(torn) == {"h_bucket", "h_sum", "h_count"} and torn["h_bucket"].sum.is_monotonic
    assert set(metrics_of(translate(histogram(type_), known))) == {"h"}


def test_ended_series_and_exemplars_arrive() -> None:
    """An entry with exemplars alone is that of the same series with samples."""
    series = [written("c_total"), written("gone", STALE_NAN)]
    series.append(Written({"__name__": "c_total"}, [], [Exemplar({"trace_id": "a" * 32}, 0.5, 7)], []))
    done = translate(series, KnownBuckets())
    found = metrics_of(done)
    assert found["gone"].gauge.data_points[0].flags == 1
    assert found["c_total"].sum.data_points[0].exemplars[0].trace_id.hex() == "a" * 32
    assert (done.sample_count, done.exemplar_count) == (2, 1)


def test_version_two_brings_type_unit_help_and_start() -> None:
    """All text is in the table of symbols."""
    symbols = ["", "__name__", "c_seconds_total", "Help", "seconds", "m", "x"]
    request = REQUEST(symbols=symbols)
    series = request.timeseries.add(labels_refs=[1, 2, 5, 6], created_timestamp=TIME_MS - 1000)
    series.samples.add(value=4.0, timestamp=TIME_MS)
    series.metadata.type, series.metadata.help_ref, series.metadata.unit_ref = 1, 3, 4
    metric = metrics_of(translate(read_second(request.SerializeToString()), KnownBuckets()))["c_seconds_total"]
    assert (metric.description, metric.unit) == ("Help", "s")
    assert metric.sum.data_points[0].start_time_unix_nano == (TIME_MS - 1000) * 10**6
    series.labels_refs.append(99)
    series.labels_refs.append(1)
    with pytest.raises(InvalidInput, match="a symbol that is not in its table"):
        read_second(request.SerializeToString())


def test_metadata_of_version_one_is_remembered() -> None:
    """It comes in requests of its own."""
    metadata = Metadata()
    request = WRITE_REQUEST()
    request.metadata.add(type=1, metric_family_name="odd", help="Help", unit="bytes")
    assert read_first(request.SerializeToString(), metadata) == []
    request = WRITE_REQUEST()
    series = request.timeseries.add()
    series.labels.add(name="__name__", value="odd")
    series.samples.add(value=1.0, timestamp=TIME_MS)
    metric = metrics_of(translate(read_first(request.SerializeToString(), metadata), KnownBuckets()))["odd"]
    assert (metric.WhichOneof("data"), metric.description, metric.unit) == ("sum", "Help", "By")


def native(**given: Any) -> Translated:
    """A request with one native histogram."""
    request = WRITE_REQUEST()
    series = request.timeseries.add()
    series.labels.add(name="__name__", value="n_seconds")
    histogram = series.histograms.add(timestamp=TIME_MS, sum=9.0, **{k: v for k, v in given.items() if not k.endswith("spans")})
    for side in ("positive_spans", "negative_spans"):
        for offset, length in given.get(side, ()):
            getattr(histogram, side).add(offset=offset, length=length)
    return translate(read_first(request.SerializeToString(), Metadata()), KnownBuckets())


def test_native_histograms_are_exponential_ones() -> None:
    """Deltas are summed up, gaps filled; bucket i of Prometheus is i - 1 of OTLP."""
    done = native(count_int=9, schema=3, zero_count_int=1, zero_threshold=0.001, positive_spans=[(0, 2), (1, 1)], positive_deltas=[1, 2, 1])
    (point,) = metrics_of(done)["n_seconds"].exponential_histogram.data_points
    assert (point.scale, point.zero_count, point.count, point.sum, point.zero_threshold) == (3, 1, 9, 9.0, 0.001)
    assert (point.positive.offset, list(point.positive.bucket_counts)) == (-1, [1, 3, 0, 4])
    assert done.histogram_count == 1


def test_native_histograms_with_bounds_are_explicit_ones() -> None:
    """As a Prometheus writes classic histograms that it was told to convert."""
    done = native(count_int=3, schema=-53, custom_values=[0.1, 1.0], positive_spans=[(1, 2)], positive_deltas=[1, 1])
    (point,) = metrics_of(done)["n_seconds"].histogram.data_points
    assert (list(point.explicit_bounds), list(point.bucket_counts)) == ([0.1, 1.0], [0, 1, 2])


@pytest.mark.parametrize(
    "given",
    [
        {"count_float": 1.5, "schema": 0},
        {"count_int": 1, "schema": 9},
        {"count_int": 1, "schema": 0, "positive_spans": [(0, 2)], "positive_deltas": [1]},
        {"count_int": 1, "schema": 0, "positive_spans": [(0, 1)], "positive_deltas": [-1]},
        {"count_int": 1, "schema": 0, "positive_spans": [(0, 1), (2**30, 1)], "positive_deltas": [1, 1]},
        {"count_int": 1, "schema": -53, "custom_values": [1.0], "positive_spans": [(5, 1)], "positive_deltas": [1]},
    ],
)
def test_native_histograms_without_a_counterpart_are_told(given: dict[str, Any]) -> None:
    """Nothing is stored of them, and no memory is taken for buckets that are only claimed."""
    done = native(**given)
    assert not done.body and done.histogram_count == 0 and "n_seconds" in done.refused[0]


def test_a_series_without_a_name_is_refused() -> None:
    """It could not be found again."""
    with pytest.raises(InvalidInput, match="no label __name__"):
        translate([Written({"a": "b"}, [(1.0, 1)], [], [])], KnownBuckets())
