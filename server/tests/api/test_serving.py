"""Servers and machines over HTTP: the pages' lists, what is beside a call, and what is refused."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS
from doubles.fleet import STEP_NS, scrape, target
from doubles.rows import insert_rows, span
from watchglass.store.engine import Engine

BEGIN_NS = NOW_NS - 40 * STEP_NS
CALL = f"/api/v1/traces/{1:032x}/spans/{2:016x}/serving"


def stored(engine: Engine) -> None:
    """A fleet of ten minutes, and a call to its server 90 seconds ago."""
    scrape(engine, BEGIN_NS, range(40), [target("vllm"), target("node"), target("dcgm")], project_id="default")
    start_ns = NOW_NS - 90 * 10**9
    said = {"attributes": {"server.address": "10.0.0.5"}, "attributes_int": {"server.port": 8000}}
    given = {"project_id": "default", "start_time": start_ns, "received_at": NOW_NS // 10**6}
    insert_rows(engine, "spans", [span(1, 2, **given, **said)])


def test_servers_are_listed_with_their_numbers(client: TestClient, engine: Engine) -> None:
    """State, what it is, and each measure aligned to the times; what it does not report is absent."""
    stored(engine)
    answer = client.get("/api/v1/serving", params={"start": "-15m", "interval": "1m"}).json()
    [server] = answer["instances"]
    assert {name: server[name] for name in ("service_instance_id", "server", "models", "host_name", "state")} == {
        "service_instance_id": "10.0.0.5:8000", "server": "vllm", "models": ["llama"], "host_name": "10.0.0.5", "state": "up",
    }  # fmt: skip
    assert server["last_report"] == "2023-11-14T22:13:05.000000000Z"
    assert server["measures"]["queue_duration"]["latest"] == 0.5
    assert len(server["measures"]["kv_cache"]["values"]) == len(answer["times"])
    assert "preemptions" not in server["measures"]
    known = {it["name"]: it for it in answer["measures"]}
    assert set(server["measures"]) < set(known)
    assert known["kv_cache"] == {"name": "kv_cache", "brief": "KV cache used", "unit": "ratio", "owner": "server"}
    assert client.get("/api/v1/serving", params={"start": "2020-01-01", "end": "2020-01-02"}).json()["instances"] == []


def test_machines_are_listed_with_their_gpus(client: TestClient, engine: Engine) -> None:
    """A machine is one, whoever reports of it."""
    stored(engine)
    answer = client.get("/api/v1/hosts", params={"start": "-15m"}).json()
    [host] = answer["hosts"]
    assert (host["name"], host["state"], len(host["reporters"])) == ("gpu-one", "up", 2)
    assert host["measures"]["memory"]["latest"] == pytest.approx(0.6)
    assert [(gpu["index"], gpu["name"], gpu["measures"]["gpu_power"]["latest"]) for gpu in host["gpus"]] == [
        ("0", "NVIDIA H100", 412.5), ("1", "NVIDIA H100", 412.5),
    ]  # fmt: skip
    assert {it["owner"] for it in answer["measures"]} == {"host", "gpu"}


def test_a_call_has_its_server_and_machine_beside_it(client: TestClient, engine: Engine) -> None:
    """How each was found, and its numbers at the start of the call, during it and around it."""
    stored(engine)
    answer = client.get(CALL).json()
    assert [(it["kind"], it["name"], it["matches"][0]["way"]) for it in answer["instances"]] == [
        ("server", "10.0.0.5:8000", "address and port"), ("host", "gpu-one", "host of the address"),
    ]  # fmt: skip
    server, host = answer["instances"]
    assert server["matches"][0]["fact"] == {"name": "server.address:server.port", "value": "10.0.0.5:8000", "span_id": f"{2:016x}"}
    waiting = server["measures"]["requests_waiting"]
    assert (waiting["at_start"], waiting["least"], waiting["most"]) == (34.0, 34.0, 34.0)
    assert len(waiting["values"]) == len(answer["times"])
    assert host["gpus"][1]["measures"]["gpu_utilization"]["at_start"] == pytest.approx(0.44)


def test_a_call_of_which_nothing_is_known_says_so(client: TestClient, engine: Engine) -> None:
    """What was looked for is told, and that others reported."""
    scrape(engine, BEGIN_NS, range(40), [target("vllm")], project_id="default")
    said = {"attributes": {"server.address": "api.openai.com", "server.port": "443"}}
    insert_rows(engine, "spans", [span(1, 2, project_id="default", start_time=NOW_NS - 90 * 10**9, **said)])
    answer = client.get(CALL).json()
    assert (answer["instances"], answer["reporter_count"]) == ([], 1)
    assert [it["value"] for it in answer["facts"]] == ["api.openai.com:443", "api.openai.com"]


@pytest.mark.parametrize(
    ("path", "parameters", "status", "field"),
    [
        (CALL, {}, 404, None), (CALL.replace("0", "x"), {}, 400, "trace_id"), (CALL, {"start": "-1h"}, 400, "start"),
        ("/api/v1/serving", {"interval": "0s"}, 400, "interval"), ("/api/v1/hosts", {"limit": "5"}, 400, "limit"),
    ],
)  # fmt: skip
def test_bad_input_names_its_field(client: TestClient, path: str, parameters: dict[str, Any], status: int, field: str | None) -> None:
    """A span that is not there is not found; unknown parameters are refused."""
    answer = client.get(path, params=parameters)
    assert (answer.status_code, answer.json().get("field")) == (status, field)
