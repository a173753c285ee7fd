"""Datadog: every request against the published contract (datadog-api-client 2.62, the LLM Observability API reference)."""

import json
from typing import Any

import pytest

from doubles.rows import NOW_NS, insert_rows, log, messages, span
from doubles.target import Received, Said, Target
from outlets.conftest import NOW_MS, Bench, run
from watchglass.model.records import Signal
from watchglass.outlets.datadog import Datadog
from watchglass.store.engine import Engine

KEY = "key-of-the-target"
STATUSES = {"critical", "error", "warn", "info", "debug"}
KINDS = {"agent", "workflow", "llm", "tool", "task", "embedding", "retrieval"}


def only(value: dict[str, Any], needed: dict[str, Any], **optional: Any) -> None:
    """An object has the fields that it needs, of their types, and no others."""
    assert set(needed) <= set(value) <= set(needed) | set(optional), value
    for name, held in value.items():
        assert type(held) is {**needed, **optional}[name], (name, held)


def check_series(body: Any) -> int:
    """MetricPayload: {series: [MetricSeries]}."""
    only(body, {"series": list})
    for series in body["series"]:
        only(series, {"metric": str, "points": list}, type=int, tags=list, resources=list, interval=int)
        assert series["type"] in (1, 2, 3)
        assert all(type(tag) is str and ":" in tag and len(tag) <= 200 for tag in series["tags"])
        assert ("interval" in series) == (series["type"] == 1)
        for point in series["points"]:
            only(point, {"timestamp": int, "value": float})
            assert abs(point["timestamp"] - NOW_NS / 1e9) < 3600
        for resource in series.get("resources", []):
            only(resource, {"type": str, "name": str})
    return len(body["series"])


def check_logs(body: Any) -> int:
    """HTTPLog: an array of at most 1000 HTTPLogItem, each at most 1 MB."""
    assert isinstance(body, list) and len(body) <= 1000
    for item in body:
        for name in ("message", "ddsource", "ddtags", "hostname", "service"):
            assert type(item.get(name, "")) is str
        assert "message" in item
        assert item["status"] in STATUSES
        assert type(item["timestamp"]) is int
        assert len(json.dumps(item, ensure_ascii=False).encode()) <= 1_000_000 * 1.05
    return len(body)


def check_spans(body: Any) -> int:
    """The spans API: {data: {type: span, attributes: {ml_app, spans}}}."""
    only(body, {"data": dict})
    only(body["data"], {"type": str, "attributes": dict})
    assert body["data"]["type"] == "span"
    only(body["data"]["attributes"], {"ml_app": str, "spans": list})
    for it in body["data"]["attributes"]["spans"]:
        needed = {"name": str, "span_id": str, "trace_id": str, "parent_id": str, "start_ns": int, "duration": int, "meta": dict}
        only(it, needed, status=str, metrics=dict, session_id=str, tags=list)
        assert it["status"] in ("ok", "error")
        assert all(type(value) is float for value in it["metrics"].values())
        meta = it["meta"]
        only(meta, {"kind": str}, metadata=dict, input=dict, output=dict, error=dict, model_name=str, model_provider=str)
        assert meta["kind"] in KINDS
        for side in ("input", "output"):
            for message in meta.get(side, {}).get("messages", []):
                only(message, {"content": str}, role=str)
            assert type(meta.get(side, {}).get("value", "")) is str
    return len(body["data"]["attributes"]["spans"])


DOORS = {
    "/api/v2/series": (check_series, 512_000, 5_242_880),
    "/api/v2/logs": (check_logs, 5_000_000, 5_000_000),
    "/api/intake/llm-obs/v1/trace/spans": (check_spans, 5_000_000, 5_000_000),
}


class Intake:
    """Answers as Datadog does: 403 without the key, 413 above the limits, 400 for what is no such body, else 202."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.bodies: list[Any] = []

    def __call__(self, received: Received) -> Said:
        """Answer one request."""
        if received.headers.get("dd-api-key") != KEY:
            return 403, {}, b'{"errors":["Forbidden"]}'
        check, sent_bytes, text_bytes = DOORS[received.path]
        if len(received.body) > sent_bytes or len(received.text) > text_bytes:
            return 413, {}, b'{"errors":["Payload too large"]}'
        try:
            assert received.headers["content-type"] == "application/json"
            body = json.loads(received.text)
            assert check(body) > 0
        except (AssertionError, KeyError, ValueError) as error:
            self.faults.append(repr(error))
            return 400, {}, b'{"errors":["Bad Request"]}'
        self.bodies.append(body)
        return 202, {"content-type": "application/json"}, b"{}" if received.path != "/api/v2/series" else b'{"errors":[]}'


@pytest.fixture
def intake(target: Target) -> Intake:
    """Datadog's doors at the target."""
    target.answer = Intake()
    return target.answer


def deliver(bench: Bench, target: Target, signal: Signal, key: str = KEY) -> None:
    """Deliver one signal."""
    run(bench.delivery(signal, outlet=Datadog(lambda subdomain: target.url, key, "watchglass")))


def test_spans_are_llm_observability_spans(engine: Engine, bench: Bench, target: Target, intake: Intake) -> None:
    """A model call with its messages, tokens and cost; a tool; an error; a plain span: by service, each valid."""
    insert_rows(
        engine,
        "spans",
        [
            span(1, 1, name="chat", operation_name="chat", is_model_call=True, model="gpt-4o", provider_name="openai",
                 input_messages=messages(("user", "hi")), output_messages=messages(("assistant", "hello")),
                 system_instructions='[{"type":"text","content":"be kind"}]', input_tokens=3, output_tokens=4,
                 cost_usd=0.25, time_to_first_token_ns=500_000_000, session_id="s", user_id="u", service_name="shop",
                 environment="prod", release="1.2", request_temperature=0.5, finish_reasons=["stop"]),
            span(1, 2, parent=1, name="search", operation_name="execute_tool", tool_name="search", tool_call_arguments="{}",
                 tool_call_result="found", service_name="shop", status_code="error", status_message="m", error_type="E"),
            span(1, 3, name="GET /"),
        ],
    )  # fmt: skip
    deliver(bench, target, Signal.TRACES)
    assert intake.faults == []
    assert bench.place().delivered_rows == 3
    shop, other = sorted((body["data"]["attributes"] for body in intake.bodies), key=lambda it: str(it["ml_app"]))
    assert (shop["ml_app"], other["ml_app"]) == ("shop", "watchglass")
    call, tool = shop["spans"]
    assert call["meta"] == {
        "kind": "llm", "model_name": "gpt-4o", "model_provider": "openai",
        "metadata": {"temperature": 0.5, "finish_reasons": ["stop"]},
        "input": {"messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hi"}]},
        "output": {"messages": [{"role": "assistant", "content": "hello"}]},
    }  # fmt: skip
    assert call["metrics"] == {
        "input_tokens": 3, "output_tokens": 4, "total_tokens": 7, "total_cost": 0.25, "time_to_first_token": 0.5,
    }  # fmt: skip
    assert (call["parent_id"], call["session_id"], call["duration"]) == ("undefined", "s", 1_000_000_000)
    assert call["tags"] == ["service:shop", "env:prod", "version:1.2", "user_id:u"]
    assert (tool["parent_id"], tool["status"], tool["meta"]["kind"]) == (call["span_id"], "error", "tool")
    assert tool["meta"]["error"] == {"message": "m", "type": "E"}
    assert (tool["meta"]["input"], tool["meta"]["output"]) == ({"value": "{}"}, {"value": "found"})


def test_large_spans_keep_the_limits(engine: Engine, bench: Bench, target: Target, intake: Intake) -> None:
    """A span above 1 MB says that its texts are left out; the others go in requests below the limit."""
    text = "x" * 600_000
    rows = [span(1, n, operation_name="chat", is_model_call=True, input_value=text) for n in range(12)]
    rows.append(span(1, 99, operation_name="chat", is_model_call=True, input_value=text * 2))
    insert_rows(engine, "spans", rows)
    deliver(bench, target, Signal.TRACES)
    assert intake.faults == []
    assert bench.place().delivered_rows == 13
    assert len(intake.bodies) > 1
    large = [it for body in intake.bodies for it in body["data"]["attributes"]["spans"] if it["span_id"].endswith("63")]
    assert "left out" in large[0]["meta"]["input"]["value"]


def test_logs_are_log_items(engine: Engine, bench: Bench, target: Target, intake: Intake) -> None:
    """More than one request's worth, with levels, ids and tags; a huge one stays below 1 MB."""
    rows = [log(body=f"b{n}", severity_number=17, service_name="shop", trace_id="1" * 32, attributes={"k": "v", "status": "x"})
            for n in range(1500)]  # fmt: skip
    rows.append(log(body="y" * 3_000_000))
    insert_rows(engine, "logs", rows)
    deliver(bench, target, Signal.LOGS)
    assert intake.faults == []
    assert bench.place(Signal.LOGS).delivered_rows == 1501
    assert sum(len(body) for body in intake.bodies) == 1501
    first = next(item for body in intake.bodies for item in body if item["message"] == "b7")
    wanted = {"status": "error", "service": "shop", "ddtags": "service:shop", "trace_id": "1" * 32, "k": "v"}
    assert wanted.items() <= first.items()


def test_metrics_are_series(engine: Engine, bench: Bench, target: Target, intake: Intake) -> None:
    """A gauge, a cumulative sum and a histogram are gauges, a delta is a count with its interval; NaN is dropped."""
    common = {"project_id": "p", "received_at": NOW_MS, "time": NOW_NS, "start_time": NOW_NS - 30 * 10**9, "host_name": "h",
              "service_name": "shop", "attributes": {"model": "gpt"}}  # fmt: skip
    insert_rows(engine, "metric_points", [
        {**common, "metric_name": "used", "metric_type": "gauge", "value": 0.5},
        {**common, "metric_name": "calls", "metric_type": "sum", "temporality": "delta", "value": 4.0},
        {**common, "metric_name": "wait", "metric_type": "histogram", "temporality": "cumulative", "value": float("nan"),
         "count": 3, "sum": 6.0, "min": 1.0, "max": 3.0},
        {**common, "metric_name": "none", "metric_type": "gauge", "value": float("nan")},
    ])  # fmt: skip
    deliver(bench, target, Signal.METRICS)
    assert intake.faults == []
    series = {it["metric"]: it for it in intake.bodies[0]["series"]}
    assert {name: (it["type"], it["points"][0]["value"]) for name, it in series.items()} == {
        "used": (3, 0.5), "calls": (1, 4.0), "wait.count": (3, 3.0), "wait.sum": (3, 6.0), "wait.min": (3, 1.0),
        "wait.max": (3, 3.0),
    }  # fmt: skip
    assert series["calls"]["interval"] == 30
    assert series["used"]["tags"] == ["model:gpt", "service:shop"]
    assert series["used"]["resources"] == [{"type": "host", "name": "h"}]
    assert (bench.place(Signal.METRICS).delivered_rows, bench.place(Signal.METRICS).dropped_rows) == (3, 1)


def test_many_series_keep_the_limit_of_a_request(engine: Engine, bench: Bench, target: Target, intake: Intake) -> None:
    """Series that do not compress stay below 512,000 bytes a request."""
    rows = [
        {"project_id": "p", "received_at": NOW_MS, "time": NOW_NS, "metric_name": f"m{n}", "metric_type": "gauge", "value": 1.0,
         "attributes": {f"k{k}": f"{n}-{k}" * 12 for k in range(8)}} for n in range(900)
    ]  # fmt: skip
    insert_rows(engine, "metric_points", rows)
    deliver(bench, target, Signal.METRICS)
    assert intake.faults == []
    assert bench.place(Signal.METRICS).delivered_rows == 900
    assert len(intake.bodies) > 1


def test_a_wrong_key_waits(engine: Engine, bench: Bench, target: Target, intake: Intake) -> None:
    """403 is tried again; nothing is dropped."""
    insert_rows(engine, "logs", [log(body="b")])
    deliver(bench, target, Signal.LOGS, key="wrong")
    place = bench.place(Signal.LOGS)
    assert (place.failure_count, place.dropped_rows, place.delivered_rows) == (1, 0, 0)
