"""Groups of bodies: broken ones found, text mended, and a bound on what a short body can become."""

from collections.abc import Callable

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Metric, NumberDataPoint

from doubles.otlp import decode, decoded_rows, export, key_values, log_request, metric_request, rows
from doubles.spans import trace_request
from watchglass.errors import InvalidInput, Unavailable
from watchglass.ingest import decode as decoding
from watchglass.ingest.compression import TooLarge
from watchglass.ingest.decode import Size, decode_bodies, size_of
from watchglass.ingest.ids import hex_ids
from watchglass.model.records import Committed, Signal

TEXTS: dict[Signal, Callable[[str], Message]] = {
    Signal.TRACES: lambda text: trace_request([{"name": text, "attributes": {f"k {text}": [text]}}], scope=text),
    Signal.LOGS: lambda text: log_request([{"body": text, "attributes": {f"k {text}": {"in": text}}}], scope=text),
    Signal.METRICS: lambda text: metric_request(
        [Metric(name=text, gauge=Gauge(data_points=[NumberDataPoint(as_int=1, attributes=key_values({"k": 1}))]))]
    ),
}
TEXT_COLUMNS = {Signal.TRACES: "name", Signal.LOGS: "body", Signal.METRICS: "metric_name"}


@pytest.mark.parametrize("signal", list(Signal))
@pytest.mark.parametrize(
    ("broken", "mended"), [(b"a\xffb", "a\ufffdb"), (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"), (b"\xc3", "\ufffd")]
)
def test_invalid_utf8_is_replaced_and_marked(signal: Signal, broken: bytes, mended: str) -> None:
    """Broken text becomes U+FFFD in its place and its export's rows are marked; other exports are as they were."""
    place = "x" * len(broken)
    spoilt = TEXTS[signal](place).SerializeToString().replace(place.encode(), broken)
    decoded = decode(signal, TEXTS[signal]("good"), spoilt, TEXTS[signal]("ü"))
    assert decoded.outcomes == [Committed(1)] * 3
    marks = {row[TEXT_COLUMNS[signal]]: "replaced_utf8" in row["marks"] for row in rows(decoded.batch)}
    assert marks == {"good": False, mended: True, "ü": False}


@pytest.mark.parametrize("signal", list(Signal))
@given(body=st.binary(max_size=120))
def test_any_bytes_are_decoded_or_refused(signal: Signal, body: bytes) -> None:
    """No bytes crash the decoder: they are rows, or an InvalidInput that names the body."""
    decoded = decode(signal, body)
    (outcome,) = decoded.outcomes
    assert isinstance(outcome, Committed) or (isinstance(outcome, InvalidInput) and outcome.field == "body")


@pytest.mark.parametrize("signal", list(Signal))
@given(position=st.integers(0, 400), value=st.integers(0, 255))
def test_any_changed_byte_is_decoded_or_refused(signal: Signal, position: int, value: int) -> None:
    """A request with one byte changed is still decoded or refused, and its neighbour is stored."""
    body = bytearray(TEXTS[signal]("some text").SerializeToString())
    body[position % len(body)] = value
    decoded = decode(signal, bytes(body), TEXTS[signal]("neighbour"))
    assert decoded.outcomes[1] == Committed(1)
    assert isinstance(decoded.outcomes[0], Committed | InvalidInput)


@pytest.mark.parametrize("signal", list(Signal))
def test_no_exports_are_no_rows(signal: Signal) -> None:
    """A group of nothing, and a group of nothing readable, have no rows."""
    assert decode(signal).batch.num_rows == 0
    assert decode(signal, b"\xff", b"\xfe").batch.num_rows == 0


def test_size_is_counted_at_all_levels() -> None:
    """Resources, scopes, spans and events are parts; the attributes of all of them are attributes."""
    span = {"attributes": {"a": 1, "b": [1, 2, 3]}, "events": [{"name": "e", "attributes": {"c": 1}}]}
    batch = decode_bodies([export(Signal.TRACES, trace_request([span], resource={"r": 1}))], Signal.TRACES).batch
    assert size_of(batch) == Size(parts=1 + 1 + 1 + 1, attributes=1 + 2 + 1)


@pytest.mark.parametrize("signal", list(Signal))
@pytest.mark.parametrize("limit", ["MAX_PARTS", "MAX_ATTRIBUTES"])
def test_too_much_is_refused_whoever_it_comes_from(signal: Signal, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One export with too much in it is refused for ever; when several have too much together, the later may come again."""
    small, large = TEXTS[signal]("s"), type(TEXTS[signal]("s"))()
    for _ in range(40):
        large.MergeFrom(small)
    size = size_of(decode_bodies([export(signal, small)], signal).batch)
    monkeypatch.setattr(decoding, limit, 10 * (size.parts if limit == "MAX_PARTS" else size.attributes))
    decoded = decode(signal, small, large, *[TEXTS[signal](f"{number}") for number in range(12)])
    assert isinstance(decoded.outcomes[1], TooLarge)
    assert decoded.outcomes[0] == Committed(1)
    assert decoded.outcomes[2:11] == [Committed(1)] * 9
    assert all(isinstance(outcome, Unavailable) and outcome.cause == "queue_full" for outcome in decoded.outcomes[11:])
    assert decoded.batch.num_rows == 10


def test_bomb_of_empty_points_is_refused() -> None:
    """A megabyte of empty points would be a gigabyte on the way to its rows."""
    metric = Metric(name="bomb", gauge=Gauge(data_points=[NumberDataPoint()]))
    metric.gauge.ParseFromString(b"\x0a\x00" * (decoding.MAX_PARTS + 1))
    (outcome,) = decode(Signal.METRICS, metric_request([metric])).outcomes
    assert isinstance(outcome, TooLarge)


@given(ids=st.lists(st.binary(max_size=20), max_size=8), first=st.integers(0, 3))
def test_hex_is_what_python_says(ids: list[bytes], first: int) -> None:
    """Ids of any length are written in hexadecimal, also from the middle of an array."""
    import pyarrow as pa

    array = pa.array(ids, pa.binary())[first:]
    assert hex_ids(array).to_pylist() == [identifier.hex() for identifier in ids[first:]]


@pytest.mark.parametrize("signal", list(Signal))
def test_rows_belong_to_their_exports(signal: Signal) -> None:
    """Each row carries the batch id of the export that it came by."""
    requests = [TEXTS[signal](f"text {number}") for number in range(5)]
    identifiers = {export(signal, request).batch_id: f"text {number}" for number, request in enumerate(requests)}
    found = {row["batch_id"]: row[TEXT_COLUMNS[signal]] for row in decoded_rows(signal, *requests)}
    assert found == identifiers
