"""What servers and machines did during a call, over real rows of a fleet that was scraped in its own formats."""

from typing import Any

import numpy as np
import pytest

from doubles.fleet import STEP_NS, scrape, target
from doubles.rows import insert_rows, span
from watchglass.errors import NotFound
from watchglass.query.reader import Reader
from watchglass.query.serving.beside_call import Beside, BesideCall, During, read_beside_call
from watchglass.store.engine import Engine

BEGIN_NS = 1_780_000_000_000_000_000 // (4 * STEP_NS) * 4 * STEP_NS
"""Step 0 of the fleet."""

CALL_NS = BEGIN_NS + 40 * STEP_NS + 2 * 10**9
"""Start of the calls of these tests: two seconds after step 40."""


def call(number: int = 1, duration_s: float = 3.0, start_ns: int = CALL_NS, **columns: Any) -> dict[str, Any]:
    """A model call."""
    duration_ns = int(duration_s * 10**9)
    given = {"start_time": start_ns, "end_time": start_ns + duration_ns, "duration_ns": duration_ns}
    return span(1, number, **given, received_at=start_ns // 10**6, **columns)


def ask(engine: Engine, number: int = 1) -> BesideCall:
    """Ask about the call with this number."""
    return read_beside_call(Reader(engine, 30.0, 10**9), "p", f"{1:032x}", f"{number:016x}")


def named(measures: list[During]) -> dict[str, During]:
    """Measures by name."""
    return {it.measured.measure.name: it for it in measures}


def fleet(engine: Engine, *jobs: str, last: int = 50, **given: Any) -> None:
    """Scrape the programs of one machine from step 30 on."""
    scrape(engine, BEGIN_NS, range(30, last), [target(job, **given) for job in jobs])


def found(answer: BesideCall) -> list[tuple[str, str, str]]:
    """Kind, name and way of each that was found."""
    return [(it.kind, it.name, it.matches[0].way) for it in answer.instances]


def test_an_address_leads_to_the_server_and_on_to_its_machine(engine: Engine) -> None:
    """The queue, the cache and the GPU while the call ran: values at its start, and during it."""
    fleet(engine, "vllm", "node", "dcgm")
    insert_rows(engine, "spans", [call(attributes={"server.address": "10.0.0.5"}, attributes_int={"server.port": 8000})])
    answer = ask(engine)
    assert found(answer) == [
        ("server", "10.0.0.5:8000", "address and port"), ("host", "gpu-one", "host of the address"),
    ]  # fmt: skip
    server, machine = answer.instances
    assert (server.matches[0].fact and server.matches[0].fact.name, server.matches[0].reporter.server) == (
        "server.address:server.port", "vllm",
    )  # fmt: skip
    measures = named(server.measures)
    waiting = measures["requests_waiting"]
    # step 40 was reported two seconds before the call, and nothing during it
    assert (waiting.at_start, waiting.least, waiting.most) == (40.0, 40.0, 40.0)
    assert waiting.age_s is not None and waiting.age_s <= answer.interval_s
    assert measures["kv_cache"].at_start == pytest.approx(0.4)
    assert measures["queue_duration"].mean == pytest.approx(0.5)
    assert measures["output_tokens"].mean == pytest.approx(10.0)
    assert measures["prefix_cache_hits"].mean == pytest.approx(0.8)
    on_machine = named(machine.measures)
    assert on_machine["cpu"].mean == pytest.approx(0.25)
    assert on_machine["memory"].mean == pytest.approx(0.6)
    assert on_machine["disk_read"].mean == pytest.approx(100.0)
    assert [(gpu.index, gpu.name, gpu.id) for gpu in machine.gpus] == [("0", "NVIDIA H100", "GPU-0"), ("1", "NVIDIA H100", "GPU-1")]
    assert named(machine.gpus[1].measures)["gpu_utilization"].at_start == pytest.approx(0.5)
    assert named(machine.gpus[0].measures)["gpu_memory"].mean == pytest.approx(0.75)


def test_a_long_call_has_its_least_and_most(engine: Engine) -> None:
    """Reports during the call count; those of before and after are drawn, and are not in its numbers."""
    fleet(engine, "vllm", last=60)
    insert_rows(engine, "spans", [call(duration_s=120.0, attributes={"gen_ai.openai.api_base": "http://10.0.0.5:8000/v1/"})])
    (server,) = ask(engine).instances
    waiting = named(server.measures)["requests_waiting"]
    assert (waiting.at_start, waiting.least, waiting.most, waiting.report_count) == (40.0, 40.0, 48.0, 9)
    values = waiting.measured.values
    known = values[np.isfinite(values)]
    assert known[0] == 33 and values[-1] == 56


@pytest.mark.parametrize(
    ("said", "labels", "way"),
    [
        ({"resource_attributes": {"k8s.pod.name": "vllm-0"}}, {"pod": "vllm-0"}, "pod"),
        ({"service_instance_id": "10.0.0.5:8000"}, {}, "service instance"),
        ({"service_name": "vllm", "host_name": "10.0.0.5"}, {}, "service on the host"),
        ({"attributes": {"server.address": "10.0.0.5", "server.port": "8000"}}, {}, "address and port"),
    ],
)
def test_each_way_of_the_table_leads_to_the_server(engine: Engine, said: dict[str, Any], labels: dict[str, str], way: str) -> None:
    """Pod, instance, service on its host, address; the span itself or one below it says so."""
    fleet(engine, "vllm", labels=labels)
    insert_rows(engine, "spans", [call(1), call(2, parent_span_id=f"{1:016x}", **said)])
    answer = ask(engine)
    assert found(answer) == [("server", "10.0.0.5:8000", way)]
    fact = answer.instances[0].matches[0].fact
    assert fact is not None and fact.span_id == f"{2:016x}"


def test_the_machine_of_the_caller_is_found_by_its_name(engine: Engine) -> None:
    """node_exporter tells the machine's own name, which is what applications call it; the server there is not taken for the call's."""
    fleet(engine, "vllm", "node")
    insert_rows(engine, "spans", [call(host_name="GPU-One", attributes={"server.address": "api.example.com", "server.port": "443"})])
    answer = ask(engine)
    assert found(answer) == [("host", "gpu-one", "host name")]
    assert answer.reporter_count == 2


def test_loopback_means_the_same_machine(engine: Engine) -> None:
    """localhost:8000 of another machine is another server."""
    row = {
        "project_id": "p", "received_at": CALL_NS // 10**6, "time": CALL_NS, "metric_name": "watchglass.serving.requests.running",
        "metric_type": "gauge", "value": 3.0, "service_name": "stub", "resource_attributes": {"server.address": "127.0.0.1", "server.port": "8000"},
    }  # fmt: skip
    insert_rows(engine, "metric_points", [row | {"host_name": name, "service_instance_id": name, "series_id": n} for n, name in enumerate(("one", "two"))])
    said = {"attributes": {"server.address": "localhost", "server.port": "8000"}}
    insert_rows(engine, "spans", [call(1, host_name="two", **said), call(2, host_name="", **said)])
    assert [name for _, name, _ in found(ask(engine))] == ["two"]
    assert [name for _, name, _ in found(ask(engine, 2))] == ["one", "two"]


def test_nothing_is_made_up(engine: Engine) -> None:
    """A call whose server did not report, or reported at another time or to another project, has none; what was looked for is told."""
    fleet(engine, "vllm", last=34)
    scrape(engine, BEGIN_NS, range(38, 44), [target("vllm")], project_id="q")
    late_ns = CALL_NS + 3600 * 10**9
    said = {"attributes": {"server.address": "10.0.0.5", "server.port": "8000"}}
    insert_rows(engine, "spans", [call(1, start_ns=late_ns, **said), call(2)])
    answer = ask(engine)
    assert (answer.instances, answer.reporter_count) == ([], 0)
    assert {it.name: it.value for it in answer.facts} == {
        "server.address": "10.0.0.5", "server.address:server.port": "10.0.0.5:8000",
    }  # fmt: skip
    assert ask(engine, 2).facts == []
    with pytest.raises(NotFound):
        ask(engine, 3)


def test_a_server_that_fell_silent_is_not_held_for_ever(engine: Engine) -> None:
    """Its last number stands for 150 seconds."""
    fleet(engine, "vllm", last=39)
    insert_rows(engine, "spans", [call(duration_s=600.0, attributes={"server.address": "10.0.0.5", "server.port": "8000"})])
    server: Beside = ask(engine).instances[0]
    waiting = named(server.measures)["requests_waiting"]
    assert (waiting.at_start, waiting.report_count) == (38.0, 0)
    assert waiting.measured.values[-1] != waiting.measured.values[-1]
