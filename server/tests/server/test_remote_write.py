"""Debian's Prometheus scrapes an exporter and forwards what it scraped to a real running server."""

import time
from pathlib import Path

import httpx
import pytest

from doubles.exposition_server import exposing
from doubles.prometheus import needs_prometheus, running_prometheus
from doubles.server_process import ServerProcess

EXPOSED = """# HELP vllm:num_requests_waiting Requests that wait
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{model_name="m"} 3
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{model_name="m"} 42
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{model_name="m",le="0.1"} 2
vllm:time_to_first_token_seconds_bucket{model_name="m",le="1"} 5
vllm:time_to_first_token_seconds_bucket{model_name="m",le="+Inf"} 6
vllm:time_to_first_token_seconds_sum{model_name="m"} 4.5
vllm:time_to_first_token_seconds_count{model_name="m"} 6
"""

CONFIGURATION = """
global: {{scrape_interval: 1s}}
scrape_configs: [{{job_name: vllm, static_configs: [{{targets: ['{target}']}}]}}]
remote_write:
  - url: http://127.0.0.1:{port}/api/v1/write
    metadata_config: {{send_interval: 1s}}
    queue_config: {{batch_send_deadline: 1s}}
"""

QUESTION = (
    "SELECT metric_name, metric_type, service_name, value, count, bucket_bounds, bucket_counts FROM metric_points "
    "WHERE metric_name LIKE 'vllm:%' ORDER BY time DESC LIMIT 1 BY metric_name, metric_type"
)


@needs_prometheus
@pytest.mark.slow
def test_a_real_prometheus_forwards_what_it_scrapes(tmp_path: Path) -> None:
    """Gauge, counter and histogram arrive with type, job and buckets."""
    server = ServerProcess(tmp_path / "data")
    server.start()
    try:
        with (
            exposing(EXPOSED) as exposed,
            running_prometheus(tmp_path / "prometheus", CONFIGURATION.format(target=exposed.address, port=server.port)),
        ):
            found: dict[tuple[str, str], dict[str, object]] = {}
            deadline_s = time.monotonic() + 60
            while ("vllm:time_to_first_token_seconds", "histogram") not in found and time.monotonic() < deadline_s:
                time.sleep(0.5)
                answer = httpx.post(f"http://127.0.0.1:{server.port}/api/v1/sql", json={"query": QUESTION}).json()
                names = [column["name"] for column in answer["columns"]]
                rows = [dict(zip(names, row, strict=True)) for row in answer["rows"]]
                found = {(str(row["metric_name"]), str(row["metric_type"])): row for row in rows}
    finally:
        server.kill()
    histogram = found["vllm:time_to_first_token_seconds", "histogram"]
    assert (histogram["bucket_bounds"], histogram["service_name"]) == ([0.1, 1.0], "vllm")
    assert [int(count) for count in histogram["bucket_counts"]] == [2, 3, 1]  # type: ignore[attr-defined]
    assert found["vllm:num_requests_waiting", "gauge"]["value"] == 3.0
    assert found["vllm:prompt_tokens_total", "sum"]["value"] == 42.0
