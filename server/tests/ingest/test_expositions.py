"""What real servers answer at /metrics is read whole, and what of it has a canonical name is stored under it too."""

from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from doubles.otlp import NOW_NS, TOLERANCE_S, export, rows
from watchglass.conventions.serving.registry import load_serving
from watchglass.ingest.metrics import MetricDecoder
from watchglass.ingest.prometheus.exposition import parse_exposition
from watchglass.ingest.scrape.fetch import Answer
from watchglass.ingest.scrape.target_reading import TargetReading
from watchglass.ingest.scrape.targets import Target
from watchglass.model.records import Signal

FOLDER = Path(__file__).parent / "expositions"
TARGET = Target("job", "a:8000", "http://a:8000/metrics", (), (), 15.0, 10.0, honor_labels=False)

OLD = {
    "vllm": {"vllm:gpu_cache_usage_perc", "vllm:time_per_output_token_seconds"},
    "sglang": set[str](),
    "node_exporter": set[str](),
}
"""Names that only other versions have than the one that the exposition is of."""


def stored(name: str) -> list[dict[str, Any]]:
    """The rows that a scrape of an exposition becomes."""
    text = (FOLDER / f"{name}.prom").read_text("utf-8")
    bodies, _ = TargetReading(TARGET).read(Answer(text, is_openmetrics=False), NOW_NS - 10**9)
    decode = MetricDecoder(future_tolerance_s=TOLERANCE_S)
    exports = [export(Signal.METRICS, ExportMetricsServiceRequest.FromString(body)) for body in bodies]
    return rows(decode(exports, NOW_NS).batch)


@pytest.mark.parametrize("name", ["node_exporter", "prometheus", "sglang", "vllm"])
def test_every_sample_is_stored_under_its_own_name(name: str) -> None:
    """Numbers as points, histograms and summaries as one point a label set, none with odd buckets."""
    families = parse_exposition((FOLDER / f"{name}.prom").read_text("utf-8"), is_openmetrics=False)
    found = [row for row in stored(name) if "watchglass.server" not in dict(row["attributes"])]
    for family in families:
        points = [row for row in found if row["metric_name"] == family.name or row["metric_name"] == f"{family.name}_total"]
        if family.type in ("histogram", "summary"):
            counts = [it for it in family.samples if it.name == f"{family.name}_count"]
            assert sorted(row["count"] for row in points) == sorted(it.value for it in counts), family.name
        else:
            assert len(points) == len(family.samples), family.name
    assert not any("malformed_buckets" in row["marks"] for row in found)


@pytest.mark.parametrize("server", sorted(OLD))
def test_every_name_that_is_known_is_one_that_the_server_has(server: str) -> None:
    """A rule for a name that no version of the server tells would never be asked; a name that changed is seen here."""
    known = {source for source, rule in load_serving().items() if rule.server == server}
    canonical = {dict(row["attributes"])["watchglass.source.metric"] for row in stored(server) if "watchglass.server" in dict(row["attributes"])}
    assert known - canonical == OLD[server]


def test_a_model_server_s_answer_in_canonical_words() -> None:
    """vLLM's numbers, as charts of any server ask for them."""
    found = {
        row["metric_name"]: row for row in stored("vllm") if dict(row["attributes"]).get("watchglass.server") == "vllm"
    }
    assert all(dict(row["attributes"])["gen_ai.request.model"] == "Qwen/Qwen3-8B" for row in found.values())
    assert found["watchglass.serving.requests.running"]["value"] == 7
    assert found["watchglass.serving.kv_cache.utilization"]["value"] == 0.42
    first = found["gen_ai.server.time_to_first_token"]
    assert (first["count"], first["sum"], first["unit"]) == (2, pytest.approx(0.231), "s")
    assert sum(first["bucket_counts"]) == 2
