"""Spans as LiteLLM's OpenTelemetry integrations write them (litellm 1.110.2: opentelemetry.py and otel/)."""

import json
from typing import Any

import pytest

from conventions.reading import kept, picked, read, text

REQUEST: dict[str, Any] = {
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.system": "openai",
    "llm.request.type": "completion",
    "llm.is_streaming": "True",
    "gen_ai.usage.input_tokens": 20,
    "gen_ai.usage.output_tokens": 7,
    "gen_ai.cost.total_cost": 0.001,
    "metadata.user_api_key_end_user_id": "u1",
    "metadata.user_api_key_team_id": "t1",
    "litellm.provider.model": "openai/gpt-4o",
    "litellm.call_id": "c1",
}


def test_a_request_is_the_call() -> None:
    """Also where message capture is off and no operation is named."""
    row = read(REQUEST, scope="litellm", name="litellm_request")
    assert picked(row, "convention", "operation_name", "is_model_call") == ("litellm", "chat", True)
    assert picked(row, "provider_name", "client_cost_usd", "is_streaming", "user_id") == ("openai", 0.001, True, "u1")
    assert kept(row)["metadata.user_api_key_team_id"] == "t1"


def test_openais_blocks_inside_parts_become_canonical() -> None:
    """LiteLLM copies content blocks into parts, and tool calls beside them."""
    messages = [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief"}]},
        {
            "role": "user",
            "parts": [
                {"type": "text", "text": "What?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}},
            ],
        },
        {
            "role": "assistant",
            "parts": [],
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "parts": [{"type": "text", "content": "12 C"}], "tool_call_id": "c1"},
    ]
    row = read({**REQUEST, "gen_ai.operation.name": "chat", "gen_ai.input.messages": json.dumps(messages)}, scope="litellm")
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert [message["parts"] for message in row["input_messages"]] == [
        [
            {"type": "text", "content": "What?"},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "iVBO"},
        ],
        [{"type": "tool_call", "id": "c1", "name": "f", "arguments": {}}],
        [{"type": "tool_call_response", "id": "c1", "response": "12 C"}],
    ]


def test_tool_calls_of_the_answer_are_numbered_as_completions() -> None:
    """gen_ai.completion.N.function_call, while the answer's own parts are empty."""
    row = read(
        {
            **REQUEST,
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [], "finish_reason": "tool_calls"}]),
            "gen_ai.completion.0.function_call.name": "weather",
            "gen_ai.completion.0.function_call.arguments": '{"city":"Oslo"}',
            "llm.request.functions.0.name": "weather",
        },
        scope="litellm",
    )
    assert row["output_messages"] == [
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": None, "name": "weather", "arguments": {"city": "Oslo"}}],
            "finish_reason": "tool_calls",
        }
    ]
    assert row["tool_definitions"] == [{"type": "function", "name": "weather"}]


def test_instructions_may_be_plain_text() -> None:
    """As LiteLLM passes them on for OpenAI's responses."""
    row = read({**REQUEST, "gen_ai.system_instructions": "Be brief"}, scope="litellm")
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]


@pytest.mark.parametrize(
    ("call_type", "operation", "is_call"),
    [
        ("acompletion", "chat", True),
        ("aresponses", "chat", True),
        ("anthropic_messages", "chat", True),
        ("atext_completion", "text_completion", True),
        ("aembedding", "embeddings", True),
        ("arerank", "rerank", False),
    ],
)
def test_call_types_are_operations(call_type: str, operation: str, is_call: bool) -> None:
    """LiteLLM names them by its functions."""
    row = read({**REQUEST, "llm.request.type": call_type}, scope="litellm")
    assert picked(row, "operation_name", "is_model_call") == (operation, is_call)


@pytest.mark.parametrize("name", ["Received Proxy Server Request", "raw_gen_ai_request"])
def test_spans_around_the_call_are_not_counted(name: str) -> None:
    """The proxy's own span, and the raw request below the call."""
    row = read({"metadata.user_api_key_team_id": "t1", "llm.openai.model": "gpt-4o"}, scope="litellm", name=name)
    assert not row["is_model_call"]


def test_the_provider_is_in_the_model_where_it_is_nowhere_else() -> None:
    """Embeddings come with an empty gen_ai.system."""
    row = read({**REQUEST, "gen_ai.system": "", "litellm.provider.model": "bedrock/titan"}, scope="litellm")
    assert row["provider_name"] == "aws.bedrock"


def test_the_newer_integration_is_read() -> None:
    """LITELLM_OTEL_V2 writes OpenTelemetry's names and tools key by key."""
    row = read(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "anthropic",
            "gen_ai.response.time_to_first_chunk": 0.5,
            "litellm.cost.total": 0.002,
            "litellm.request.streaming": True,
            "gen_ai.tool.0.name": "f",
            "gen_ai.tool.0.parameters": '{"type":"object"}',
        },
        scope="litellm",
    )
    assert picked(row, "client_cost_usd", "is_streaming", "time_to_first_token_ns") == (0.002, True, 500_000_000)
    assert row["tool_definitions"] == [{"type": "function", "name": "f", "parameters": {"type": "object"}}]


def test_guardrails_are_steps() -> None:
    """Their spans carry the guardrail's name."""
    row = read({"litellm.guardrail.name": "pii", "litellm.guardrail.status": "success"}, scope="litellm")
    assert picked(row, "operation_name", "is_model_call") == ("guardrail", False)


def test_other_dialects_that_litellm_speaks_are_read_as_such() -> None:
    """Its callbacks for Arize and Langfuse write their attributes under the scope litellm."""
    row = read({"openinference.span.kind": "LLM", "llm.input_messages.0.message.role": "user"}, scope="litellm")
    assert row["convention"] == "openinference"


def test_a_message_of_the_proxy_is_text() -> None:
    """Plain strings in place of blocks."""
    row = read({**REQUEST, "gen_ai.input.messages": json.dumps([text("user", "Hi")])}, scope="litellm")
    assert row["input_messages"] == [text("user", "Hi")]
