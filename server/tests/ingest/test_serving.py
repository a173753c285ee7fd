"""Servers' metrics are stored under canonical names beside their own."""

from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint

from doubles.otlp import NOW_NS, START_NS, TOLERANCE_S, decode, decoded_rows, export, key_values, metric_request, rows
from watchglass.conventions.serving.registry import SERVERS, load_serving, parse_serving
from watchglass.errors import InvalidInput
from watchglass.ingest.metrics import MetricDecoder
from watchglass.model.records import Committed, Signal


def gauge(name: str, value: float, **attributes: str) -> Metric:
    """A gauge of one point."""
    point = NumberDataPoint(as_double=value, time_unix_nano=START_NS, attributes=key_values(attributes))
    return Metric(name=name, gauge=Gauge(data_points=[point]))


def hosts_of(*requests: Any) -> dict[str, str]:
    """The machine of each canonical metric of one group."""
    decoder = MetricDecoder(future_tolerance_s=TOLERANCE_S)
    found = rows(decoder([export(Signal.METRICS, request) for request in requests], NOW_NS).batch)
    return {str(row["metric_name"]): str(row["host_name"]) for row in found if "watchglass.server" in row["attributes"]}


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


def test_the_machine_of_what_was_scraped_is_told() -> None:
    """The resource's own word first, then a label of DCGM's, the name that node_exporter tells, and the address."""
    node = metric_request(
        [gauge("node_memory_MemTotal_bytes", 1), gauge("node_uname_info", 1, nodename="gpu-one")],
        resource={"service.name": "node", "service.instance.id": "10.0.0.5:9100"},
    )
    vllm = {"service.name": "vllm", "service.instance.id": "10.0.0.5:8000"}
    running, waiting = gauge("vllm:num_requests_running", 1), gauge("vllm:num_requests_waiting", 1)
    power, temperature = gauge("DCGM_FI_DEV_POWER_USAGE", 1, Hostname="gpu-two"), gauge("DCGM_FI_DEV_GPU_TEMP", 1)
    usage = gauge("vllm:kv_cache_usage_perc", 1)
    assert hosts_of(
        node,
        metric_request([running], resource=vllm),
        metric_request([waiting], resource={**vllm, "host.name": "told"}),
        metric_request([power], resource={"service.instance.id": "10.0.0.6:9400"}),
        metric_request([temperature], resource={"service.instance.id": "localhost:9400"}),
        metric_request([usage], resource={"service.instance.id": "a-uuid"}),
    ) == {
        "system.memory.limit": "gpu-one",
        "watchglass.serving.requests.running": "10.0.0.5",
        "watchglass.serving.requests.waiting": "told",
        "hw.power": "gpu-two",
        "hw.temperature": "",
        "watchglass.serving.kv_cache.utilization": "",
    }


def test_a_name_that_was_told_once_stays_known() -> None:
    """Remote write may bring it in another request than the rest."""
    decoder = MetricDecoder(future_tolerance_s=TOLERANCE_S)
    resource = {"service.name": "node", "service.instance.id": "10.0.0.5:9100"}
    told = [gauge("node_uname_info", 1, nodename="gpu-one")]
    decoder([export(Signal.METRICS, metric_request(told, resource=resource))], NOW_NS)
    later = metric_request([gauge("node_memory_MemTotal_bytes", 1)], resource=resource)
    found = rows(decoder([export(Signal.METRICS, later)], NOW_NS).batch)
    assert [row["host_name"] for row in found] == ["", "gpu-one"]


def test_every_file_is_used_and_says_where_it_is_from() -> None:
    """One file a server."""
    folder = Path(__import__("watchglass.conventions.serving.registry", fromlist=["x"]).__file__).parent
    assert {path.stem for path in folder.glob("*.yml")} == set(SERVERS) == {rule.server for rule in load_serving().values()}


@pytest.mark.parametrize("data", [None, {"metrics": {}}, {"brief": "", "source": "", "labels": {}, "metrics": {"a": {"to": "b"}}}])
def test_a_file_that_is_wrong_is_refused(data: object) -> None:
    """The error names the file."""
    with pytest.raises(InvalidInput, match=r"^vllm\.yml"):
        parse_serving("vllm", data)
