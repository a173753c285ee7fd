"""A real server: a rule over usage, spans over OTLP, and an incident that survives a restart in the middle."""

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from doubles.exports import post
from doubles.server_process import ServerProcess, running_server

S = 10**9

RULES = """
rules:
  - name: errors
    brief: Calls fail
    project: default
    query: {source: usage, measures: [error_count], group_by: [service_name]}
    when: {kind: threshold, above: 5}
    window_s: 60
    every_s: 10
    for_s: 10
    delay_s: 0
    severity: critical
    notify: [oncall]
"""

TARGETS = "targets: [{name: oncall, kind: log}]\n"


def spans(count: int, minute: int, *, is_error: bool) -> bytes:
    """Spans of a minute, those that fail after those that do not."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "shop"
    scope = resource.scope_spans.add()
    for index in range(count):
        span = scope.spans.add(name="call")
        number = (minute << 16) + (is_error << 15) + index + 1
        span.trace_id, span.span_id = number.to_bytes(16, "big"), number.to_bytes(8, "big")
        span.start_time_unix_nano = minute * 60 * S + index
        span.end_time_unix_nano = span.start_time_unix_nano + 1000
        span.status.code = 2 if is_error else 1
    return request.SerializeToString()


def asked(server: ServerProcess, path: str) -> Any:
    """What the API answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/api/v1/{path}", timeout=10) as answer:
        return json.load(answer)


def until(look: Callable[[], Any], timeout_s: float) -> Any:
    """Wait until `look` finds something."""
    deadline_s = time.monotonic() + timeout_s
    while True:
        if found := look():
            return found
        assert time.monotonic() < deadline_s, "it did not come to it"
        time.sleep(0.3)


@pytest.mark.slow
def test_an_incident_goes_its_whole_way_through_a_restart(tmp_path: Path) -> None:
    """Pending, firing, told once; killed and started again it goes on, is not told twice, and is told to end once."""
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "targets.yml").write_text(TARGETS)
    settings = {"rules_file": tmp_path / "rules.yml", "notify_file": tmp_path / "targets.yml", "default_rules": "false"}
    with running_server(tmp_path / "data", **settings) as server:
        now_s = int(time.time())
        minute = now_s // 60
        failing = [minute - 1] if now_s % 60 < 25 else [minute - 1, minute]
        for it in range(minute - 3, minute + 5):
            assert post(server.port, spans(3, it, is_error=False))[0] == 200
        for it in failing:
            assert post(server.port, spans(9, it, is_error=True))[0] == 200

        def state() -> str | None:
            alerts = asked(server, "alerts")["alerts"]
            return alerts[0]["state"] if alerts else None

        assert until(state, 40) in ("pending", "firing")
        until(lambda: state() == "firing", 40)
        (incident,) = until(lambda: asked(server, "incidents?state=open")["incidents"], 10)
        assert (incident["title"], incident["severity"]) == ("Calls fail (service_name=shop)", "critical")
        until(lambda: asked(server, f"incidents/{incident['id']}")["told_count"], 20)
        server.kill()
        server.start()
        assert asked(server, f"incidents/{incident['id']}")["state"] == "open"
        resolved = until(lambda: asked(server, "incidents?state=resolved")["incidents"], 180)
        assert [it["id"] for it in resolved] == [incident["id"]]
        until(lambda: asked(server, f"incidents/{incident['id']}")["told_count"] == 2, 20)
        sent = until(lambda: [it for it in [asked(server, "notifications")["notifications"]] if len(it) == 2], 20)[0]
        assert sorted(it["kind"] for it in sent) == ["firing", "resolved"]
        kinds = [it["kind"] for it in asked(server, f"incidents/{incident['id']}")["events"]]
        assert [it for it in kinds if it != "explained"] == ["opened", "fired", "notified", "resolved", "closed", "notified"]
        (rule,) = asked(server, "alerts")["evaluations"]
        (series,) = until(lambda: asked(server, f"readings?rule={rule['rule_id']}&start=-10m")["series"], 20)
        assert {"firing", "resolved"} <= set(series["state"])  # a row a window: pending and firing were of one
        assert max(series["value"]) == 9
        assert server.stop() == 0
