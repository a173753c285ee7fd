"""Servers' metrics are stored under canonical names beside their own."""

from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint

from doubles.otlp import START_NS, decode, decoded_rows, key_values, metric_request
from watchglass.conventions.serving.registry import SERVERS, load_serving, parse_serving
from watchglass.errors import InvalidInput
from watchglass.model.records import Committed, Signal


def gauge(name: str, value: float, **attributes: str) -> Metric:
    """A gauge of one point."""
    point = NumberDataPoint(as_double=value, time_unix_nano=START_NS, attributes=key_values(attributes))
    return Metric(name=name, gauge=Gauge(data_points=[point]))


def by_name(*metrics: Metric) -> dict[str, dict[str, Any]]:
    """The rows of metrics by name."""
    return {str(row["metric_name"]): row for row in decoded_rows(Signal.METRICS, metric_request(metrics))}


def test_a_canonical_point_stands_beside_the_server_s_own() -> None:
    """It says what it was made from; the original is untouched, and the client is told of what it sent alone."""
    found = by_name(gauge("vllm:num_requests_waiting", 3, model_name="m", engine="0"), gauge("other", 1))
    assert set(found) == {"vllm:num_requests_waiting", "watchglass.serving.requests.waiting", "other"}
    own, canonical = found["vllm:num_requests_waiting"], found["watchglass.serving.requests.waiting"]
    assert dict(own["attributes"]) == {"model_name": "m", "engine": "0"}
    assert dict(canonical["attributes"]) == {
        "gen_ai.request.model": "m",
        "engine": "0",
        "watchglass.source.metric": "vllm:num_requests_waiting",
        "watchglass.server": "vllm",
    }
    assert (canonical["value"], canonical["unit"], canonical["time"]) == (3.0, "{request}", own["time"])
    assert canonical["series_id"] != own["series_id"]
    (outcome,) = decode(Signal.METRICS, metric_request([gauge("vllm:num_requests_waiting", 3)])).outcomes
    assert isinstance(outcome, Committed) and outcome.accepted_rows == 1


def test_values_are_brought_to_the_canonical_unit() -> None:
    """Percent to a ratio, MiB to bytes, and the bounds of a histogram with them."""
    found = by_name(gauge("DCGM_FI_DEV_GPU_UTIL", 50, UUID="GPU-1"), gauge("DCGM_FI_DEV_FB_USED", 2))
    assert (found["hw.gpu.utilization"]["value"], dict(found["hw.gpu.utilization"]["attributes"])["hw.id"]) == (0.5, "GPU-1")
    assert found["hw.gpu.memory.usage"]["value"] == 2 * 2**20
    point = HistogramDataPoint(time_unix_nano=START_NS, count=3, sum=6e6, explicit_bounds=[1e6, 2e6], bucket_counts=[1, 1, 1])
    data = Histogram(data_points=[point], aggregation_temporality=2)  # type: ignore[arg-type]
    row = by_name(Metric(name="nv_inference_queue_duration_us", histogram=data))["watchglass.serving.queue.time"]
    assert (row["bucket_bounds"], row["bucket_counts"], row["sum"], row["count"]) == (pytest.approx([1, 2]), [1, 1, 1], pytest.approx(6), 3)


def test_every_file_is_used_and_says_where_it_is_from() -> None:
    """One file a server."""
    folder = Path(__import__("watchglass.conventions.serving.registry", fromlist=["x"]).__file__).parent
    assert {path.stem for path in folder.glob("*.yml")} == set(SERVERS) == {rule.server for rule in load_serving().values()}


@pytest.mark.parametrize("data", [None, {"metrics": {}}, {"brief": "", "source": "", "labels": {}, "metrics": {"a": {"to": "b"}}}])
def test_a_file_that_is_wrong_is_refused(data: object) -> None:
    """The error names the file."""
    with pytest.raises(InvalidInput, match=r"^vllm\.yml"):
        parse_serving("vllm", data)
