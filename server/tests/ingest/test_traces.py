"""Trace exports become rows with everything that the spans said, and marks where they were odd."""

import json

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from doubles.otlp import NOW_NS, TOLERANCE_S, decode, decoded_rows
from doubles.spans import START_NS, trace_request
from watchglass.model.fields import fields_of
from watchglass.model.records import Committed, Signal

TRACE_ID, SPAN_ID, PARENT_ID = bytes(range(1, 17)), bytes(range(1, 9)), bytes(range(11, 19))
SECOND_NS = 10**9


def one_row(**span: object) -> dict[str, object]:
    """The row of one span."""
    return decoded_rows(Signal.TRACES, trace_request([span]))[0]


def test_every_column_is_there_in_storage_order() -> None:
    """The batch has the columns of the vocabulary, whatever the spans have, and when there are none."""
    for spans in ([{}], []):
        assert decode(Signal.TRACES, trace_request(spans)).batch.schema.names == list(fields_of("spans"))


def test_span_is_kept_with_resource_and_scope() -> None:
    """Ids, names, times, attributes by type, resource and scope arrive in their columns."""
    span = {
        "name": "GET /",
        "kind": "server",
        "trace_id": TRACE_ID,
        "span_id": SPAN_ID,
        "parent_span_id": PARENT_ID,
        "start_ns": START_NS,
        "duration_ns": 5,
        "error": "it broke",
        "attributes": {"text": "a", "count": 3, "ratio": 0.5, "yes": False, "nothing": None, "raw": b"\x00"},
    }
    resource = {"service.name": "shop", "service.instance.id": "i-1", "host.name": "h"}
    row = decoded_rows(Signal.TRACES, trace_request([span], scope="lib", resource=resource))[0]
    expected = {
        "project_id": "p",
        "received_at": NOW_NS // 1_000_000,
        "trace_id": TRACE_ID.hex(),
        "span_id": SPAN_ID.hex(),
        "parent_span_id": PARENT_ID.hex(),
        "name": "GET /",
        "kind": "server",
        "start_time": START_NS,
        "end_time": START_NS + 5,
        "duration_ns": 5,
        "status_code": "error",
        "status_message": "it broke",
        "service_name": "shop",
        "service_instance_id": "i-1",
        "host_name": "h",
        "scope_name": "lib",
        "attributes": {"text": "a", "nothing": "", "raw": "AA=="},
        "attributes_int": {"count": 3},
        "attributes_double": {"ratio": 0.5},
        "attributes_bool": {"yes": False},
        "resource_attributes": resource,
        "marks": [],
    }
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("start_ns", "end_ns", "stored", "marks"),
    [
        (START_NS, START_NS + 7, (START_NS, START_NS + 7, 7), []),
        (0, START_NS, (NOW_NS, START_NS, 0), ["missing_start_time", "end_before_start"]),
        (START_NS, 0, (START_NS, START_NS, 0), ["missing_end_time"]),
        (0, 0, (NOW_NS, NOW_NS, 0), ["missing_start_time", "missing_end_time"]),
        (START_NS, START_NS - 1, (START_NS, START_NS - 1, 0), ["end_before_start"]),
        (2**63, 2**64 - 1, (NOW_NS, NOW_NS, 0), ["time_out_of_range"]),
        (1, 2**63 - 1, (1, 2**63 - 1, 2**63 - 2), []),
    ],
)
def test_absurd_times_are_kept_and_marked(
    start_ns: int, end_ns: int, stored: tuple[int, int, int], marks: list[str]
) -> None:
    """No time makes a span vanish: what the store cannot hold falls back, and the mark says so."""
    request = trace_request([{}])
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.start_time_unix_nano, span.end_time_unix_nano = start_ns, end_ns
    (row,) = decoded_rows(Signal.TRACES, request)
    assert (row["start_time"], row["end_time"], row["duration_ns"]) == stored
    assert row["marks"] == marks


def test_future_is_marked_beyond_the_tolerance() -> None:
    """A clock that is somewhat ahead is normal; one far ahead is marked, and kept as sent."""
    within, beyond = (NOW_NS + (TOLERANCE_S + more) * SECOND_NS for more in (0, 1))
    found = decoded_rows(Signal.TRACES, trace_request([{"start_ns": within}, {"start_ns": beyond}]))
    assert [(row["start_time"], row["marks"]) for row in found] == [(within, []), (beyond, ["future_time"])]


@pytest.mark.parametrize("parent_id", [b"", bytes(8), b"odd"])
def test_root_has_no_parent(parent_id: bytes) -> None:
    """An absent parent is empty, also where it was sent as zeros or as something that is no id."""
    assert one_row(parent_span_id=parent_id)["parent_span_id"] == ""


@pytest.mark.parametrize(
    "ids",
    [{"trace_id": b""}, {"trace_id": bytes(16)}, {"trace_id": b"\x01" * 15}, {"span_id": b""}, {"span_id": bytes(8)}, {"span_id": b"\x01" * 9}],
)
def test_span_without_usable_ids_is_refused_alone(ids: dict[str, bytes]) -> None:
    """A span that could never be found again is refused and counted; its neighbours are stored."""
    decoded = decode(Signal.TRACES, trace_request([{"name": "a"}, ids, {"name": "b"}]))
    (outcome,) = decoded.outcomes
    assert isinstance(outcome, Committed)
    assert (outcome.accepted_rows, outcome.rejected_rows) == (2, 1)
    assert decoded.batch.column("name").to_pylist() == ["a", "b"]


def test_export_of_nothing_but_refused_spans_has_no_rows() -> None:
    """When all spans are refused there is nothing to store, and the answer says how many were refused."""
    decoded = decode(Signal.TRACES, trace_request([{"span_id": b""}] * 3))
    assert decoded.batch.num_rows == 0
    assert [(outcome.accepted_rows, outcome.rejected_rows) for outcome in decoded.outcomes] == [(0, 3)]  # type: ignore[union-attr]


@pytest.mark.parametrize("number", [-1, 6, 100, 2**31 - 1])
def test_unknown_enumerations_are_the_first(number: int) -> None:
    """A kind or a status that is not known yet is unspecified, not an error."""
    request = trace_request([{}])
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.kind = number  # type: ignore[assignment]
    span.status.code = number  # type: ignore[assignment]
    (row,) = decoded_rows(Signal.TRACES, request)
    assert (row["kind"], row["status_code"]) == ("unspecified", "unset")


def test_events_and_links_are_kept() -> None:
    """Events arrive in order with times and attributes, links as JSON; spans without any have none."""
    span = {"events": [{"name": "a", "after_ns": 1, "attributes": {"k": [1, {"x": None}]}}, {"name": "b", "after_ns": 2}]}
    request = trace_request([{}, span, {}])
    linked = request.resource_spans[0].scope_spans[1].spans[0]
    linked.links.add(trace_id=TRACE_ID, span_id=SPAN_ID, trace_state="s").attributes.add(key="k").value.int_value = 1
    none, row, _ = decoded_rows(Signal.TRACES, request)
    assert (row["event_names"], row["event_times"]) == (["a", "b"], [START_NS + 1, START_NS + 2])
    assert row["event_attributes"] == ['{"k":[1,{"x":null}]}', "{}"]
    assert json.loads(row["links"]) == [
        {"trace_id": TRACE_ID.hex(), "span_id": SPAN_ID.hex(), "trace_state": "s", "attributes": {"k": 1}}
    ]
    assert (none["event_names"], none["links"]) == ([], "")


def test_exception_event_names_the_error() -> None:
    """error.type says what went wrong; without it the last exception event does."""
    raised = [{"name": "exception", "attributes": {"exception.type": kind}} for kind in ("KeyError", "ValueError")]
    found = decoded_rows(
        Signal.TRACES, trace_request([{"events": raised}, {"events": raised, "attributes": {"error.type": "timeout"}}, {}])
    )
    assert [row["error_type"] for row in found] == ["ValueError", "timeout", ""]


def test_dropped_attributes_are_marked() -> None:
    """A span whose SDK dropped attributes says so."""
    request = trace_request([{}])
    request.resource_spans[0].scope_spans[0].spans[0].dropped_attributes_count = 3
    assert decoded_rows(Signal.TRACES, request)[0]["marks"] == ["dropped_attributes"]


def test_missing_resource_and_scope_are_empty() -> None:
    """A request may leave out resource and scope."""
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(trace_id=TRACE_ID, span_id=SPAN_ID)
    (row,) = decoded_rows(Signal.TRACES, request)
    assert (row["service_name"], row["scope_name"], row["resource_attributes"]) == ("", "", {})


def test_malformed_array_attribute_does_not_stop_a_convention() -> None:
    """An attribute whose array is no protobuf message is kept as text, also where a convention reads the span."""
    request = trace_request([{"attributes": {"gen_ai.operation.name": "chat", "llm.input_messages.0.message.content": ["x" * 9]}}])
    body = request.SerializeToString()
    inner = body.index(b"\x0a\x09" + b"x" * 9)
    broken = body[:inner] + b"\xff" * 11 + body[inner + 11 :]
    assert decode(Signal.TRACES, broken).outcomes == [Committed(1)]
