"""Events that carry messages, as the instrumentations send them."""

import json
from typing import Any

import pytest

from watchglass.conventions.log_events import messages_of_event


def read(event_name: str, body: Any = None, attributes: dict[str, Any] | None = None) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in messages_of_event(event_name, body, attributes or {}).items()}


# Bodies as opentelemetry-instrumentation-openai-v2 2.4b0 (utils.message_to_event, choice_to_event) writes them.


def test_a_user_message_becomes_an_input_message() -> None:
    """The event's name says the role."""
    assert read("gen_ai.user.message", {"content": "Hi"}) == {
        "input_messages": [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
    }


def test_a_system_message_becomes_system_instructions_only() -> None:
    """System messages never stay among the input messages."""
    assert read("gen_ai.system.message", {"content": "Be brief"}) == {
        "system_instructions": [{"type": "text", "content": "Be brief"}]
    }


def test_an_assistant_message_keeps_its_tool_calls() -> None:
    """Arguments that are JSON text are read."""
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
    assert read("gen_ai.assistant.message", {"tool_calls": [call]})["input_messages"] == [
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "call_1", "name": "weather", "arguments": {"city": "Oslo"}}],
        }
    ]


def test_a_tool_message_becomes_a_tool_call_response() -> None:
    """The call that it answers is named by its id."""
    assert read("gen_ai.tool.message", {"content": "12 C", "id": "call_1"})["input_messages"] == [
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "12 C"}]}
    ]


def test_a_choice_becomes_an_output_message_with_its_finish_reason() -> None:
    """The choice wraps its message."""
    body = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello"}}
    assert read("gen_ai.choice", body) == {
        "output_messages": [
            {"role": "assistant", "parts": [{"type": "text", "content": "Hello"}], "finish_reason": "stop"}
        ]
    }


def test_a_choice_with_tool_calls_beside_its_message_keeps_them() -> None:
    """opentelemetry-instrumentation-openai 0.62.4 (ChoiceEvent) writes them beside the message."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    body = {"index": 0, "finish_reason": "tool_calls", "message": {"content": None}, "tool_calls": [call]}
    (message,) = read("gen_ai.choice", body)["output_messages"]
    assert message["parts"] == [{"type": "tool_call", "id": "c", "name": "f", "arguments": {}}]


@pytest.mark.parametrize("as_text", [False, True])
def test_the_details_event_carries_whole_conversations(as_text: bool) -> None:
    """opentelemetry-util-genai 1.3b0 sends them as structured attributes; others as JSON text."""
    messages = [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
    answers = [{"role": "assistant", "parts": [{"type": "text", "content": "Hello"}], "finish_reason": "stop"}]
    instructions = [{"type": "text", "content": "Be brief"}]
    attributes: dict[str, Any] = {
        "gen_ai.input.messages": messages,
        "gen_ai.output.messages": answers,
        "gen_ai.system_instructions": instructions,
    }
    if as_text:
        attributes = {key: json.dumps(value) for key, value in attributes.items()}
    assert read("gen_ai.client.inference.operation.details", None, attributes) == {
        "input_messages": messages,
        "output_messages": answers,
        "system_instructions": instructions,
    }


def test_content_in_an_attribute_of_the_event_is_read() -> None:
    """azure-ai-inference writes the body as JSON in gen_ai.event.content of a span event."""
    attributes = {"gen_ai.system": "az.ai.inference", "gen_ai.event.content": '{"role": "user", "content": "Hi"}'}
    assert read("gen_ai.user.message", None, attributes)["input_messages"][0]["parts"] == [
        {"type": "text", "content": "Hi"}
    ]


@pytest.mark.parametrize("name", ["gen_ai.evaluation.result", "exception", ""])
def test_other_events_carry_nothing(name: str) -> None:
    """An evaluation is no message."""
    assert messages_of_event(name, {"content": "x"}, {"gen_ai.evaluation.name": "tone"}) == {}


def test_a_message_nested_beyond_writing_gives_nothing() -> None:
    """A client's odd body never raises."""
    body: Any = "x"
    for _ in range(3000):
        body = [body]
    assert messages_of_event("gen_ai.user.message", {"content": body}, {}) == {}
