"""Expositions are read with the names that stand in them."""

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Summary
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from watchglass.errors import InvalidInput
from watchglass.ingest.prometheus.exposition import parse_exposition
from watchglass.ingest.prometheus.families import Family


def registry() -> CollectorRegistry:
    """One metric of each kind, as the Python client has them."""
    kept = CollectorRegistry()
    Counter("requests", "Requests", ["model"], registry=kept).labels("m").inc(3)
    Gauge("queue", "Waiting", registry=kept).set(2)
    Summary("size_bytes", "Size", registry=kept).observe(7)
    Info("build", "Build", registry=kept).info({"version": "1"})
    Histogram("time_seconds", "Time", buckets=(1, 2), registry=kept).observe(1.5, {"trace_id": "a" * 32})
    return kept


def by_name(families: list[Family]) -> dict[str, Family]:
    """Families by name."""
    return {family.name: family for family in families}


def test_both_formats_say_the_same() -> None:
    """Types, labels and values are equal, but for what only OpenMetrics has."""
    text = by_name(parse_exposition(generate_latest(registry()).decode(), is_openmetrics=False))
    openmetrics = by_name(parse_exposition(generate_openmetrics(registry()).decode(), is_openmetrics=True))
    for name in ("requests", "queue", "size_bytes", "time_seconds"):
        assert text[name].type == openmetrics[name].type
        said = {(it.name, tuple(it.labels.items()), it.value) for it in text[name].samples}
        assert said <= {(it.name, tuple(it.labels.items()), it.value) for it in openmetrics[name].samples}
    (exemplar,) = [exemplar for it in openmetrics["time_seconds"].samples for exemplar in it.exemplars]
    assert (exemplar.labels, exemplar.value) == ({"trace_id": "a" * 32}, 1.5)
    assert exemplar.time_ns > 1_600_000_000 * 10**9


def test_a_counter_without_the_suffix_keeps_its_name() -> None:
    """Triton names counters without `_total`, which prometheus-client would add."""
    text = "# TYPE nv_inference_count counter\nnv_inference_count{model=\"m\"} 4\n# TYPE b_total counter\nb_total 1\n"
    families = parse_exposition(text, is_openmetrics=False)
    assert [sample.name for family in families for sample in family.samples] == ["nv_inference_count", "b_total"]
    assert all(family.type == "counter" for family in families)


def test_times_of_samples_are_nanoseconds() -> None:
    """Text has milliseconds, OpenMetrics seconds with a fraction; a time that cannot be stored is none."""
    families = parse_exposition("a 1 1700000000123\na{b=\"c\"} 1 -5\n", is_openmetrics=False)
    assert [sample.time_ns for family in families for sample in family.samples] == [1_700_000_000_123_000_000, None]
    (family,) = parse_exposition("# TYPE a gauge\na 1 1700000000.000000001\n# EOF\n", is_openmetrics=True)
    assert family.samples[0].time_ns == 1_700_000_000_000_000_001


@pytest.mark.parametrize("text", ["<html>", "a{ 1\n", "a{b=\"c\"} x\n", "1a 2\n", "# TYPE\na{b} 1"])
def test_what_is_no_exposition_is_refused(text: str) -> None:
    """A login page that answers in place of metrics is told as what it is."""
    with pytest.raises(InvalidInput, match="not readable as Prometheus's text format"):
        parse_exposition(text, is_openmetrics=False)


def test_openmetrics_without_an_end_is_refused() -> None:
    """Its end tells that the answer is whole."""
    with pytest.raises(InvalidInput, match="not readable as OpenMetrics"):
        parse_exposition("# TYPE a gauge\na 1\n", is_openmetrics=True)
