"""/tempo: what Grafana's Tempo data source asks, in the shapes that Tempo publishes."""

import base64
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from starlette.testclient import TestClient

from doubles.spans import START_NS, NoPrices, trace_export, trace_request
from watchglass.ingest.traces import TraceDecoder
from watchglass.store.engine import Engine

TRACE_ID = f"{1:032x}"
START_S = START_NS // 10**9
RANGE = {"start": str(START_S - 60), "end": str(START_S + 60)}


@pytest.fixture
def tempo(client: TestClient, engine: Engine) -> TestClient:
    """A server with one trace of two spans, and a trace of another service."""
    call = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 7, "tier": "gold", "n": 3}
    spans = [
        {"name": "answer", "kind": "server", "duration_ns": 3 * 10**9},
        {"name": "chat gpt-4o", "kind": "client", "attributes": call, "error": "late", "parent_span_id": (1).to_bytes(8, "big"),
         "duration_ns": 2 * 10**9, "events": [{"name": "retry", "after_ns": 10, "attributes": {"count": 2}}]},
    ]  # fmt: skip
    other = [{"name": "other", "trace_id": (2).to_bytes(16, "big"), "duration_ns": 10**6}]
    for request in (
        trace_request(spans, scope="lib", resource={"service.name": "shop", "region": "eu"}),
        trace_request(other, resource={"service.name": "bank"}),
    ):
        export = trace_export(request, "default")
        engine.insert("spans", TraceDecoder(NoPrices(), future_tolerance_s=600)([export], START_NS).batch)
    return client


def found(tempo: TestClient, **parameters: str) -> list[str]:
    """Root names of the traces that a search gives."""
    answer = tempo.get("/tempo/api/search", params={**RANGE, **parameters})
    assert answer.status_code == 200, answer.text
    return sorted(trace["rootTraceName"] for trace in answer.json()["traces"])


def test_trace_is_opentelemetrys_message(tempo: TestClient) -> None:
    """The trace comes as tempopb.Trace, wire-compatible with TracesData, by resource and scope, with all attributes."""
    answer = tempo.get(f"/tempo/api/traces/{TRACE_ID.lstrip('0')}", headers={"accept": "application/protobuf"})
    assert answer.headers["content-type"] == "application/protobuf"
    trace = TracesData.FromString(answer.content)
    [resource] = trace.resource_spans
    assert {it.key: it.value.string_value for it in resource.resource.attributes} == {"service.name": "shop", "region": "eu"}
    [scope] = resource.scope_spans
    assert scope.scope.name == "lib"
    root, call = scope.spans
    assert (root.name, root.kind, root.end_time_unix_nano - root.start_time_unix_nano) == ("answer", 2, 3 * 10**9)
    assert call.parent_span_id == root.span_id and call.trace_id.hex() == TRACE_ID
    said = {it.key: it.value for it in call.attributes}
    assert said["gen_ai.request.model"].string_value == "gpt-4o"
    assert said["gen_ai.usage.input_tokens"].int_value == 7
    assert (said["tier"].string_value, said["n"].int_value) == ("gold", 3)
    assert (call.status.code, call.status.message) == (2, "late")
    [event] = call.events
    assert (event.name, event.time_unix_nano, event.attributes[0].value.int_value) == ("retry", START_NS + 10, 2)


def test_both_versions_in_both_forms_hold_the_same_trace(tempo: TestClient) -> None:
    """Version 2 wraps the trace in its first field; JSON has `batches` in version 1 and `trace` in version 2."""
    plain = tempo.get(f"/tempo/api/traces/{TRACE_ID}", headers={"accept": "application/protobuf"}).content
    wrapped = tempo.get(f"/tempo/api/v2/traces/{TRACE_ID}", headers={"accept": "application/protobuf"}).content
    length, at, shift = 0, 1, 0
    while True:
        length |= (wrapped[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if wrapped[at - 1] < 0x80:
            break
    assert (wrapped[0], length, wrapped[at:]) == (0x0A, len(plain), plain)
    batches = tempo.get(f"/tempo/api/traces/{TRACE_ID}").json()["batches"]
    assert tempo.get(f"/tempo/api/v2/traces/{TRACE_ID}").json()["trace"]["resourceSpans"] == batches
    span = batches[0]["scopeSpans"][0]["spans"][0]
    assert base64.b64decode(span["traceId"]).hex() == TRACE_ID


@pytest.mark.parametrize("version", ["", "/v2"])
def test_absent_trace_is_not_found(tempo: TestClient, version: str) -> None:
    """Grafana tells a 404 from an error; an id that cannot be is told as such."""
    assert tempo.get(f"/tempo/api{version}/traces/{'f' * 32}").status_code == 404
    assert tempo.get(f"/tempo/api{version}/traces/xyz").status_code == 400


def test_search_has_the_published_shape(tempo: TestClient) -> None:
    """Ids, names, times as text, and the spans that fit with how many there are."""
    [trace] = tempo.get("/tempo/api/search", params={**RANGE, "q": "{ status = error }", "limit": "5"}).json()["traces"]
    assert trace == {
        "traceID": TRACE_ID, "rootServiceName": "shop", "rootTraceName": "answer", "startTimeUnixNano": str(START_NS), "durationMs": 3000,
        "spanSets": [
            {
                "spans": [{"spanID": f"{2:016x}", "name": "chat gpt-4o", "startTimeUnixNano": str(START_NS), "durationNanos": str(2 * 10**9), "attributes": []}],
                "matched": 1,
            }
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("{}", ["answer", "other"]),
        ("", ["answer", "other"]),
        ('{ resource.service.name = "shop" }', ["answer"]),
        ('{resource.service.name!="shop"}', ["other"]),
        ('{ span.gen_ai.response.model = "gpt-4o" && span.tier = "gold" && .n > 2 }', ["answer"]),
        ('{ .n > 3 }', []),
        ('{ duration > 1s }', ["answer"]),
        ('{ duration > 2500ms && status = error }', []),
        ('{ name =~ "answer|other" }', ["answer", "other"]),
        ('{ name =~ "oth.*" }', ["other"]),
        ('{ resource.region != nil }', ["answer"]),
        ('{ (name = "other" || kind = client) && true }', ["answer", "other"]),
        ("{ name = `chat gpt-4o` }", ["answer"]),
    ],
)  # fmt: skip
def test_traceql_finds(tempo: TestClient, query: str, names: list[str]) -> None:
    """What Grafana's search builder writes finds the traces with a span that fits."""
    assert found(tempo, q=query) == names


@pytest.mark.parametrize(
    "query",
    ["{", "{ name }", '{ name = "a" } | count() > 2', '{} && {}', '{ name =~ "[a-z]+" }', '{ rootName = "a" }', "}", '{ name = "a', "{ duration > x }", "{" + "(" * 80],
)  # fmt: skip
def test_what_cannot_be_searched_is_refused(tempo: TestClient, query: str) -> None:
    """What is no TraceQL, or more of it than filters can say, is a 400 and never another answer."""
    assert tempo.get("/tempo/api/search", params={**RANGE, "q": query}).status_code == 400


def test_tags_search(tempo: TestClient) -> None:
    """The older search by logfmt and durations."""
    assert found(tempo, tags="service.name=shop tier=gold") == ["answer"]
    assert found(tempo, tags='name="chat gpt-4o"', minDuration="1s", maxDuration="2s") == ["answer"]
    assert found(tempo, minDuration="5s") == []


def test_tags_and_values(tempo: TestClient) -> None:
    """Names of attributes plain and by scope, and their values plain and with a type."""
    names = tempo.get("/tempo/api/search/tags", params=RANGE).json()["tagNames"]
    assert {"service.name", "region", "tier", "gen_ai.response.model", "status"} <= set(names)
    scopes: dict[str, Any] = {it["name"]: it["tags"] for it in tempo.get("/tempo/api/v2/search/tags", params=RANGE).json()["scopes"]}
    assert "region" in scopes["resource"] and "tier" in scopes["span"] and "duration" in scopes["intrinsic"]
    only = tempo.get("/tempo/api/search/tags", params={**RANGE, "scope": "resource"}).json()["tagNames"]
    assert "region" in only and "tier" not in only
    values = tempo.get("/tempo/api/search/tag/service.name/values", params=RANGE).json()["tagValues"]
    assert sorted(values) == ["bank", "shop"]
    typed = tempo.get("/tempo/api/v2/search/tag/span.tier/values", params=RANGE).json()["tagValues"]
    assert typed == [{"type": "string", "value": "gold"}]
    assert {"type": "keyword", "value": "error"} in tempo.get("/tempo/api/v2/search/tag/status/values", params=RANGE).json()["tagValues"]


def test_grafana_finds_the_data_source_well(client: TestClient) -> None:
    """The test button's echo and the version that keeps Grafana from streams."""
    assert client.get("/tempo/api/echo").text == "echo"
    assert client.get("/tempo/api/status/buildinfo").json()["version"] == "2.1.0"
