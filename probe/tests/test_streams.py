"""Token streams pass unchanged, and what is measured of them is right."""

import asyncio
import json
import math
import time
from array import array
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from watchglass_probe import InvalidInput, watch_stream
from watchglass_probe.streams import measure
from watchglass_probe.streams.gaps import BOUNDS_S, MAX_SERIES, NAME, Distribution, GapHistogram
from watchglass_probe.streams.uncertainty import MAX_KEPT, Uncertainty, entropy_nats

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))


@pytest.fixture(autouse=True)
def recorded_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter.clear()
    monkeypatch.setattr(measure, "_tracer", provider.get_tracer("t"))
    monkeypatch.setattr(measure, "gap_histogram", GapHistogram())


def told() -> ReadableSpan:
    """The one span that tells of the stream."""
    (span,) = exporter.get_finished_spans()
    return span


def slow_words() -> Iterator[str]:
    """Three words after 50 ms, with a stall of 80 ms before the last."""
    time.sleep(0.05)
    yield "a"
    yield ""
    time.sleep(0.01)
    yield "b"
    time.sleep(0.08)
    yield "c"


def test_times_of_a_stream_of_strings() -> None:
    """First token, gaps, the stall as an event at its time, tokens a second; an empty string is no token."""
    begin_ns = time.time_ns()
    assert list(watch_stream(slow_words(), name="words", stall_s=0.06, attributes={"gen_ai.request.model": "m"})) == ["a", "", "b", "c"]
    span = told()
    said = dict(span.attributes or {})
    assert span.name == "words" and said["gen_ai.request.model"] == "m"
    assert said["watchglass.stream.end"] == "complete" and said["watchglass.stream.tokens"] == 3
    assert 0.05 <= said["gen_ai.response.time_to_first_chunk"] < 0.08
    assert 0.08 <= said["watchglass.stream.gap.max"] < 0.12
    assert 0.045 <= said["watchglass.stream.gap.mean"] < 0.08
    assert said["watchglass.stream.token_rate"] == pytest.approx(1 / said["watchglass.stream.gap.mean"])
    (stall,) = span.events
    assert stall.name == "watchglass.stream.stall" and stall.attributes
    assert stall.attributes["watchglass.stream.gap"] == said["watchglass.stream.gap.max"]
    assert stall.attributes["watchglass.stream.token_number"] == 2
    assert 0.14e9 <= stall.timestamp - begin_ns < 0.25e9
    assert span.start_time and span.end_time and 0.14e9 <= span.end_time - span.start_time < 0.25e9


def test_a_function_is_timed_from_its_call() -> None:
    """The wait for the head of the answer counts."""

    def ask() -> Iterator[str]:
        time.sleep(0.05)
        return iter(["a", "b"])

    assert list(watch_stream(ask)) == ["a", "b"]
    assert told().attributes["gen_ai.response.time_to_first_chunk"] >= 0.05  # type: ignore[index]


def test_a_callers_span_is_written_on_and_left_open() -> None:
    """Nothing else is made."""
    span = provider.get_tracer("t").start_span("chat")
    list(watch_stream(iter("abc"), span=span))
    assert exporter.get_finished_spans() == ()
    span.end()
    assert told().name == "chat" and told().attributes["watchglass.stream.tokens"] == 3  # type: ignore[index]


def test_the_span_is_a_child_of_the_one_that_was_current() -> None:
    """Also when the stream is read elsewhere."""
    with provider.get_tracer("t").start_as_current_span("parent") as parent:
        stream = watch_stream(iter("ab"))
    list(stream)
    child = next(span for span in exporter.get_finished_spans() if span.name != "parent")
    assert child.parent and child.parent.span_id == parent.get_span_context().span_id


def test_a_stream_that_fails_raises_what_it_raised() -> None:
    """And the span says so."""

    def broken() -> Iterator[str]:
        yield "a"
        raise ConnectionError("cut off")

    with pytest.raises(ConnectionError, match="cut off"):
        list(watch_stream(broken()))
    assert told().attributes["watchglass.stream.end"] == "error"  # type: ignore[index]
    assert told().attributes["error.type"] == "ConnectionError"  # type: ignore[index]
    assert not told().status.is_ok and told().events[0].name == "exception"


def test_a_stream_that_is_left_is_told_too() -> None:
    """With what came until then, and the stream itself is closed with the block."""

    class Closable:
        closed = False

        def __iter__(self) -> Iterator[str]:
            return iter("abcdef")

        def close(self) -> None:
            self.closed = True

    source = Closable()
    with watch_stream(source) as stream:
        assert stream.closed is False  # attributes are those of the stream
        assert next(stream) == "a" and next(stream) == "b"
    assert source.closed
    assert told().attributes["watchglass.stream.end"] == "abandoned"  # type: ignore[index]
    assert told().attributes["watchglass.stream.tokens"] == 2  # type: ignore[index]


def test_an_asynchronous_stream_is_measured_alike() -> None:
    """Given as it is, as an awaitable of it, and cancelled in the middle."""

    async def words() -> AsyncIterator[str]:
        for word in "abc":
            await asyncio.sleep(0.01)
            yield word

    async def ask() -> AsyncIterator[str]:
        await asyncio.sleep(0.05)
        return words()

    async def program() -> None:
        assert [word async for word in watch_stream(words())] == ["a", "b", "c"]
        assert [word async for word in watch_stream(ask())] == ["a", "b", "c"]
        assert [word async for word in watch_stream(ask)] == ["a", "b", "c"]
        async with watch_stream(words()) as stream:
            assert await stream.__anext__() == "a"

        async def forever() -> None:
            async for _ in watch_stream(words()):
                await asyncio.sleep(60)

        task = asyncio.create_task(forever())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(program())
    plain, awaited, called, left, cancelled = (dict(span.attributes or {}) for span in exporter.get_finished_spans())
    assert plain["gen_ai.response.time_to_first_chunk"] < 0.05 <= awaited["gen_ai.response.time_to_first_chunk"]
    assert called["gen_ai.response.time_to_first_chunk"] >= 0.05
    assert [one["watchglass.stream.tokens"] for one in (plain, awaited, called, left, cancelled)] == [3, 3, 3, 1, 1]
    assert [one["watchglass.stream.end"] for one in (left, cancelled)] == ["abandoned", "abandoned"]


def chat(content: str | None = None, logprobs: list[tuple[float, list[float]]] | None = None, usage: int | None = None) -> Any:
    """A chunk as OpenAI's package gives it."""
    tokens = [
        SimpleNamespace(
            token="t", logprob=one, top_logprobs=[SimpleNamespace(token=f"t{n}", logprob=other) for n, other in enumerate(others)]
        )
        for one, others in logprobs or ()
    ]
    delta = SimpleNamespace(content=content, tool_calls=None, refusal=None)
    choice = SimpleNamespace(delta=delta, logprobs=SimpleNamespace(content=tokens) if logprobs else None)
    return SimpleNamespace(
        model="gpt", choices=[] if usage else [choice], usage=SimpleNamespace(completion_tokens=usage) if usage else None
    )


def test_logprobs_become_entropy_and_perplexity() -> None:
    """By token and for the answer; the count of tokens is the server's own."""
    sure, torn = (math.log(1.0), [math.log(1.0)]), (math.log(0.5), [math.log(0.5), math.log(0.5)])
    list(watch_stream([chat(""), chat("a", [sure]), chat("b", [torn]), chat("cd", [torn, torn]), chat(usage=9)]))
    said = dict(told().attributes or {})
    assert said["watchglass.stream.tokens"] == 9 and said["gen_ai.response.model"] == "gpt"
    assert said["watchglass.stream.perplexity"] == pytest.approx(2 ** (3 / 4))
    assert said["watchglass.stream.entropy.mean"] == pytest.approx(math.log(2) * 3 / 4)
    assert json.loads(str(said["watchglass.stream.logprobs"])) == {
        "tokens": ["t"] * 4,
        "token_logprobs": [0.0, -0.6931, -0.6931, -0.6931],
        "top_logprobs": [{"t0": 0.0}, *[{"t0": -0.6931, "t1": -0.6931}] * 3],
    }


def test_tokens_stay_in_the_process_where_content_may_not_be_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was measured of them is told."""
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "NO_CONTENT")
    list(watch_stream([chat("a", [(-1.0, [])])]))
    said = dict(told().attributes or {})
    assert said["watchglass.stream.perplexity"] == pytest.approx(math.e)
    assert "watchglass.stream.logprobs" not in said and "watchglass.stream.entropy.mean" not in said


def test_logprobs_are_read_of_responses_and_of_json() -> None:
    """OpenAI's responses tell them with each piece of text; a stream may be of JSON, not of objects."""
    token = {"token": "a", "logprob": -0.5, "top_logprobs": []}
    event = {"type": "response.output_text.delta", "delta": "a", "logprobs": [token]}
    chunk = {"choices": [{"delta": {"content": "a"}, "logprobs": {"content": [token]}}]}
    objects = SimpleNamespace(**{**event, "logprobs": [SimpleNamespace(**token)]})
    for one in (event, chunk, objects):
        list(watch_stream([one]))
        said = dict(exporter.get_finished_spans()[-1].attributes or {})
        assert json.loads(str(said["watchglass.stream.logprobs"])) == {"tokens": ["a"], "token_logprobs": [-0.5]}, one


def test_entropy_counts_the_rest_as_one_choice() -> None:
    """Against the definition, worked out here."""
    probabilities = [0.5, 0.2, 0.1]
    expected = -sum(p * math.log(p) for p in [*probabilities, 0.2])
    assert entropy_nats([math.log(p) for p in probabilities]) == pytest.approx(expected)
    assert entropy_nats([0.0]) == 0.0
    assert entropy_nats([-9999.0]) == 0.0


def test_tokens_are_kept_within_a_bound() -> None:
    """The mean is of all."""
    uncertainty = Uncertainty()
    for _ in range(MAX_KEPT + 10):
        uncertainty.add("t", -1.0, {"t": math.log(0.5), "u": math.log(0.5)})
    assert len(json.loads(uncertainty.as_json())["tokens"]) == MAX_KEPT
    assert uncertainty.perplexity() == pytest.approx(math.e)
    assert uncertainty.mean_entropy_nats() == pytest.approx(math.log(2))


EVENTS = [
    {"type": "message_start", "message": {"model": "claude"}}, {"type": "content_block_start"}, {"type": "content_block_delta"},
    {"type": "content_block_delta"}, {"type": "message_delta", "usage": {"output_tokens": 7}}, {"type": "message_stop"},
]  # fmt: skip
CHATS = [
    {"model": "gpt", "choices": [{"delta": {"role": "assistant"}}]}, {"choices": [{"delta": {"content": "a"}}]},
    {"choices": [{"delta": {"reasoning_content": "b"}}]}, {"choices": [], "usage": {"completion_tokens": 5}},
]  # fmt: skip


@pytest.mark.parametrize(
    ("chunks", "gaps", "tokens", "model"),
    [
        (EVENTS, 1, 7, "claude"),
        ([SimpleNamespace(**{**one, "message": SimpleNamespace(**one.get("message", {})), "usage": SimpleNamespace(**one.get("usage", {}))}) for one in EVENTS], 1, 7, "claude"),
        (CHATS, 1, 5, "gpt"),
        ([SimpleNamespace(type="response.created", response=SimpleNamespace(model="o", usage=None)), *[SimpleNamespace(type="response.output_text.delta")] * 3,
          SimpleNamespace(type="response.completed", response=SimpleNamespace(usage=SimpleNamespace(output_tokens=3)))], 2, 3, "o"),
        ([SimpleNamespace(choices=[SimpleNamespace(text=text)], usage=None) for text in ("a", "b", "")], 1, 2, None),
        ([object(), object()], 1, 2, None),
        ([b"a", b"b"], 1, 2, None),
    ],
    ids=["anthropic JSON", "anthropic", "chat JSON", "responses", "completions", "unknown", "bytes"],
)  # fmt: skip
def test_each_shape_of_stream(chunks: list[Any], gaps: int, tokens: int, model: str | None) -> None:
    """Chunks that bring text are tokens, the others are read for what they say."""
    assert list(watch_stream(iter(chunks))) == chunks
    said = dict(told().attributes or {})
    assert said["watchglass.stream.tokens"] == tokens and said.get("gen_ai.response.model") == model
    (distribution,) = measure.gap_histogram._series.values()
    assert distribution.count == gaps


def test_a_chunk_that_cannot_be_read_breaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """It passes, it is said once, and tokens are counted by chunks from there."""
    chunks = [chat("a"), SimpleNamespace(choices=[SimpleNamespace(delta=SimpleNamespace(content=None))]), chat("b"), chat("c")]
    assert list(watch_stream(chunks)) == chunks
    assert told().attributes["watchglass.stream.tokens"] == 4  # type: ignore[index]
    assert len(caplog.records) == 1


def test_what_is_no_stream_is_refused() -> None:
    """The argument is named."""
    with pytest.raises(InvalidInput, match=r"^stream: must be iterable"):
        watch_stream(3)
    with pytest.raises(InvalidInput, match=r"^stall_s"):
        watch_stream([], stall_s=0)


def test_the_histogram_of_gaps_is_exact() -> None:
    """Every gap is in the bucket whose bounds hold it, a bound in the bucket below; sums, extremes and merges hold."""
    gaps_ns = [1, 999_999, 1_000_000, 1_000_001, 50_000_000, 60_000_000_000]
    whole, parts = Distribution(), Distribution()
    whole.add(array("q", gaps_ns))
    for gap in gaps_ns:
        part = Distribution()
        part.add(array("q", [gap]))
        parts.merge(part)
    assert whole == parts
    for gap in gaps_ns:
        expected = sum(gap > round(bound * 1e9) for bound in BOUNDS_S)
        alone = Distribution()
        alone.add(array("q", [gap]))
        assert alone.counts.index(1) == expected
    assert (whole.count, whole.min_ns, whole.max_ns, whole.sum_ns) == (6, 1, 60_000_000_000, sum(gaps_ns))


def test_the_histogram_is_added_to_what_is_sent() -> None:
    """Under the same resource, one point a set of attributes, and those beyond the bound together."""
    histogram = GapHistogram()
    collected = MetricsData([ResourceMetrics(Resource({"service.name": "s"}), [], "")])
    assert histogram.added_to(collected) is collected
    gaps = Distribution()
    gaps.add(array("q", [2_000_000]))
    for number in range(MAX_SERIES + 5):
        histogram.add({"model": str(number)}, gaps)
    (of_resource,) = histogram.added_to(collected).resource_metrics
    assert of_resource.resource.attributes["service.name"] == "s"
    (metric,) = of_resource.scope_metrics[0].metrics
    assert metric.name == NAME and metric.unit == "s"
    assert len(metric.data.data_points) == MAX_SERIES + 1
    (overflow,) = [point for point in metric.data.data_points if "otel.metric.overflow" in (point.attributes or {})]
    assert overflow.count == 5 and overflow.sum == pytest.approx(0.01)
