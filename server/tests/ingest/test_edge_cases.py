"""What is at the edge of sense goes through the whole ingest and comes back out of the store as it was sent."""

import math
from typing import Any

import pytest
from google.protobuf.message import Message
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Metric, NumberDataPoint

from doubles.house import House, MakeHouse
from doubles.otlp import log_request, metric_request
from doubles.spans import START_NS, trace_request
from watchglass.model.records import Signal


def stored(house: House, signal: Signal, request: Message | bytes) -> list[dict[str, Any]]:
    """Send a request, which must be accepted, and read the table."""
    body = request if isinstance(request, bytes) else request.SerializeToString()
    assert house.post(signal, body).status_code == 200
    return house.rows(signal)


def test_text_up_to_the_limit_survives(make_house: MakeHouse) -> None:
    """One text that fills the largest request comes back whole, with its odd characters."""
    house = make_house(ingest_max_request_bytes=8 * 2**20)
    text = "\x00\t\n'\\\"\u2028é語🦊" * 420_000
    assert 6 * 2**20 < len(text.encode()) < 8 * 2**20
    (row,) = stored(house, Signal.LOGS, log_request([{"body": text}]))
    assert row["body"] == text


def test_replaced_text_is_counted(house: House) -> None:
    """Invalid UTF-8 is stored with replacement characters, marked in the row and counted."""
    body = trace_request([{"name": "a?b", "attributes": {"k": "c?d"}}]).SerializeToString()
    body = body.replace(b"a?b", b"a\xffb").replace(b"c?d", b"c\xffd")
    (row,) = stored(house, Signal.TRACES, body)
    assert (row["name"], row["attributes"]["k"], row["marks"]) == ("a\ufffdb", "c\ufffdd", ["replaced_utf8"])
    assert house.counted("watchglass_ingest_marked_rows_total", signal="spans", mark="replaced_utf8") == 1


def test_large_attributes_survive(house: House) -> None:
    """A hundred attributes of 64 KB each arrive whole."""
    attributes = {f"k{number}": chr(65 + number % 26) * 65_536 for number in range(100)}
    (row,) = stored(house, Signal.TRACES, trace_request([{"attributes": attributes}]))
    assert row["attributes"] == attributes


def test_any_double_survives(house: House) -> None:
    """NaN and infinities are kept as they are, in attributes and in points."""
    values = [math.nan, math.inf, -math.inf, -0.0, 5e-324]
    attributes = {f"v{number}": value for number, value in enumerate(values)}
    (row,) = stored(house, Signal.TRACES, trace_request([{"attributes": attributes}]))
    assert [repr(row["attributes_double"][f"v{number}"]) for number in range(5)] == [repr(value) for value in values]
    points = [NumberDataPoint(as_double=value, time_unix_nano=START_NS) for value in values]
    found = stored(house, Signal.METRICS, metric_request([Metric(name="m", gauge=Gauge(data_points=points))]))
    assert sorted(repr(row["value"]) for row in found) == sorted(repr(value) for value in values)


@pytest.mark.parametrize("time_ns", [0, 1, 2**63 - 1, 2**63, 2**64 - 1])
def test_absurd_times_are_stored(house: House, time_ns: int) -> None:
    """Zero, the far past and the far future are accepted for every signal, and the row can be read again."""
    request = trace_request([{}])
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.start_time_unix_nano = span.end_time_unix_nano = time_ns
    (row,) = stored(house, Signal.TRACES, request)
    (record,) = stored(house, Signal.LOGS, log_request([{"time_unix_nano": time_ns, "observed_time_unix_nano": time_ns}]))
    metric = Metric(name="m", gauge=Gauge(data_points=[NumberDataPoint(as_int=1, time_unix_nano=time_ns)]))
    (point,) = stored(house, Signal.METRICS, metric_request([metric]))
    if 0 < time_ns < 2**63:
        assert (row["start_time"], record["time"], point["time"]) == (time_ns,) * 3
    else:
        assert row["marks"] and record["marks"] and point["marks"]


def test_duplicate_ids_and_lost_parents_are_kept(house: House) -> None:
    """Spans with one id are both stored, and a parent that never comes keeps nobody out."""
    spans = [{"span_id": b"same id!", "name": "a"}, {"span_id": b"same id!", "name": "b"}, {"parent_span_id": b"no such!", "name": "c"}]
    found = stored(house, Signal.TRACES, trace_request(spans))
    assert sorted(row["name"] for row in found) == ["a", "b", "c"]
    assert {row["parent_span_id"] for row in found} == {"", b"no such!".hex()}


def test_ten_thousand_spans_in_one_trace(house: House) -> None:
    """A long trace arrives in one request, each span once, with its parent."""
    spans = [
        {"span_id": number.to_bytes(8, "big"), "parent_span_id": (number // 2).to_bytes(8, "big")}
        for number in range(1, 10_001)
    ]
    assert house.post(Signal.TRACES, trace_request(spans).SerializeToString()).status_code == 200
    counts = house.engine.query(
        "SELECT count() AS spans, uniqExact(span_id) AS ids, uniqExact(trace_id) AS traces, "
        "countIf(parent_span_id = '') AS roots FROM spans"
    )
    assert counts.to_pylist() == [{"spans": 10_000, "ids": 10_000, "traces": 1, "roots": 1}]


def test_deep_values_are_stored(house: House) -> None:
    """A value nested as deep as protobuf reads it does not stop its record."""
    deep: list[Any] = ["bottom"]
    for _ in range(20):
        deep = [deep]
    (row,) = stored(house, Signal.LOGS, log_request([{"body": deep, "attributes": {"k": {"a": {"b": [1]}}}}]))
    assert row["body"] == "[" * 21 + '"bottom"' + "]" * 21
    assert row["attributes"] == {"k": '{"a":{"b":[1]}}'}


def test_odd_keys_are_kept(house: House) -> None:
    """Attributes without a key, with one twice, or with a key like SQL are stored as sent."""
    keys = ["", "a'b", "`c`", "{d:String}", "e\nf", "ключ"]
    (row,) = stored(house, Signal.LOGS, log_request([{"attributes": {key: f"of {key}" for key in keys}}]))
    assert row["attributes"] == {key: f"of {key}" for key in keys}
    request = log_request([{"body": "twice"}])
    for value in ("first", "second"):
        request.resource_logs[0].scope_logs[0].log_records[0].attributes.add(key="k").value.string_value = value
    assert house.post(Signal.LOGS, request.SerializeToString()).status_code == 200
    assert house.count(Signal.LOGS) == 2
