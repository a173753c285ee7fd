"""OTLP over HTTP as the protocol says: statuses, content types, encodings, limits, and rows behind every 200."""

import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any

import pytest
import zstandard
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Metric, NumberDataPoint

from doubles.failing_engine import NO_SPACE, REFUSED, FailingEngine
from doubles.house import PROTOBUF, House, MakeHouse
from doubles.otlp import export, log_request, metric_request
from doubles.spans import trace_request
from watchglass.errors import Forbidden, InvalidInput, StoreError, Unauthorized
from watchglass.ingest.otlp_http import Admit
from watchglass.model.records import Signal
from watchglass.store.engine import Engine

JSON = "application/json"
REQUESTS: dict[Signal, Message] = {
    Signal.TRACES: trace_request([{}, {}]),
    Signal.LOGS: log_request([{"body": "a"}, {"body": "b"}]),
    Signal.METRICS: metric_request([Metric(name="m", gauge=Gauge(data_points=[NumberDataPoint(as_int=n) for n in (1, 2)]))]),
}
RESPONSES: dict[Signal, type[Message]] = {
    Signal.TRACES: ExportTraceServiceResponse,
    Signal.LOGS: ExportLogsServiceResponse,
    Signal.METRICS: ExportMetricsServiceResponse,
}
ENCODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "identity": bytes,
}


def body_of(signal: Signal) -> bytes:
    """Two rows of a signal."""
    return REQUESTS[signal].SerializeToString()


def status_of(body: bytes) -> Status:
    """The google.rpc.Status in the body of a refusal."""
    return Status.FromString(body)


def refusing(error: Exception) -> Admit:
    """A door that lets nobody in."""

    def admit(headers: Mapping[str, str], client: str) -> str:
        raise error

    return admit


@pytest.mark.parametrize("signal", list(Signal))
def test_protobuf_is_stored_and_answered_in_protobuf(house: House, signal: Signal) -> None:
    """A 200 with an empty response message means that all rows are in the table."""
    answer = house.post(signal, body_of(signal))
    assert (answer.status_code, answer.headers["content-type"]) == (200, PROTOBUF)
    assert RESPONSES[signal].FromString(answer.content) == RESPONSES[signal]()
    assert house.count(signal) == 2
    assert house.ingest.waiting.held_bytes == 0
    assert house.counted("watchglass_ingest_requests_total", signal=signal.value, protocol="http", status="200") == 1
    assert house.counted("watchglass_ingest_rows_total", signal=signal.value) == 2


@pytest.mark.parametrize("signal", list(Signal))
@pytest.mark.parametrize("content_type", [JSON, "Application/JSON; charset=utf-8"])
def test_json_is_answered_in_json(house: House, signal: Signal, content_type: str) -> None:
    """An empty JSON request is accepted and answered with an empty JSON object."""
    answer = house.post(signal, b"{}", {"content-type": content_type})
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (200, JSON, {})


@pytest.mark.parametrize("signal", list(Signal))
def test_empty_body_is_an_empty_request(house: House, signal: Signal) -> None:
    """No bytes are a valid message without content."""
    assert house.post(signal, b"").status_code == 200
    assert house.count(signal) == 0


@pytest.mark.parametrize("encoding", [*ENCODERS, "GZIP", " gzip "])
@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
def test_encodings_are_undone(house: House, encoding: str, content_type: str) -> None:
    """Every content-encoding of the protocol, in any case, under both content types."""
    plain = body_of(Signal.LOGS) if content_type == PROTOBUF else b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{},{}]}]}]}'
    body = ENCODERS[encoding.strip().lower()](plain)
    answer = house.post(Signal.LOGS, body, {"content-encoding": encoding, "content-type": content_type})
    assert answer.status_code == 200
    assert house.count(Signal.LOGS) == 2


def test_large_bodies_are_unpacked_too(house: House) -> None:
    """A body that is unpacked off the loop arrives whole."""
    text = bytes(range(32, 127)).decode() * 20_000
    request = log_request([{"body": text}]).SerializeToString()
    assert house.post(Signal.LOGS, zstandard.compress(request), {"content-encoding": "zstd"}).status_code == 200
    assert [row["body"] for row in house.rows(Signal.LOGS, "body")] == [text]


BAD_REQUESTS: dict[str, tuple[dict[str, str], bytes, int, str]] = {
    "no content type": ({"content-type": ""}, b"", 415, "content-type"),
    "text": ({"content-type": "text/plain"}, b"", 415, "content-type"),
    "grpc": ({"content-type": "application/grpc"}, b"", 415, "content-type"),
    "brotli": ({"content-encoding": "br"}, b"x", 415, "content-encoding"),
    "not gzip": ({"content-encoding": "gzip"}, b"not gzip", 400, "body"),
    "cut gzip": ({"content-encoding": "gzip"}, gzip.compress(b"\x0a\x00" * 500)[:-9], 400, "body"),
    "empty deflate": ({"content-encoding": "deflate"}, b"", 400, "body"),
    "cut zstd": ({"content-encoding": "zstd"}, zstandard.compress(b"\x0a\x00" * 500)[:-4], 400, "body"),
    "not protobuf": ({}, b"\xff\xff\xff", 400, "body"),
    "cut protobuf": ({}, b"\x0a\xff", 400, "body"),
    "cut json": ({"content-type": JSON}, b"{", 400, "body"),
    "json list": ({"content-type": JSON}, b"[]", 400, "body"),
    "json of another shape": ({"content-type": JSON}, b'{"resourceSpans": 5}', 400, "body"),
    "json not utf-8": ({"content-type": JSON}, b"\xff\xfe", 400, "body"),
    "json with a bad id": (
        {"content-type": JSON},
        b'{"resourceSpans":[{"scopeSpans":[{"spans":[{},{"traceId":"xyz"}]}]}]}',
        400,
        "resourceSpans[0].scopeSpans[0].spans[1].traceId",
    ),
}


@pytest.mark.parametrize("case", list(BAD_REQUESTS))
def test_bad_requests_are_refused_for_ever(house: House, case: str) -> None:
    """What can never succeed gets a 4xx without Retry-After, with a Status that names the field."""
    headers, body, status, named = BAD_REQUESTS[case]
    answer = house.post(Signal.TRACES, body, headers)
    assert answer.status_code == status
    assert "retry-after" not in answer.headers
    is_json = headers.get("content-type") == JSON
    assert answer.headers["content-type"] == (JSON if is_json else PROTOBUF)
    said = answer.json() if is_json else {"code": status_of(answer.content).code, "message": status_of(answer.content).message}
    assert said["code"] == 3
    assert said["message"].startswith(named)
    assert house.count(Signal.TRACES) == 0
    assert house.ingest.waiting.held_bytes == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(house: House, method: str) -> None:
    """Only POST is understood, and the answer says so."""
    answer = house.post(Signal.TRACES, b"", method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_broken_export_among_good_ones(house: House) -> None:
    """The neighbours of a request that cannot be read are stored."""
    statuses = [house.post(Signal.LOGS, body).status_code for body in (body_of(Signal.LOGS), b"\xff", b"")]
    assert statuses == [200, 400, 200]
    assert house.count(Signal.LOGS) == 2


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(Unauthorized("no key"), 401, 16), (Forbidden("wrong scope"), 403, 7), (InvalidInput("x-watchglass-project", "unknown"), 400, 3)],
)
def test_doors_decide(make_house: MakeHouse, error: Exception, status: int, code: int) -> None:
    """What the doors refuse is answered with their reason, and nothing is stored."""
    house = make_house(admit=refusing(error))
    answer = house.post(Signal.TRACES, body_of(Signal.TRACES))
    assert (answer.status_code, status_of(answer.content).code) == (status, code)
    assert str(error) in status_of(answer.content).message
    assert (answer.headers.get("www-authenticate") == "Bearer") == (status == 401)
    assert house.count(Signal.TRACES) == 0


def test_project_comes_from_the_door(house: House) -> None:
    """Rows belong to the project that the door named."""
    house.post(Signal.LOGS, body_of(Signal.LOGS), {"x-watchglass-project": "shop"})
    assert {row["project_id"] for row in house.rows(Signal.LOGS)} == {"shop"}


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd", "deflate"])
def test_over_the_limit_is_413(make_house: MakeHouse, encoding: str) -> None:
    """A body over the limit, as sent or once decompressed, is refused; one of exactly the limit is not."""
    house = make_house(ingest_max_request_bytes=100_000)
    request = log_request([{"body": ""}]).SerializeToString()
    fitting = log_request([{"body": "x" * (100_000 - len(request) - 15)}]).SerializeToString()
    assert 99_990 <= len(fitting) <= 100_000
    headers = {"content-encoding": encoding}
    assert house.post(Signal.LOGS, ENCODERS[encoding](fitting), headers).status_code == 200
    answer = house.post(Signal.LOGS, ENCODERS[encoding](bytes(100_001)), headers)
    assert (answer.status_code, status_of(answer.content).code) == (413, 8)
    assert "100000 bytes" in status_of(answer.content).message
    assert "retry-after" not in answer.headers
    assert house.counted("watchglass_ingest_rejected_requests_total", signal="logs", cause="too_large") == 1
    assert house.count(Signal.LOGS) == 1


def test_full_house_says_when_to_come_back(make_house: MakeHouse) -> None:
    """While others hold all the memory there is, a request gets 429 with whole seconds, in header and body."""
    house = make_house(ingest_max_waiting_bytes=2**20)
    with house.ingest.waiting.hold() as others:
        others.grow(2**20)
        answer = house.post(Signal.TRACES, body_of(Signal.TRACES))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    status = status_of(answer.content)
    info = RetryInfo()
    assert status.code == 8
    assert status.details[0].Unpack(info)
    assert info.retry_delay.seconds == 1
    assert house.post(Signal.TRACES, body_of(Signal.TRACES)).status_code == 200


@pytest.mark.parametrize(("error", "cause"), [(NO_SPACE, "disk_full"), (REFUSED, "store_failed")])
def test_store_that_refuses_is_503_until_it_recovers(
    make_house: MakeHouse, engine: Engine, error: StoreError, cause: str
) -> None:
    """A full disk or a refused write is a retryable answer with its cause; the same request succeeds afterwards."""
    store = FailingEngine(engine)
    house = make_house(store=store)
    store.fails_with = error
    for content_type in (PROTOBUF, JSON):
        body = body_of(Signal.TRACES) if content_type == PROTOBUF else json.dumps(JSON_TRACE).encode()
        answer = house.post(Signal.TRACES, body, {"content-type": content_type})
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["code"] == 14
    assert answer.json()["details"][0]["retryDelay"].endswith("s")
    assert house.counted("watchglass_ingest_rejected_requests_total", signal="spans", cause=cause) == 2
    store.fails_with = None
    assert house.post(Signal.TRACES, body_of(Signal.TRACES)).status_code == 200
    assert house.count(Signal.TRACES) == 2


def test_partial_success_counts_what_was_refused(house: House) -> None:
    """Spans without usable ids are refused and counted, the others stored; both encodings of the answer say so."""
    spans = [{"name": "good"}, {"trace_id": bytes(16)}, {"span_id": b""}, {"trace_id": b"short"}]
    answer = house.post(Signal.TRACES, trace_request(spans).SerializeToString())
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, partial.rejected_spans) == (200, 3)
    assert "trace_id" in partial.error_message
    assert [row["name"] for row in house.rows(Signal.TRACES, "name")] == ["good"]
    broken = {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "no ids"}]}]}]}
    answer = house.post(Signal.TRACES, json.dumps(broken).encode(), {"content-type": JSON})
    assert answer.json()["partialSuccess"]["rejectedSpans"] == "1"
    assert house.counted("watchglass_ingest_rejected_rows_total", signal="spans", cause="invalid_rows") == 4


@pytest.mark.parametrize("signal", list(Signal))
def test_identical_request_is_stored_once(house: House, signal: Signal) -> None:
    """A resend is accepted and stores nothing, however it is encoded; the same bytes of another project are another's."""
    assert house.post(signal, body_of(signal)).status_code == 200
    assert house.post(signal, gzip.compress(body_of(signal)), {"content-encoding": "gzip"}).status_code == 200
    assert house.count(signal) == 2
    assert house.post(signal, body_of(signal), {"x-watchglass-project": "other"}).status_code == 200
    assert house.count(signal) == 4


JSON_TRACE: dict[str, Any] = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
            "scopeSpans": [
                {
                    "scope": {"name": "s"},
                    "spans": [
                        {
                            "traceId": "5B8EFFF798038103D269B633813FC60C",
                            "spanId": "eee19b7ec3c1b174",
                            "parentSpanId": "",
                            "name": "I'm a span",
                            "kind": 2,
                            "startTimeUnixNano": "1544712660000000000",
                            "endTimeUnixNano": 1544712661000000000,
                            "attributes": [
                                {"key": "text", "value": {"stringValue": "v"}},
                                {"key": "n", "value": {"intValue": "9007199254740993"}},
                                {"key": "m", "value": {"intValue": 5}},
                                {"key": "nan", "value": {"doubleValue": "NaN"}},
                                {"key": "half", "value": {"doubleValue": 0.5}},
                                {"key": "yes", "value": {"boolValue": True}},
                                {"key": "raw", "value": {"bytesValue": "AP8="}},
                                {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": "a"}, {"intValue": "1"}]}}},
                                {"key": "map", "value": {"kvlistValue": {"values": [{"key": "traceId", "value": {"stringValue": "z"}}]}}},
                            ],
                            "status": {"code": "STATUS_CODE_ERROR", "message": "m"},
                            "aFieldOfTheFuture": {"x": [1]},
                            "links": [{"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174"}],
                        }
                    ],
                }
            ],
        }
    ]
}


def test_json_is_read_as_the_protocol_writes_it(house: House) -> None:
    """Hex ids in any case, integers as text and as numbers, enums as numbers and names, unknown fields ignored."""
    answer = house.post(Signal.TRACES, json.dumps(JSON_TRACE).encode(), {"content-type": JSON})
    assert (answer.status_code, answer.json()) == (200, {})
    row = house.rows(Signal.TRACES)[0]
    expected = {
        "trace_id": "5b8efff798038103d269b633813fc60c",
        "span_id": "eee19b7ec3c1b174",
        "parent_span_id": "",
        "name": "I'm a span",
        "kind": "server",
        "status_code": "error",
        "status_message": "m",
        "start_time": 1544712660000000000,
        "duration_ns": 1_000_000_000,
        "service_name": "shop",
        "attributes": {"text": "v", "raw": "AP8=", "list": '["a",1]', "map": '{"traceId":"z"}'},
        "attributes_int": {"n": 9007199254740993, "m": 5},
        "attributes_bool": {"yes": True},
    }
    assert {name: row[name] for name in expected} == expected
    assert row["attributes_double"]["half"] == 0.5
    assert str(row["attributes_double"]["nan"]) == "nan"
    assert json.loads(row["links"])[0]["trace_id"] == "5b8efff798038103d269b633813fc60c"


def test_json_takes_snake_case_too(house: House) -> None:
    """Field names as in the .proto files are understood, as protobuf's JSON asks of parsers."""
    span = {"trace_id": "5b8efff798038103d269b633813fc60c", "span_id": "eee19b7ec3c1b174", "start_time_unix_nano": "5"}
    body = json.dumps({"resource_spans": [{"scope_spans": [{"spans": [span]}]}]}).encode()
    assert house.post(Signal.TRACES, body, {"content-type": JSON}).status_code == 200
    assert [row["start_time"] for row in house.rows(Signal.TRACES, "start_time")] == [5]


def test_json_and_protobuf_make_the_same_rows(house: House) -> None:
    """One request in both encodings is the same request: the second is a resend."""
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(
        trace_id=bytes.fromhex("5b8efff798038103d269b633813fc60c"), span_id=bytes.fromhex("eee19b7ec3c1b174"), name="n"
    )
    span = {"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "n"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    assert house.post(Signal.TRACES, request.SerializeToString()).status_code == 200
    assert house.post(Signal.TRACES, body, {"content-type": JSON}).status_code == 200
    assert house.count(Signal.TRACES) == 1


def test_deep_json_is_refused(house: House) -> None:
    """Nesting without end is a 400, not a crash."""
    value = '{"arrayValue":{"values":[' * 5000 + "]}}" * 5000
    body = f'{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{value}}}]}}]}}]}}'.encode()
    answer = house.post(Signal.LOGS, body, {"content-type": JSON})
    assert answer.status_code == 400
    assert house.post(Signal.LOGS, body_of(Signal.LOGS)).status_code == 200


def test_json_of_very_many_objects_is_refused(house: House) -> None:
    """Some kilobytes of compressed JSON cannot keep the server busy for minutes."""
    body = b'{"resourceSpans":[' + b",".join([b"{}"] * 1_100_000) + b"]}"
    answer = house.post(Signal.TRACES, gzip.compress(body), {"content-type": JSON, "content-encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (413, 8)
    assert "1100001 objects" in answer.json()["message"]
    assert house.ingest.waiting.held_bytes == 0


def test_resend_is_recognised_by_what_it_carries() -> None:
    """The batch id depends on project, signal and body, and on nothing else."""
    first = export(Signal.LOGS, b"body")
    assert first.batch_id == export(Signal.LOGS, b"body").batch_id
    others = [export(Signal.TRACES, b"body"), export(Signal.LOGS, b"bodz"), export(Signal.LOGS, b"body", "q")]
    assert first.batch_id not in {other.batch_id for other in others}
