"""Log exports become rows with everything that they said."""

import json
import math

import pytest

from doubles.otlp import NOW_NS, START_NS, TOLERANCE_S, decode, decoded_rows, log_request
from watchglass.model.fields import fields_of
from watchglass.model.records import Committed, Signal

TRACE_ID, SPAN_ID = bytes(range(1, 17)), bytes(range(1, 9))


def one_row(**record: object) -> dict[str, object]:
    """The row of one record."""
    return decoded_rows(Signal.LOGS, log_request([record]))[0]


def test_every_column_is_there_in_storage_order() -> None:
    """The batch has the columns of the vocabulary, whatever the records have."""
    assert decode(Signal.LOGS, log_request([{}])).batch.schema.names == list(fields_of("logs"))


def test_record_is_kept_with_resource_and_scope() -> None:
    """Times, severity, trace link, body, attributes by type, resource and scope arrive in their columns."""
    record = {
        "time_unix_nano": START_NS + 1,
        "observed_time_unix_nano": START_NS + 2,
        "severity_number": 17,
        "severity_text": "ERROR",
        "trace_id": TRACE_ID,
        "span_id": SPAN_ID,
        "event_name": "payment.failed",
        "body": "it broke",
        "attributes": {"text": "a", "count": 3, "ratio": 0.5, "yes": True, "list": ["x", 1]},
    }
    resource = {"service.name": "shop", "service.version": "2.0", "deployment.environment": "test", "cpu": 4}
    row = decoded_rows(Signal.LOGS, log_request([record], scope="app.payment", resource=resource))[0]
    expected = {
        "project_id": "p",
        "received_at": NOW_NS // 1_000_000,
        "time": START_NS + 1,
        "observed_time": START_NS + 2,
        "severity_number": 17,
        "severity_text": "ERROR",
        "trace_id": TRACE_ID.hex(),
        "span_id": SPAN_ID.hex(),
        "event_name": "payment.failed",
        "body": "it broke",
        "attributes": {"text": "a", "list": '["x",1]'},
        "attributes_int": {"count": 3},
        "attributes_double": {"ratio": 0.5},
        "attributes_bool": {"yes": True},
        "service_name": "shop",
        "release": "2.0",
        "environment": "test",
        "scope_name": "app.payment",
        "resource_attributes": {**resource, "cpu": "4"},
        "marks": [],
    }
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        ("plain", "plain"),
        ({"a": [1, {"b": None}], "c": "d"}, '{"a":[1,{"b":null}],"c":"d"}'),
        ([1, "two", 2.5, True], '[1,"two",2.5,true]'),
        (5, "5"),
        (True, "true"),
        (b"\x00\xff", "AP8="),
        (None, ""),
        ({"nan": math.nan, "inf": math.inf}, '{"nan":null,"inf":null}'),
    ],
)
def test_structured_body_is_json(body: object, stored: str) -> None:
    """A body that is not text is kept as JSON, bytes as base64."""
    assert one_row(body=body)["body"] == stored


def test_times_stand_in_for_each_other() -> None:
    """A record without a time has the observed time, one without either has the time of its arrival and is marked."""
    records = [
        {"time_unix_nano": 0, "observed_time_unix_nano": START_NS},
        {"time_unix_nano": START_NS + 5, "observed_time_unix_nano": 0},
        {"time_unix_nano": 0, "observed_time_unix_nano": 0},
    ]
    found = decoded_rows(Signal.LOGS, log_request(records))
    assert [(row["time"], row["observed_time"], row["marks"]) for row in found] == [
        (START_NS, START_NS, []),
        (START_NS + 5, START_NS + 5, []),
        (NOW_NS, NOW_NS, ["missing_time"]),
    ]


def test_absurd_times_are_marked() -> None:
    """A time that the store cannot hold falls back to the observed one; one far ahead is kept; both are marked."""
    ahead_ns = NOW_NS + (TOLERANCE_S + 1) * 10**9
    records = [
        {"time_unix_nano": 2**64 - 1, "observed_time_unix_nano": START_NS},
        {"time_unix_nano": ahead_ns, "observed_time_unix_nano": START_NS},
    ]
    found = decoded_rows(Signal.LOGS, log_request(records))
    assert [(row["time"], row["marks"]) for row in found] == [
        (START_NS, ["time_out_of_range"]),
        (ahead_ns, ["future_time"]),
    ]


@pytest.mark.parametrize(
    ("trace_id", "span_id"), [(b"", b""), (bytes(16), bytes(8)), (b"\x01" * 15, b"\x01" * 9), (b"\x01" * 17, b"\x01")]
)
def test_invalid_ids_become_empty(trace_id: bytes, span_id: bytes) -> None:
    """A record whose ids are not W3C ids is kept without a trace link."""
    row = one_row(trace_id=trace_id, span_id=span_id, body="kept")
    assert (row["trace_id"], row["span_id"], row["body"]) == ("", "", "kept")


@pytest.mark.parametrize(("sent", "stored"), [(0, 0), (1, 1), (24, 24), (25, 0), (-1, 0), (2**31 - 1, 0)])
def test_unknown_severity_is_none(sent: int, stored: int) -> None:
    """Numbers that OpenTelemetry does not define count as not given."""
    assert one_row(severity_number=sent)["severity_number"] == stored


def test_event_name_comes_from_field_or_attribute() -> None:
    """The field wins; without it the older attribute names the event and leaves the attributes."""
    records = [
        {"event_name": "new", "attributes": {"event.name": "old", "k": "v"}},
        {"attributes": {"event.name": "old", "k": "v"}},
        {"attributes": {"event.name": 7}},
        {},
    ]
    found = decoded_rows(Signal.LOGS, log_request(records))
    assert [(row["event_name"], row["attributes"]) for row in found] == [
        ("new", {"event.name": "old", "k": "v"}),
        ("old", {"k": "v"}),
        ("", {}),
        ("", {}),
    ]
    assert found[2]["attributes_int"] == {"event.name": 7}


def test_event_carries_messages() -> None:
    """Prompt and answer sent as log events come out as messages, of their own records only."""
    records = [
        {"event_name": "gen_ai.user.message", "body": {"content": "What time is it?"}},
        {"body": "no event"},
        {"attributes": {"event.name": "gen_ai.choice"}, "body": {"message": {"content": "Noon."}, "finish_reason": "stop"}},
        {"event_name": "gen_ai.unknown", "body": "x"},
    ]
    found = decoded_rows(Signal.LOGS, log_request(records))
    asked = json.loads(str(found[0]["input_messages"]))
    said = json.loads(str(found[2]["output_messages"]))
    assert asked == [{"role": "user", "parts": [{"type": "text", "content": "What time is it?"}]}]
    assert said[0]["role"] == "assistant"
    assert said[0]["parts"] == [{"type": "text", "content": "Noon."}]
    assert [(row["input_messages"] != "", row["output_messages"] != "") for row in found] == [
        (True, False),
        (False, False),
        (False, True),
        (False, False),
    ]


def test_empty_requests_are_accepted() -> None:
    """A request without records, resources or anything stores nothing and is no error."""
    decoded = decode(Signal.LOGS, b"", log_request([]))
    assert decoded.outcomes == [Committed(0), Committed(0)]
    assert decoded.batch.num_rows == 0
