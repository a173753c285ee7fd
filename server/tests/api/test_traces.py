"""/api/v1/traces through the real application: what is answered, page by page, and what is refused how."""

import json
import time

import pytest
from starlette.testclient import TestClient

from doubles.rows import NOW_NS, insert_rows, log, messages, span
from doubles.spans import NoPrices, trace_export, trace_request
from watchglass.clock import FixedClock
from watchglass.ingest.traces import TraceDecoder
from watchglass.model.records import KeyScope, Principal
from watchglass.store.engine import Engine

TRACE = f"{1:032x}"
SPAN = f"{1:016x}"


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at the rows' present."""
    return FixedClock(NOW_NS)


def problem(client: TestClient, path: str, status: int, **query: object) -> dict[str, object]:
    """The problem document that a request is answered with."""
    answer = client.get(path, params=query)  # type: ignore[arg-type]
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    return dict(answer.json())


def test_trace_is_listed_with_its_sums(client: TestClient, engine: Engine) -> None:
    """A trace of the last day is listed with every figure of the list."""
    insert_rows(
        engine,
        "spans",
        [
            span(1, 1, project_id="default", name="chat", is_model_call=True, model="gpt-4o", input_tokens=3, cost_usd=0.1,
                 input_messages=messages(("user", "Hi")), output_messages=messages(("assistant", "Hello")))
        ],
    )  # fmt: skip
    assert client.get("/api/v1/traces", params={"filter": "model:gpt-4o"}).json() == {
        "traces": [
            {
                "trace_id": TRACE, "start_time": "2026-05-28T20:25:40.000000000Z", "duration_ns": 10**9, "name": "chat",
                "service_name": "", "environment": "", "release": "", "span_count": 1, "error_count": 0,
                "model_call_count": 1, "models": ["gpt-4o"], "input_tokens": 3, "output_tokens": None, "cost_usd": 0.1,
                "unpriced_count": 0, "time_to_first_token_ns": None, "session_id": "", "user_id": "",
                "input_preview": "Hi", "output_preview": "Hello", "root_is_missing": False,
            }
        ],
        "next_cursor": None,
    }  # fmt: skip


def test_decoded_export_is_found_and_shown(client: TestClient, engine: Engine) -> None:
    """What a client sends over OTLP is found by its fields, its attributes and its words, and shown whole."""
    said = [{"role": "user", "parts": [{"type": "text", "content": "Wo bleibt die Rückzahlung?"}]}]
    call = {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 12,
        "gen_ai.conversation.id": "s1", "gen_ai.input.messages": json.dumps(said), "app.tier": "gold", "app.retries": 2,
    }  # fmt: skip
    request = trace_request(
        [
            {"name": "POST /chat", "kind": "server", "start_ns": NOW_NS - 10**9},
            {"name": "chat gpt-4o", "parent_span_id": (1).to_bytes(8, "big"), "start_ns": NOW_NS - 10**9, "attributes": call,
             "error": "upstream"},
        ],
        resource={"service.name": "bot", "cloud.region": "eu"},
    )  # fmt: skip
    export = trace_export(request, "default")
    engine.insert("spans", TraceDecoder(NoPrices(), future_tolerance_s=600)([export], NOW_NS).batch)
    fitting = ("model:gpt-4o tokens>=12", "attributes.app.tier:g* attributes.app.retries>1", "resource.cloud.region:eu error:true",
               "rückzahlung", '"die RÜCKZAHLUNG"', "service:bot session:s1", "has:user OR has:attributes.app.tier")  # fmt: skip
    for text in fitting:
        [trace] = client.get("/api/v1/traces", params={"filter": text}).json()["traces"]
        assert (trace["name"], trace["span_count"], trace["session_id"]) == ("POST /chat", 2, "s1")
        assert trace["input_preview"] == "Wo bleibt die Rückzahlung?"
    for text in ("model:gpt-4", "-service:bot", "attributes.app.tier:silver", "zahlung", "has:user"):
        assert client.get("/api/v1/traces", params={"filter": text}).json()["traces"] == []
    found = client.get(f"/api/v1/traces/{TRACE}/spans/{2:016x}").json()["span"]
    assert (found["input_messages"], found["status_message"], found["attributes"]) == (
        said, "upstream", {"app.retries": 2, "app.tier": "gold"},
    )  # fmt: skip


def test_pages_follow_the_cursor(client: TestClient, engine: Engine) -> None:
    """next_cursor gives the following traces until there are none."""
    insert_rows(engine, "spans", [span(n, n, at_s=-n, project_id="default") for n in range(1, 6)])
    found: list[int] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = client.get("/api/v1/traces", params=query).json()
        found += [int(trace["trace_id"], 16) for trace in page["traces"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert found == [1, 2, 3, 4, 5]
    assert problem(client, "/api/v1/traces", 400, limit=2, cursor=query["cursor"], filter="model:x")["field"] == "cursor"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"filter": "modle:x"}, "filter"),
        ({"filter": "(("}, "filter"),
        ({"filter": "cost_usd>x"}, "filter"),
        ({"cursor": "abc"}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"start": "yesterday"}, "start"),
        ({"start": "now", "end": "-1h"}, "start"),
    ],
)
def test_bad_question_names_the_field(client: TestClient, query: dict[str, object], field: str) -> None:
    """What cannot be answered is refused with 400 and the parameter's name."""
    assert problem(client, "/api/v1/traces", 400, **query)["field"] == field


def test_trace_is_answered_as_a_tree(client: TestClient, engine: Engine) -> None:
    """A trace comes with its summary and its spans depth first."""
    rows = [span(1, 2, parent=1, at_s=-59, status_message="x" * 600), span(1, 3, parent=7, at_s=-58), span(1, 1)]
    insert_rows(engine, "spans", [{**row, "project_id": "default"} for row in rows])
    trace = client.get(f"/api/v1/traces/{TRACE}").json()
    assert (trace["trace_id"], trace["summary"]["span_count"], trace["is_truncated"]) == (TRACE, 3, False)
    assert [(one["span_id"][-1], one["depth"], one["is_orphan"]) for one in trace["spans"]] == [
        ("1", 0, False), ("2", 1, False), ("3", 0, True),
    ]  # fmt: skip
    assert trace["spans"][1]["start_offset_ns"] == 10**9
    assert trace["spans"][1]["status_message"] == "x" * 500


def test_ten_thousand_spans_are_answered_fast(client: TestClient, engine: Engine) -> None:
    """A trace of 10,000 spans is answered whole in little time."""
    rows = [span(1, n + 1, parent=n // 10 or None, at_s=-1 + n / 1e5, project_id="default") for n in range(10_000)]
    insert_rows(engine, "spans", rows)
    client.get(f"/api/v1/traces/{TRACE}")
    began = time.perf_counter()
    trace = client.get(f"/api/v1/traces/{TRACE}").json()
    assert len(trace["spans"]) == 10_000
    assert time.perf_counter() - began < 3


def test_span_is_answered_whole(client: TestClient, engine: Engine) -> None:
    """A span comes with all its columns and the messages that came as log events."""
    insert_rows(engine, "spans", [span(1, 1, project_id="default", attributes_double={"x": float("nan")}, cost_usd=float("inf"))])
    said = messages(("user", "Hi"))
    insert_rows(engine, "logs", [log(project_id="default", trace_id=TRACE, span_id=SPAN, input_messages=said)])
    found = client.get(f"/api/v1/traces/{TRACE}/spans/{SPAN}").json()["span"]
    assert found["input_messages"][0]["parts"][0]["content"] == "Hi"
    assert (found["attributes"], found["cost_usd"], found["start_time"][:10]) == ({"x": "nan"}, "inf", "2026-05-28")


def test_absent_and_malformed_ids_are_told_apart(client: TestClient) -> None:
    """An id that is not known is 404, one that cannot be is 400."""
    assert "there is no trace" in str(problem(client, f"/api/v1/traces/{TRACE}", 404)["detail"])
    assert "there is no span" in str(problem(client, f"/api/v1/traces/{TRACE}/spans/{SPAN}", 404)["detail"])
    assert problem(client, "/api/v1/traces/xyz", 400)["field"] == "trace_id"
    assert problem(client, f"/api/v1/traces/{TRACE}/spans/1", 400)["field"] == "span_id"


def test_key_of_a_project_sees_that_one(make_client, engine: Engine) -> None:  # type: ignore[no-untyped-def]
    """A key that is bound to a project sees no other, and one that may only send sees nothing."""
    insert_rows(engine, "spans", [span(1, 1, project_id="a"), span(2, 2, project_id="b")])
    bound = make_client(Principal("a", frozenset({KeyScope.READ})))
    assert [one["trace_id"] for one in bound.get("/api/v1/traces").json()["traces"]] == [TRACE]
    assert bound.get(f"/api/v1/traces/{2:032x}").status_code == 404
    for path in ("traces", f"traces/{TRACE}", f"traces/{TRACE}/spans/{SPAN}", "spans", "logs", "sessions", "users", "sessions/x"):
        assert bound.get(f"/api/v1/{path}", params={"project": "b"}).status_code == 403
        sender = make_client(Principal("a", frozenset({KeyScope.INGEST})))
        assert sender.get(f"/api/v1/{path}").status_code == 403


def test_question_over_its_limits_is_refused(make_client, engine: Engine) -> None:  # type: ignore[no-untyped-def]
    """A list that takes longer than a query may is answered with 422, not with a part."""
    rows = [span(n, n, at_s=-n / 1e4, project_id="default", output_value=f"word {n} " * 50) for n in range(1, 60_000)]
    insert_rows(engine, "spans", rows)
    client = make_client(query_max_time_s=0.001)
    assert problem(client, "/api/v1/traces", 422, filter='"word absent"')["type"] == "urn:watchglass:problem:too-expensive"
