"""Debian's Prometheus scrapes a real server, and promtool finds nothing to object to on its page."""

import json
import re
import time
from pathlib import Path

import httpx

from doubles.prometheus import needs_prometheus, running_prometheus, tool
from doubles.server_process import running_server
from doubles.spans import START_NS, trace_request

SCRAPE = """
scrape_configs:
  - job_name: watchglass
    scrape_interval: 1s
    static_configs:
      - targets: ["127.0.0.1:{port}"]
"""


def send_calls(port: int, count: int) -> None:
    """Send `count` calls of gpt-4o by `shop`, the last of them failed."""
    attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
    }  # fmt: skip
    spans = [
        {"kind": "client", "trace_id": number.to_bytes(16, "big"), "attributes": attributes, "duration_ns": 10**9,
         "start_ns": START_NS + number * 10**9, **({"error": "timed out"} if number == count else {})}
        for number in range(1, count + 1)
    ]  # fmt: skip
    body = trace_request(spans, resource={"service.name": "shop", "service.version": "7"}).SerializeToString()
    answer = httpx.post(f"http://127.0.0.1:{port}/v1/traces", content=body, headers={"content-type": "application/x-protobuf"})
    assert answer.status_code == 200, answer.text


@needs_prometheus
def test_prometheus_scrapes_and_answers(tmp_path: Path) -> None:
    """A query in PromQL over what was scraped gives the calls that were sent, and an exemplar that names one of their traces."""
    with running_server(tmp_path / "data") as server:
        send_calls(server.port, 20)
        with running_prometheus(tmp_path / "prometheus", SCRAPE.format(port=server.port)) as prometheus:
            series = prometheus.wait_for('sum by (gen_ai_response_model) (gen_ai_client_requests_total{service_version="7"})')
            assert series[0]["metric"] == {"gen_ai_response_model": "gpt-4o"}
            assert series[0]["value"][1] == "20"
            assert prometheus.query("sum(gen_ai_client_errors_total)")[0]["value"][1] == "1"
            (cost,) = prometheus.query("sum(gen_ai_client_cost_usd_total)")
            assert float(cost["value"][1]) > 0
            (median,) = prometheus.query("histogram_quantile(0.5, sum by (le) (gen_ai_client_operation_duration_seconds_bucket))")
            assert 0.64 < float(median["value"][1]) <= 1.28
            exemplars = prometheus.ask(
                "query_exemplars", query="gen_ai_client_operation_duration_seconds_bucket",
                start=str(time.time() - 3600), end=str(time.time() + 60),
            )  # fmt: skip
            traces = {exemplar["labels"]["trace_id"] for series in exemplars for exemplar in series["exemplars"]}
            assert traces == {f"{20:032x}"}, json.dumps(exemplars)


@needs_prometheus
def test_promtool_objects_to_nothing(tmp_path: Path) -> None:
    """`promtool check metrics` finds the page right, by names, types and help."""
    with running_server(tmp_path / "data") as server:
        send_calls(server.port, 3)
        page = httpx.get(f"http://127.0.0.1:{server.port}/metrics").text
        assert re.search(r"^gen_ai_client_errors_total\{", page, re.MULTILINE)
        assert tool("promtool", "check", "metrics", text=page) == ""
