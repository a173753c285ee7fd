"""The dashboards: as generated, and every query of every panel gives data from a real Prometheus and a real Watchglass."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from doubles.prometheus import Prometheus, needs_prometheus, running_prometheus
from doubles.server_process import running_server
from doubles.spans import trace_request

DEPLOY = Path(__file__).parents[3] / "deploy"
DASHBOARDS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((DEPLOY / "grafana/dashboards").glob("*.json"))}
QUERIES = [
    pytest.param(panel, target, id=f"{name}-{panel['title']}")
    for name, dashboard in DASHBOARDS.items()
    for panel in dashboard["panels"]
    for target in panel["targets"]
]
SOURCES = {
    source["uid"]: source["type"]
    for source in yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/watchglass.yml").read_text("utf-8"))["datasources"]
}
GAUGES = ("watchglass.serving.requests.running", "watchglass.serving.requests.waiting", "watchglass.serving.kv_cache.utilization",
          "system.cpu.utilization", "system.memory.utilization", "hw.gpu.utilization")  # fmt: skip
CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}/*.yml"]
scrape_configs:
  - job_name: watchglass
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


@dataclass(frozen=True)
class Sources:
    """What the panels ask."""

    url: str
    prometheus: Prometheus


def post(url: str, path: str, body: bytes) -> None:
    """Send one export."""
    answer = httpx.post(url + path, content=body, headers={"content-type": "application/x-protobuf"})
    assert answer.status_code == 200, answer.text


def calls(round_: int) -> bytes:
    """Calls of a priced and an unpriced model, one of them failed, each with a first token."""
    now_ns = time.time_ns()
    usage = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10, "gen_ai.response.time_to_first_chunk": 0.5}
    spans = [
        {"kind": "client", "trace_id": (round_ * 10 + number).to_bytes(16, "big"), "start_ns": now_ns - 2 * 10**9, "duration_ns": 10**9,
         "attributes": {**usage, "gen_ai.provider.name": "openai", "gen_ai.request.model": model, **({"error.type": "Timeout"} if failed else {})},
         **({"error": "late"} if failed else {})}
        for number, (model, failed) in enumerate([("gpt-4o", False), ("gpt-4o", True), ("house-model", False)], start=1)
    ]  # fmt: skip
    return trace_request(spans, resource={"service.name": "shop", "service.version": "1"}).SerializeToString()


def measurements() -> bytes:
    """A point of each gauge, and a histogram of first tokens."""
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    resource.resource.attributes.add(key="service.instance.id").value.string_value = "vllm-1"
    metrics = resource.scope_metrics.add().metrics
    for name in GAUGES:
        metrics.add(name=name).gauge.data_points.add(time_unix_nano=time.time_ns(), as_double=0.5)
    histogram = metrics.add(name="gen_ai.server.time_to_first_token").histogram
    histogram.aggregation_temporality = 2  # type: ignore[assignment]
    histogram.data_points.add(time_unix_nano=time.time_ns(), count=2, sum=1.0, explicit_bounds=[1.0], bucket_counts=[2, 0])
    return request.SerializeToString()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    """A Watchglass that took calls for some seconds, scraped meanwhile by a Prometheus with the generated rules."""
    folder = tmp_path_factory.mktemp("grafana")
    with running_server(folder / "data") as server:
        url = f"http://127.0.0.1:{server.port}"
        post(url, "/v1/metrics", measurements())
        post(url, "/v1/traces", calls(1))
        configuration = CONFIGURATION.format(rules=DEPLOY / "prometheus/rules", port=server.port)
        with running_prometheus(folder / "prometheus", configuration) as prometheus:
            prometheus.wait_for("gen_ai_client_requests_total")
            for round_ in range(2, 6):
                post(url, "/v1/traces", calls(round_))
                time.sleep(1.2)
            prometheus.wait_for("watchglass:burn_rate:ratio_1h > 0")
            yield Sources(url, prometheus)


def filled(text: str) -> str:
    """A query as Grafana sends it: everything chosen, the last hour."""
    now_ms = time.time_ns() // 1_000_000
    values = {"${__from}": now_ms - 3_600_000, "${__to}": now_ms + 60_000, "$__rate_interval": "1m", "$project": ".*", "$service": ".*"}
    for name, value in values.items():
        text = text.replace(name, str(value))
    assert "$" not in text, text
    return text


@needs_prometheus
@pytest.mark.parametrize(("panel", "target"), QUERIES)
def test_every_query_gives_data(sources: Sources, panel: dict[str, Any], target: dict[str, Any]) -> None:
    """What a panel asks is understood, and has something to show."""
    assert SOURCES[target["datasource"]["uid"]] == target["datasource"]["type"]
    if target["datasource"]["type"] == "prometheus":
        series = sources.prometheus.query(filled(target["expr"]))
        assert [it for it in series if it["value"][1] != "NaN"], target["expr"]
        return
    options = target["url_options"]
    headers = {"content-type": options["body_content_type"], **{it["key"]: it["value"] for it in options["headers"]}}
    path = target["url"].removeprefix("http://watchglass:4318")
    answer = httpx.request(options["method"], sources.url + path, content=filled(options["data"]), headers=headers)
    assert answer.status_code == 200, answer.text
    names, *lines = answer.text.strip().splitlines()
    assert names.split(",") == [column["selector"] for column in target["columns"]]
    assert lines, target


def test_dashboards_are_as_generated() -> None:
    """The files are what generate.py writes now."""
    pytest.importorskip("grafana_foundation_sdk", reason="the extra `grafana` is not installed")
    code = "import generate; [print(path) for path, text in generate.written().items() if path.read_text('utf-8') != text]"
    done = subprocess.run([sys.executable, "-c", code], cwd=DEPLOY / "grafana", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_trace_ids_lead_to_the_trace() -> None:
    """Each table with trace ids links them to Watchglass, and exemplars go to the data source that opens traces."""
    with_ids = [panel for dashboard in DASHBOARDS.values() for panel in dashboard["panels"] if "trace_id" in json.dumps(panel["targets"])]
    assert len(with_ids) == 2
    for panel in with_ids:
        [link] = panel["fieldConfig"]["defaults"]["links"]
        assert link["url"] == "${watchglass_url}/traces/${__data.fields.trace_id}"
    exemplars = [target for dashboard in DASHBOARDS.values() for panel in dashboard["panels"] for target in panel["targets"] if target.get("exemplar")]
    assert len(exemplars) >= 3
