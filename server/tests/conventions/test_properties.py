"""What holds for any attributes that a client may send."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.spans import decode_span, decode_spans
from watchglass.conventions.registry import load_conventions
from watchglass.conventions.span_view import EventView, SpanView

SCOPES = ["", "ai", *(scope for convention in load_conventions() for scope in convention.scopes)]
KEYS = sorted(
    {key for convention in load_conventions() for rule in convention.fields.values() for key in rule.sources}
    | {key for convention in load_conventions() for key in convention.builder_keys if not key.endswith(".")}
    | {f"{key}content" for convention in load_conventions() for key in convention.builder_keys if key.endswith("0.")}
    | {
        "llm.input_messages.0.message.role",
        "llm.input_messages.0.message.contents.0.message_content.type",
        "llm.output_messages.1.message.tool_calls.0.tool_call.function.name",
        "retrieval.documents.0.document.content",
        "gen_ai.prompt.0.role",
        "gen_ai.completion.0.tool_calls.0.name",
        "langfuse.observation.input",
        "langfuse.observation.usage_details",
        "langfuse.observation.completion_start_time",
        "app.own",
    }
)
WORDS = ["role", "content", "type", "text", "parts", "messages", "tool_calls", "function", "id", "name", "arguments", "kwargs", "data", "source", "message", "input", "choices", "image_url", "summary", "user", "system", "tool", "input_tokens", "output", "prompt", "event.name", "total", "model", "n"]

PLAIN = st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=6) | st.sampled_from(WORDS)
NESTED = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=10,
)
VALUES = (
    st.text(max_size=8)
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.booleans()
    | st.binary(max_size=4)
    | NESTED
    | NESTED.map(json.dumps)
)
ATTRIBUTES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["gen_ai.choice", "gen_ai.user.message", "db.query.result", "ai.stream.firstChunk"]),
            "after_ns": st.integers(-5, 5),
            "attributes": st.dictionaries(st.sampled_from([*WORDS, "gen_ai.event.content"]), VALUES, max_size=3),
        }
    ),
    max_size=2,
)
SPANS = st.lists(
    st.fixed_dictionaries({"scope": st.sampled_from(SCOPES), "attributes": ATTRIBUTES, "events": EVENTS}),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SPANS)
def test_reading_never_raises_and_keeps_every_span(spans: list[dict[str, Any]]) -> None:
    """Whatever the attributes are."""
    assert len(decode_spans(spans)) == len(spans)


SHAPES = (
    lambda mark: mark,
    lambda mark: [mark],
    lambda mark: {"any": mark},
    lambda mark: json.dumps(mark),
    lambda mark: json.dumps({"any": mark}),
    lambda mark: json.dumps({"role": "user", "content": mark}),
    lambda mark: json.dumps([{"role": "system", "content": mark}]),
    lambda mark: json.dumps([{"role": "user", "parts": [{"type": "text", "content": mark}]}]),
    lambda mark: json.dumps({"messages": [{"role": "user", "content": "Hi"}], "more": mark}),
    lambda mark: json.dumps({"choices": [{"message": {"role": "assistant", "content": "Hi"}}], "id": mark}),
    lambda mark: json.dumps([{"toolCallId": mark, "toolName": "f", "input": {}}]),
    lambda mark: json.dumps([{"event.name": "gen_ai.user.message", "content": mark}]),
    lambda mark: json.dumps({"input": 5, mark: 6}),
)
"""Ways in which a client may say one word."""

SAID = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(SHAPES), min_size=1, max_size=8)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SAID, st.sampled_from(SCOPES))
def test_no_attribute_is_lost(said: dict[str, Callable[[str], Any]], scope: str) -> None:
    """Each word that a span says is in some column, or in the attribute maps."""
    marks = {key: f"mark{number}x" for number, key in enumerate(said)}
    row = decode_span({key: shape(marks[key]) for key, shape in said.items()}, scope=scope)
    written = str(row)
    assert [key for key, mark in marks.items() if mark not in written] == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ATTRIBUTES, EVENTS, st.sampled_from(["chat", "execute_tool", "retrieval", "invoke_agent"]))
def test_builders_read_anything(attributes: dict[str, Any], events: list[dict[str, Any]], operation: str) -> None:
    """No builder raises, so that none needs to be caught; what it takes was there."""
    views = [EventView(event["name"], 1, event["attributes"]) for event in events]
    for convention in load_conventions():
        if convention.build is not None:
            view = SpanView("name", "scope", "client", 1, dict(attributes), views, {"operation_name": operation})
            convention.build(view)
            assert view.taken <= set(attributes)


def test_a_value_nested_beyond_writing_leaves_the_span_as_it_is() -> None:
    """One odd span does not refuse the group it came in, and loses nothing."""
    deep = "[" * 900 + "]" * 900
    odd = {"attributes": {"ai.operationId": "ai.generateText.doGenerate", "ai.prompt.messages": deep}}
    fine = {"attributes": {"gen_ai.request.model": "m"}}
    first, second = decode_spans([odd, fine])
    assert first["attributes"]["ai.prompt.messages"] == deep
    assert second["model"] == "m"


def test_deep_messages_under_the_base_stay_as_they_came() -> None:
    """They are not brought into form, and not lost."""
    deep = '[{"role": "system", "content": ' + "[" * 900 + "]" * 900 + "}]"
    (row,) = decode_spans([{"attributes": {"gen_ai.input.messages": deep}}])
    assert row["input_messages"] == deep
