"""Spans as Logfire's instrumentation of the OpenAI and Anthropic clients writes them (logfire-sdk 5.4.0)."""

import json
from typing import Any

from conventions.reading import picked, read, text

SCOPE = "logfire.openai"

REQUEST: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o",
    "request_data": '{"model":"gpt-4o"}',
    "logfire.span_type": "span",
    "gen_ai.input.messages": json.dumps([text("user", "Hi")]),
}
ANSWER = {
    "gen_ai.response.id": "r1",
    "gen_ai.usage.input_tokens": 20,
    "gen_ai.usage.output_tokens": 7,
    "gen_ai.output.messages": json.dumps([text("assistant", "Hello", finish_reason="stop")]),
    "operation.cost": 0.001,
}


def test_a_request_that_was_answered_is_the_call() -> None:
    """With its messages, tokens and cost."""
    row = read({**REQUEST, **ANSWER}, scope=SCOPE)
    assert picked(row, "convention", "is_model_call", "client_cost_usd") == ("logfire", True, 0.001)
    assert picked(row, "input_messages", "input_tokens") == ([text("user", "Hi")], 20)


def test_of_a_stream_the_record_at_its_end_is_counted() -> None:
    """The request's span ends when the stream opens, the log record has the answer."""
    opened = read(REQUEST, scope=SCOPE)
    ended = read({**REQUEST, **ANSWER, "logfire.span_type": "log", "duration": 0.2}, scope=SCOPE)
    assert picked(opened, "operation_name", "is_model_call") == ("chat", False)
    assert picked(ended, "operation_name", "is_model_call", "output_tokens") == ("chat", True, 7)


def test_a_request_that_failed_is_the_call() -> None:
    """No other record of it will come."""
    events = [{"name": "exception", "attributes": {"exception.type": "openai.APIError"}}]
    assert read(REQUEST, scope=SCOPE, events=events)["is_model_call"] is True


def test_the_first_version_has_the_request_as_json() -> None:
    """request_data and response_data; tools and parameters are in the request."""
    request = {
        "model": "gpt-4o",
        "temperature": 0.5,
        "messages": [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hi"}],
        "tools": [{"type": "function", "function": {"name": "f"}}],
    }
    row = read(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.response.id": "r1",
            "request_data": json.dumps(request),
            "response_data": json.dumps({"message": {"role": "assistant", "content": "Hello"}, "usage": {}}),
        },
        scope=SCOPE,
    )
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert picked(row, "input_messages", "output_messages") == ([text("user", "Hi")], [text("assistant", "Hello")])
    assert picked(row, "request_temperature", "tool_definitions") == (0.5, [{"type": "function", "name": "f"}])


def test_a_data_url_under_uri_becomes_a_blob() -> None:
    """Logfire writes images as uri parts, whatever the address is."""
    parts = [{"type": "uri", "uri": "data:image/png;base64,iVBO", "modality": "image"}]
    row = read({**REQUEST, "gen_ai.input.messages": json.dumps([{"role": "user", "parts": parts}])}, scope=SCOPE)
    assert row["input_messages"][0]["parts"] == [
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "iVBO"}
    ]


def test_other_spans_of_logfire_are_not_read() -> None:
    """The scope of an application's own spans is `logfire`."""
    assert "convention" not in read({"request_data": "{}", "logfire.msg": "hello"}, scope="logfire")
