"""Last9: its authentication on OTLP, and metrics by remote write where an address is given."""

from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from doubles.rows import NOW_NS, insert_rows, log
from doubles.target import Target
from outlets.conftest import NOW_MS, Bench, run
from outlets.test_remote_write import read_body
from watchglass.model.records import Signal
from watchglass.outgoing.options import Options
from watchglass.outlets import last9
from watchglass.outlets.outlet import Outlet
from watchglass.store.engine import Engine

BASIC = "Basic dXNlcjpwYXNz"
POINT = {"project_id": "p", "received_at": NOW_MS, "metric_name": "m", "metric_type": "gauge", "value": 1.0, "time": NOW_NS}


def build(given: Mapping[str, Any]) -> Outlet:
    """The outlet that these options make."""
    variables = {"AUTH": BASIC, "USER": "writer", "PASSWORD": "pass"}
    return last9.KIND.build(Options("outlets[0]", {"authorization_env": "AUTH", **given}, variables.get))


def test_otlp_carries_the_authentication(engine: Engine, bench: Bench, target: Target) -> None:
    """Logs and, without a remote write address, metrics go to OTLP's paths with the Basic header."""
    insert_rows(engine, "logs", [log(body="hello")])
    insert_rows(engine, "metric_points", [POINT])
    for signal in (Signal.LOGS, Signal.METRICS):
        run(bench.delivery(signal, outlet=build({"url": target.url})))
    assert [received.path for received in target.received] == ["/v1/logs", "/v1/metrics"]
    assert {received.headers["authorization"] for received in target.received} == {BASIC}
    assert {received.headers["content-type"] for received in target.received} == {"application/x-protobuf"}
    request = ExportLogsServiceRequest.FromString(target.received[0].text)
    assert request.resource_logs[0].scope_logs[0].log_records[0].body.string_value == "hello"


def test_metrics_go_by_remote_write_with_its_own_user(engine: Engine, bench: Bench, target: Target) -> None:
    """With an address of remote write, metrics go there, as the user that is named for it."""
    insert_rows(engine, "metric_points", [POINT])
    given = {"url": target.url, "remote_write_url": target.url + "/write", "username_env": "USER", "password_env": "PASSWORD"}
    run(bench.delivery(Signal.METRICS, outlet=build(given)))
    (received,) = target.received
    assert (received.path, received.headers["authorization"]) == ("/write", "Basic d3JpdGVyOnBhc3M=")
    assert list(read_body(received.body)) == [(("__name__", "m"),)]


def test_remote_write_takes_otlps_authentication_where_none_is_named(engine: Engine, bench: Bench, target: Target) -> None:
    """One credential is enough where both doors take it."""
    insert_rows(engine, "metric_points", [POINT])
    run(bench.delivery(Signal.METRICS, outlet=build({"url": target.url, "remote_write_url": target.url + "/write"})))
    assert target.received[0].headers["authorization"] == BASIC
