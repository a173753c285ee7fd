"""The pages of servers and machines over real rows."""

import numpy as np
import pytest

from doubles.fleet import STEP_NS, scrape, target
from doubles.rows import insert_rows
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.serving.overview import HostOverview, ServerOverview, read_hosts, read_servers
from watchglass.query.serving.values import Measured
from watchglass.store.engine import Engine

BEGIN_NS = 1_780_000_000_000_000_000 // (4 * STEP_NS) * 4 * STEP_NS
NOW_NS = BEGIN_NS + 40 * STEP_NS
SCOPE = Scope("p", BEGIN_NS, NOW_NS)
INTERVAL_S = 60


def servers(engine: Engine) -> list[ServerOverview]:
    """All servers of the ten minutes."""
    return read_servers(Reader(engine, 30.0, 10**9), SCOPE, INTERVAL_S, NOW_NS)[0]


def hosts(engine: Engine) -> list[HostOverview]:
    """All machines of the ten minutes."""
    return read_hosts(Reader(engine, 30.0, 10**9), SCOPE, INTERVAL_S, NOW_NS)[0]


def named(measures: list[Measured]) -> dict[str, Measured]:
    """Measures by name."""
    return {it.measure.name: it for it in measures}


def test_servers_have_their_state_and_numbers(engine: Engine) -> None:
    """One that answers is up, one that is silent stale, one that cannot be scraped down, also when it never answered."""
    scrape(engine, BEGIN_NS, range(40), [target("vllm", "a")])
    scrape(engine, BEGIN_NS, range(20), [target("vllm", "b"), target("vllm", "c")])
    up = {"project_id": "p", "received_at": NOW_NS // 10**6, "metric_name": "up", "metric_type": "gauge", "service_name": "vllm"}
    rows = [
        up | {"time": BEGIN_NS + i * STEP_NS, "service_instance_id": f"{name}:8000", "value": value, "series_id": n}
        for i in range(40)
        for n, (name, value) in enumerate({"a": 1.0, "c": float(i < 20), "d": 0.0}.items())
    ]
    insert_rows(engine, "metric_points", rows)
    found = {it.reporter.service_instance_id: it for it in servers(engine)}
    assert {name: it.state for name, it in found.items()} == {"a:8000": "up", "b:8000": "stale", "c:8000": "down", "d:8000": "down"}
    first = found["a:8000"]
    assert (first.reporter.server, first.reporter.models, first.reporter.host_name) == ("vllm", ("llama",), "a")
    measures = named(first.measures)
    assert measures["requests_waiting"].values.tolist() == pytest.approx([1.5 + 4 * minute for minute in range(10)])
    assert measures["requests_waiting"].last() == 39.0
    assert np.allclose(measures["queue_duration"].values, 0.5)
    assert np.allclose(measures["output_tokens"].values, 10.0)
    # half of the range is silence: 150 seconds of it show the last number
    assert np.isfinite(named(found["b:8000"].measures)["kv_cache"].values).tolist() == [True] * 7 + [False] * 3
    assert found["d:8000"].measures == []


def test_machines_are_one_whoever_reports_of_them(engine: Engine) -> None:
    """node_exporter and DCGM's exporter say the same machine; several probes on it are not added up."""
    scrape(engine, BEGIN_NS, range(40), [target("node"), target("dcgm")])
    row = {
        "project_id": "p", "received_at": NOW_NS // 10**6, "metric_name": "system.network.io", "metric_type": "sum", "unit": "By",
        "temporality": "cumulative", "is_monotonic": True, "start_time": BEGIN_NS - 10**15, "host_name": "gpu-one",
        "attributes": {"network.io.direction": "receive", "network.interface.name": "eth0"},
    }  # fmt: skip
    insert_rows(engine, "metric_points", [
        row | {"time": BEGIN_NS + i * STEP_NS, "value": 3000.0 * i, "service_name": f"app {n}", "series_id": n} for i in range(40) for n in range(3)
    ])  # fmt: skip
    (machine,) = hosts(engine)
    assert (machine.name, machine.state, len(machine.reporters)) == ("gpu-one", "up", 5)
    measures = named(machine.measures)
    assert np.allclose(measures["cpu"].values, 0.25) and np.allclose(measures["memory"].values, 0.6)
    assert np.allclose(measures["network_receive"].values, 200.0)
    assert [(gpu.index, named(gpu.measures)["gpu_utilization"].last()) for gpu in machine.gpus] == [
        ("0", pytest.approx(0.39)), ("1", pytest.approx(0.49)),
    ]  # fmt: skip


def test_a_gpu_says_why_it_is_slowed(engine: Engine) -> None:
    """By its last report; errors of its memory are what was added."""
    row = {
        "project_id": "p", "received_at": NOW_NS // 10**6, "host_name": "h", "service_name": "app", "metric_type": "gauge",
        "metric_name": "watchglass.gpu.throttled",
    }  # fmt: skip
    rows = [
        row | {"time": BEGIN_NS + i * STEP_NS, "value": value, "series_id": n,
               "attributes": {"hw.id": "g", "watchglass.gpu.reason": reason}}
        for i in range(40) for n, (reason, value) in enumerate({"thermal": float(i > 20), "power_cap": float(i < 20)}.items())
    ]  # fmt: skip
    errors = {"metric_name": "hw.errors", "metric_type": "sum", "is_monotonic": True, "temporality": "cumulative",
              "start_time": BEGIN_NS - 10**15, "attributes": {"hw.id": "g", "error.type": "corrected"}, "series_id": 9}  # fmt: skip
    rows += [row | errors | {"time": BEGIN_NS + i * STEP_NS, "value": 5.0 + (i > 30)} for i in range(40)]
    insert_rows(engine, "metric_points", rows)
    (gpu,) = hosts(engine)[0].gpus
    assert gpu.slowed_by == ["thermal"]
    assert np.nansum(named(gpu.measures)["gpu_ecc_corrected"].values) == 1.0
