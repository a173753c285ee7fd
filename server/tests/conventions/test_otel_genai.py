"""Spans of the OpenTelemetry GenAI conventions, current (util-genai 1.3b0) and deprecated names (openai-v2 2.4b0)."""

import json
from typing import Any

import pytest

from conventions.reading import kept, picked, read, text

INPUT = [text("user", "Weather?")]
OUTPUT = [text("assistant", "12 C", finish_reason="stop")]

CURRENT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.id": "r1",
    "gen_ai.request.temperature": 0.5,
    "gen_ai.request.top_p": 0.9,
    "gen_ai.request.top_k": 40,
    "gen_ai.request.max_tokens": 100,
    "gen_ai.request.frequency_penalty": 0.1,
    "gen_ai.request.presence_penalty": 0.2,
    "gen_ai.request.seed": 7,
    "gen_ai.request.choice.count": 2,
    "gen_ai.request.stop_sequences": ["END"],
    "gen_ai.request.stream": True,
    "gen_ai.response.time_to_first_chunk": 0.25,
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 20,
    "gen_ai.usage.output_tokens": 4,
    "gen_ai.usage.cache_read.input_tokens": 8,
    "gen_ai.usage.cache_creation.input_tokens": 2,
    "gen_ai.usage.reasoning.output_tokens": 3,
    "gen_ai.usage.audio.input_tokens": 1,
    "gen_ai.usage.audio.output_tokens": 1,
    "gen_ai.input.messages": json.dumps(INPUT),
    "gen_ai.output.messages": json.dumps(OUTPUT),
    "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief"}]),
    "gen_ai.tool.definitions": json.dumps([{"type": "function", "name": "weather"}]),
    "gen_ai.conversation.id": "s1",
    "gen_ai.prompt.name": "greeting",
    "gen_ai.prompt.version": "2",
    "gen_ai.agent.name": "helper",
    "gen_ai.agent.id": "a1",
    "user.id": "u1",
}


def test_the_current_names_fill_the_canonical_columns() -> None:
    """Every one of them, and nothing stays an attribute."""
    row = read(CURRENT)
    assert picked(row, "convention", "operation_name", "is_model_call") == ("otel_genai", "chat", True)
    assert picked(row, "provider_name", "model", "response_id") == ("openai", "gpt-4o-2024-08-06", "r1")
    assert picked(row, "input_tokens", "output_tokens", "reasoning_output_tokens") == (20, 4, 3)
    assert picked(row, "cache_read_input_tokens", "cache_creation_input_tokens") == (8, 2)
    assert picked(row, "audio_input_tokens", "audio_output_tokens") == (1, 1)
    assert picked(row, "request_temperature", "request_top_p", "request_top_k") == (0.5, 0.9, 40.0)
    assert picked(row, "request_max_tokens", "request_seed", "request_choice_count") == (100, 7, 2)
    assert picked(row, "request_frequency_penalty", "request_presence_penalty") == (0.1, 0.2)
    assert picked(row, "request_stop_sequences", "finish_reasons") == (["END"], ["stop"])
    assert picked(row, "is_streaming", "time_to_first_token_ns") == (True, 250_000_000)
    assert row["time_per_output_token_ns"] == 250_000_000
    assert picked(row, "input_messages", "output_messages") == (INPUT, OUTPUT)
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert row["tool_definitions"] == [{"type": "function", "name": "weather"}]
    assert picked(row, "session_id", "user_id", "agent_name", "agent_id") == ("s1", "u1", "helper", "a1")
    assert picked(row, "prompt_name", "prompt_version") == ("greeting", "2")
    assert kept(row) == {}


@pytest.mark.parametrize(
    ("key", "value", "column", "expected"),
    [
        ("gen_ai.system", "az.ai.openai", "provider_name", "azure.ai.openai"),
        ("gen_ai.system", "vertex_ai", "provider_name", "gcp.vertex_ai"),
        ("gen_ai.usage.prompt_tokens", 5, "input_tokens", 5),
        ("gen_ai.usage.completion_tokens", 6, "output_tokens", 6),
        ("gen_ai.usage.cache_read_input_tokens", 5, "cache_read_input_tokens", 5),
        ("gen_ai.usage.cache_creation_input_tokens", 5, "cache_creation_input_tokens", 5),
        ("gen_ai.openai.request.seed", 3, "request_seed", 3),
        ("gen_ai.response.finish_reasons", '["stop"]', "finish_reasons", ["stop"]),
        ("enduser.id", "u", "user_id", "u"),
    ],
)
def test_the_deprecated_names_are_read_too(key: str, value: Any, column: str, expected: Any) -> None:
    """Where the current ones are missing."""
    assert read({"gen_ai.request.model": "m", key: value})[column] == expected


def test_the_current_name_wins_and_the_deprecated_one_stays_an_attribute() -> None:
    """First present wins; what lost is not thrown away."""
    row = read({"gen_ai.usage.input_tokens": 5, "gen_ai.usage.prompt_tokens": 4})
    assert row["input_tokens"] == 5
    assert kept(row) == {"gen_ai.usage.prompt_tokens": 4}


@pytest.mark.parametrize("count", [7, 7.0, "7", " 7 "])
def test_counts_come_as_integers_doubles_or_text(count: Any) -> None:
    """JavaScript sends doubles, some send text."""
    assert read({"gen_ai.usage.input_tokens": count})["input_tokens"] == 7


@pytest.mark.parametrize("count", [-1, "many", float("nan"), 1e30, [1]])
def test_a_count_that_is_none_stays_an_attribute(count: Any) -> None:
    """It is not thrown away, and no column is filled."""
    row = read({"gen_ai.usage.input_tokens": count})
    assert "input_tokens" not in row
    assert "gen_ai.usage.input_tokens" in kept(row)


@pytest.mark.parametrize(("seed", "expected"), [(-3, -3), (2.0, 2), ("-4", -4), (1e300, None), (float("-inf"), None)])
def test_a_seed_may_be_negative_but_must_fit(seed: Any, expected: int | None) -> None:
    """A number that the column cannot hold refuses nothing and nobody."""
    assert read({"gen_ai.request.seed": seed}).get("request_seed") == expected


@pytest.mark.parametrize(
    ("operation", "is_call"),
    [
        ("chat", True),
        ("text_completion", True),
        ("generate_content", True),
        ("embeddings", True),
        ("invoke_agent", False),
        ("create_agent", False),
        ("execute_tool", False),
        ("retrieval", False),
    ],
)
def test_agents_and_tools_are_not_calls(operation: str, is_call: bool) -> None:
    """Also where an agent sums up the usage of its calls."""
    row = read({"gen_ai.operation.name": operation, "gen_ai.usage.input_tokens": 9})
    assert picked(row, "operation_name", "is_model_call") == (operation, is_call)


def test_invoke_workflow_is_called_workflow() -> None:
    """And the name as sent stays an attribute."""
    row = read({"gen_ai.operation.name": "invoke_workflow"})
    assert row["operation_name"] == "workflow"
    assert kept(row) == {"gen_ai.operation.name": "invoke_workflow"}


def test_system_messages_leave_the_input() -> None:
    """Whoever sends them among the messages: they are system instructions, once."""
    messages = [text("system", "Be brief"), text("developer", "In metric"), *INPUT]
    row = read({**CURRENT, "gen_ai.input.messages": json.dumps(messages)})
    assert row["input_messages"] == INPUT
    assert row["system_instructions"] == [
        {"type": "text", "content": "Be brief"},
        {"type": "text", "content": "In metric"},
    ]


def test_a_user_may_speak_of_system_roles() -> None:
    """Text that looks like a system message is text."""
    said = [text("user", 'Write {"role": "system"}')]
    row = read({"gen_ai.input.messages": json.dumps(said)})
    assert row["input_messages"] == said
    assert "system_instructions" not in row


def test_messages_in_openais_form_are_given_parts() -> None:
    """Some write role and content under OpenTelemetry's name."""
    row = read(
        {
            "gen_ai.input.messages": json.dumps([{"role": "user", "content": "Hi"}]),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "content": "Hello"}]),
            "gen_ai.system_instructions": "Be brief",
        }
    )
    assert picked(row, "input_messages", "output_messages") == ([text("user", "Hi")], [text("assistant", "Hello")])
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]


def test_structured_messages_are_read_like_json_text() -> None:
    """Newer SDKs send arrays of maps."""
    assert read({"gen_ai.input.messages": INPUT})["input_messages"] == INPUT


FLAT = {
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "Be brief",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": '[{"type": "text", "text": "Weather?"}]',
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.finish_reason": "tool_calls",
    "gen_ai.completion.0.tool_calls.0.id": "c1",
    "gen_ai.completion.0.tool_calls.0.name": "weather",
    "gen_ai.completion.0.tool_calls.0.arguments": '{"city": "Oslo"}',
    "llm.request.functions.0.name": "weather",
    "llm.request.functions.0.parameters": '{"type": "object"}',
}


def test_flattened_prompts_are_put_together() -> None:
    """gen_ai.prompt.N... as OpenLLMetry wrote it before 0.5 of its semantic conventions, with blocks as JSON."""
    row = read(FLAT)
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert row["input_messages"] == INPUT
    assert row["output_messages"] == [
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo"}}],
            "finish_reason": "tool_calls",
        }
    ]
    assert row["tool_definitions"] == [{"type": "function", "name": "weather", "parameters": {"type": "object"}}]
    assert kept(row) == {}


def test_flattened_prompts_stay_attributes_where_the_column_is_filled() -> None:
    """What is not used is not thrown away."""
    row = read({**FLAT, "gen_ai.input.messages": json.dumps(INPUT)})
    assert row["input_messages"] == INPUT
    assert kept(row)["gen_ai.prompt.0.content"] == "Be brief"


def test_whole_prompts_are_read() -> None:
    """gen_ai.prompt and gen_ai.completion with everything as JSON."""
    row = read(
        {
            "gen_ai.prompt": json.dumps([{"role": "user", "content": "Weather?"}]),
            "gen_ai.completion": json.dumps([{"role": "assistant", "content": "12 C"}]),
        }
    )
    assert picked(row, "input_messages", "output_messages") == (INPUT, [text("assistant", "12 C")])


def test_messages_sent_as_span_events_fill_the_columns() -> None:
    """In the order sent; the events stay events."""
    events = [
        {"name": "gen_ai.system.message", "attributes": {"content": "Be brief"}},
        {"name": "gen_ai.user.message", "attributes": {"content": "Weather?"}},
        {"name": "gen_ai.choice", "attributes": {"message": '{"content": "12 C"}', "finish_reason": "stop"}},
    ]
    row = read({"gen_ai.operation.name": "chat"}, events=events)
    assert picked(row, "input_messages", "output_messages") == (INPUT, OUTPUT)
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert row["event_names"] == [event["name"] for event in events]


def test_attributes_win_over_events() -> None:
    """A span that has both is read by its attributes."""
    events = [{"name": "gen_ai.user.message", "attributes": {"content": "other"}}]
    assert read({"gen_ai.input.messages": json.dumps(INPUT)}, events=events)["input_messages"] == INPUT


def test_an_evaluation_event_is_left_alone() -> None:
    """It carries no message."""
    events = [{"name": "gen_ai.evaluation.result", "attributes": {"gen_ai.evaluation.name": "tone"}}]
    row = read({"gen_ai.operation.name": "chat"}, events=events)
    assert "input_messages" not in row
    assert row["event_names"] == ["gen_ai.evaluation.result"]


@pytest.mark.parametrize("name", ["gen_ai.content.completion.chunk", "llm.content.completion.chunk"])
def test_the_first_of_many_chunk_events_marks_the_first_token(name: str) -> None:
    """OpenLLMetry adds one for each chunk."""
    events = [{"name": name, "after_ns": 100_000_000}, {"name": name, "after_ns": 200_000_000}]
    row = read({"gen_ai.operation.name": "chat"}, events=events)
    assert picked(row, "time_to_first_token_ns", "is_streaming") == (100_000_000, True)


def test_a_chunk_before_the_start_says_nothing() -> None:
    """Clocks may differ."""
    events = [{"name": "gen_ai.content.completion.chunk", "after_ns": -5}]
    assert "time_to_first_token_ns" not in read({"gen_ai.operation.name": "chat"}, events=events)


def test_an_attribute_wins_over_the_chunk_event() -> None:
    """The instrumentation's own measure is the better one."""
    events = [{"name": "gen_ai.content.completion.chunk", "after_ns": 100_000_000}]
    assert read(CURRENT, events=events)["time_to_first_token_ns"] == 250_000_000


def test_a_plain_span_has_no_convention() -> None:
    """And keeps its attributes, typed."""
    row = read({"http.request.method": "GET", "n": 3, "x": 1.5, "yes": True, "list": [1, 2]}, scope="http")
    assert "convention" not in row
    assert kept(row) == {"http.request.method": "GET", "n": 3, "x": 1.5, "yes": True, "list": "[1,2]"}


def test_the_anthropic_package_itself_says_why_an_answer_ended() -> None:
    """Under a name of its own."""
    row = read(
        {"gen_ai.operation.name": "chat", "anthropic.message.stop_reason": "end_turn"}, scope="com.anthropic.sdk.python"
    )
    assert row["finish_reasons"] == ["end_turn"]
