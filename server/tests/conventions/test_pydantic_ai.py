"""Spans as PydanticAI's instrumentation writes them (pydantic-ai-slim 2.68.0, versions 2 to 5; version 1 by its docs)."""

import json

from conventions.reading import kept, picked, read, text

SCOPE = "pydantic-ai"

INPUT = [
    {"role": "system", "parts": [{"type": "text", "content": "Be brief"}]},
    {"role": "user", "parts": [{"type": "text", "content": "Hi"}, {"type": "image-url", "url": "https://e.org/a.png"}]},
    {"role": "assistant", "parts": [{"type": "thinking", "content": "hm"}, {"type": "tool_call", "id": "c", "name": "f"}]},
    {"role": "user", "parts": [{"type": "tool_call_response", "id": "c", "name": "f", "result": "12 C"}]},
]


def test_parts_of_its_own_become_canonical() -> None:
    """thinking, image-url, and the result of a tool."""
    row = read(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "google-gla",
            "gen_ai.request.model": "gemini-2.5-flash",
            "gen_ai.input.messages": json.dumps(INPUT),
            "gen_ai.output.messages": json.dumps([text("assistant", "Hello", finish_reason="stop")]),
            "gen_ai.usage.input_tokens": 20,
            "gen_ai.usage.details.reasoning_tokens": 3,
            "gen_ai.usage.details.input_audio_tokens": 1,
            "operation.cost": 0.001,
            "logfire.json_schema": "{}",
        },
        scope=SCOPE,
    )
    assert picked(row, "convention", "is_model_call", "provider_name") == ("pydantic_ai", True, "gcp.gemini")
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert row["input_messages"] == [
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "Hi"},
                {"type": "uri", "modality": "image", "mime_type": None, "uri": "https://e.org/a.png"},
            ],
        },
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "hm"},
                {"type": "tool_call", "id": "c", "name": "f", "arguments": None},
            ],
        },
        {"role": "user", "parts": [{"type": "tool_call_response", "id": "c", "response": "12 C"}]},
    ]
    assert picked(row, "reasoning_output_tokens", "audio_input_tokens", "client_cost_usd") == (3, 1, 0.001)
    assert kept(row)["logfire.json_schema"] == "{}"


def test_binary_content_becomes_a_blob() -> None:
    """`binary` before version 4 of the instrumentation, `blob` since."""
    parts = [
        {"type": "binary", "media_type": "image/png", "content": "YWJj"},
        {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "YWJj"},
    ]
    row = read({"gen_ai.input.messages": json.dumps([{"role": "user", "parts": parts}])}, scope=SCOPE)
    assert row["input_messages"][0]["parts"] == [
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "YWJj"},
        {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "YWJj"},
    ]


def test_an_agent_run_holds_the_conversation_and_is_not_counted() -> None:
    """Its usage is the sum of its calls; the conversation ends in the answer."""
    row = read(
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "helper",
            "agent_name": "helper",
            "model_name": "gpt-4o",
            "gen_ai.usage.input_tokens": 40,
            "pydantic_ai.all_messages": json.dumps([*INPUT, text("assistant", "Done")]),
            "final_result": "Done",
        },
        scope=SCOPE,
    )
    assert picked(row, "is_model_call", "input_tokens", "agent_name", "model") == (False, 40, "helper", "gpt-4o")
    assert [message["role"] for message in row["input_messages"]] == ["user", "assistant", "user"]
    assert picked(row, "output_messages", "output_value") == ([text("assistant", "Done")], "Done")


def test_the_older_agent_run_has_events() -> None:
    """all_messages_events, as a JSON list."""
    events = [
        {"event.name": "gen_ai.system.message", "content": "Be brief", "role": "system"},
        {"event.name": "gen_ai.user.message", "content": "Hi", "role": "user"},
        {"event.name": "gen_ai.assistant.message", "content": "Hello", "role": "assistant"},
    ]
    row = read({"agent_name": "helper", "all_messages_events": json.dumps(events)}, scope=SCOPE, name="agent run")
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert picked(row, "input_messages", "output_messages") == ([text("user", "Hi")], [text("assistant", "Hello")])
    assert not row["is_model_call"]


def test_the_older_request_has_events() -> None:
    """With a choice at the end."""
    events = [
        {"event.name": "gen_ai.user.message", "content": "Hi", "role": "user", "gen_ai.message.index": 0},
        {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "Hello"}},
    ]
    row = read({"gen_ai.operation.name": "chat", "events": json.dumps(events)}, scope=SCOPE)
    assert picked(row, "input_messages", "output_messages") == ([text("user", "Hi")], [text("assistant", "Hello")])


def test_the_older_tool_has_attributes_of_its_own() -> None:
    """tool_arguments and tool_response."""
    row = read(
        {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "f", "tool_arguments": "{}", "tool_response": "12 C"},
        scope=SCOPE,
        name="running tool",
    )
    assert picked(row, "tool_name", "tool_call_arguments", "tool_call_result") == ("f", "{}", "12 C")
