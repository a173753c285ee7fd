"""Rows go out as OTLP and mean the same to whoever takes them in: proven by Watchglass's own decoders."""

from typing import Any

import pytest
from google.protobuf.message import Message
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from doubles.otlp import decode, decoded_rows, log_request, metric_request, rows
from doubles.spans import START_NS, trace_request
from watchglass.model.records import Signal
from watchglass.outlets.otlp import MAX_BODY_BYTES, Otlp
from watchglass.outlets.otlp_messages import request_of
from watchglass.query.arrivals import Arrivals, read_arrived
from watchglass.query.filter import parse
from watchglass.query.reader import Reader
from watchglass.store.engine import Engine

OWN = ("project_id", "received_at", "batch_id")
"""Columns that say where a row came from: others at another server."""

MESSAGES = '[{"role":"user","parts":[{"type":"text","content":"hello"}]}]'


def stored(engine: Engine, signal: Signal, request: Message) -> list[dict[str, Any]]:
    """What an outlet reads of a request that was taken in."""
    engine.insert(signal.value, decode(signal, request).batch)
    return read_arrived(Reader(engine, 30, 2**30), Arrivals(signal, None, parse("")), 0, 2**42, 0, 1000)


def sent_and_received(engine: Engine, signal: Signal, request: Message) -> tuple[list[Any], list[Any]]:
    """Rows before they are forwarded, and as the next server makes them, without what is each server's own."""
    before = rows(decode(signal, request).batch)
    after = decoded_rows(signal, request_of(signal, stored(engine, signal, request)).SerializeToString())
    kept = [[{k: v for k, v in row.items() if k not in OWN} for row in side] for side in (before, after)]
    return kept[0], kept[1]


def differences(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[tuple[str, Any, Any]]:
    """Columns in which rows differ, with both values."""
    assert len(before) == len(after)
    pairs = zip(before, after, strict=True)
    return [(name, one[name], two[name]) for one, two in pairs for name in one if repr(one[name]) != repr(two[name])]


def test_a_span_means_the_same_at_the_next_server(engine: Engine) -> None:
    """Ids, kind, status, times, events, links, resource, typed attributes and every canonical column arrive."""
    request = trace_request(
        [
            {
                "name": "chat gpt-4o", "kind": "client", "error": "it broke", "parent_span_id": b"\x09" * 8,
                "duration_ns": 1_234_567_891, "attributes": {
                    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
                    "gen_ai.response.model": "gpt-4o-2024", "gen_ai.input.messages": MESSAGES,
                    "gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 34, "gen_ai.request.temperature": 0.7,
                    "gen_ai.response.time_to_first_chunk": 0.123456789, "gen_ai.request.stream": True,
                    "gen_ai.response.finish_reasons": ["stop", "length"], "session.id": "s1", "user.id": "u1",
                    "text": "t", "whole": 2**53 + 1, "part": 0.1, "yes": True, "no": False, "empty": "",
                },
                "events": [{"name": "exception", "after_ns": 77, "attributes": {"exception.type": "Oops", "n": 3}}],
            }
        ],
        scope="my.scope", resource={"service.name": "shop", "service.version": "1.2", "host.name": "h", "port": 80},
    )  # fmt: skip
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.trace_state = "a=b"
    span.links.add(trace_id=b"\x05" * 16, span_id=b"\x06" * 8, trace_state="c=d").attributes.add(key="why").value.int_value = 5
    before, after = sent_and_received(engine, Signal.TRACES, request)
    assert before[0]["attributes_int"]["whole"] == 2**53 + 1
    assert before[0]["time_to_first_token_ns"] == 123_456_789
    assert after == before


@pytest.mark.parametrize(
    ("scope", "attributes"),
    [
        ("openinference.instrumentation.openai", {
            "openinference.span.kind": "LLM", "llm.request.model_name": "m", "llm.token_count.prompt": 3,
            "input.value": "in", "output.value": "out", "tag.tags": ["a", "b"], "llm.cost.total": 0.5,
        }),
        ("opentelemetry.instrumentation.langchain", {
            "traceloop.span.kind": "tool", "traceloop.entity.name": "search", "traceloop.entity.input": "{}",
        }),
    ],
)  # fmt: skip
def test_spans_of_other_conventions_keep_their_columns(engine: Engine, scope: str, attributes: dict[str, Any]) -> None:
    """What a convention's attributes said is said in OpenTelemetry's names, and fills the same columns.

    Where the convention's own word was kept beside, OpenTelemetry's is one attribute more.
    """
    before, after = sent_and_received(engine, Signal.TRACES, trace_request([{"attributes": attributes}], scope=scope))
    for one, two in zip(before, after, strict=True):
        assert one["attributes"].items() <= two["attributes"].items()
        two["attributes"] = one["attributes"]
    assert differences(before, after) == []


def test_a_log_record_means_the_same_at_the_next_server(engine: Engine) -> None:
    """Times, severity, body, event name, ids and typed attributes arrive; so does a record with nothing in it."""
    request = log_request(
        [
            {
                "observed_time_unix_nano": START_NS + 5, "severity_number": 17, "severity_text": "ERROR", "body": "it broke",
                "trace_id": b"\x01" * 16, "span_id": b"\x02" * 8, "event_name": "my.event",
                "attributes": {"text": "t", "whole": 7, "part": 0.5, "yes": True},
            },
            {"body": {"nested": [1, 2]}},
            {},
        ],
        scope="logger", resource={"service.name": "shop"},
    )  # fmt: skip
    before, after = sent_and_received(engine, Signal.LOGS, request)
    assert len(before) == 3
    assert sorted(after, key=repr) == sorted(before, key=repr)


def metrics() -> list[Metric]:
    """One metric of each type, with exemplars, and a point without a value."""
    gauge, total, histogram, exponential, summary = (Metric(name=name, unit="s") for name in "abcde")
    common = {"time_unix_nano": START_NS, "start_time_unix_nano": START_NS - 10**9}
    gauge.gauge.data_points.add(as_double=0.5, **common).attributes.add(key="k").value.string_value = "v"
    gauge.gauge.data_points.add(flags=1, **common)
    total.sum.aggregation_temporality, total.sum.is_monotonic = 2, True
    point = total.sum.data_points.add(as_int=7, **common)
    point.exemplars.add(time_unix_nano=START_NS, as_double=1.5, trace_id=b"\x01" * 16, span_id=b"\x02" * 8)
    histogram.histogram.aggregation_temporality = 1
    histogram.histogram.data_points.add(
        count=3, sum=4.5, min=0.5, max=3.0, explicit_bounds=[1, 2], bucket_counts=[1, 1, 1], **common
    )
    exponential.exponential_histogram.aggregation_temporality = 2
    point = exponential.exponential_histogram.data_points.add(count=4, sum=9, scale=3, zero_count=1, **common)
    point.positive.offset, point.negative.offset = -2, 4
    point.positive.bucket_counts.extend([1, 0, 2])
    point = summary.summary.data_points.add(count=2, sum=3, **common)
    point.quantile_values.add(quantile=0.5, value=1.5)
    return [gauge, total, histogram, exponential, summary]


def test_metric_points_mean_the_same_at_the_next_server(engine: Engine) -> None:
    """Points of all five types arrive with their buckets, quantiles, exemplars, units and series."""
    request = metric_request(metrics(), scope="meter", version="2", resource={"service.name": "shop"})
    before, after = sent_and_received(engine, Signal.METRICS, request)
    assert len(before) == 6
    assert sorted(map(repr, after)) == sorted(map(repr, before))


def test_bodies_are_split_at_their_limit(engine: Engine) -> None:
    """Rows that make more than one body's worth go in several, none lost, in their order."""
    text = "x" * (MAX_BODY_BYTES // 5)
    request = trace_request([{"name": str(n), "attributes": {"text": f"{n}{text}"}} for n in range(8)])
    given = stored(engine, Signal.TRACES, request)
    requests = Otlp("http://target", {}).prepare(Signal.TRACES, given).requests
    assert len(requests) > 1
    assert [row["name"] for it in requests for row in it.rows] == [row["name"] for row in given]
