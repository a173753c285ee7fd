"""Spans as the Vercel AI SDK writes them (npm ai 6.0.326 and @ai-sdk/otel 1.0.173)."""

import json

import pytest

from conventions.reading import kept, picked, read, text

PROMPT = [
    {"role": "system", "content": "Be brief"},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "file", "mediaType": "image/png", "data": "iVBO"},
        ],
    },
    {
        "role": "tool",
        "content": [
            {
                "type": "tool-result",
                "toolCallId": "c0",
                "toolName": "look",
                "output": {"type": "json", "value": {"seen": True}},
            }
        ],
    },
]

INNER = {
    "operation.name": "ai.streamText.doStream",
    "ai.operationId": "ai.streamText.doStream",
    "ai.telemetry.functionId": "helper",
    "ai.telemetry.metadata.userId": "u1",
    "ai.telemetry.metadata.sessionId": "s1",
    "ai.model.provider": "openai.responses",
    "ai.model.id": "gpt-4o",
    "ai.settings.maxRetries": 2,
    "ai.prompt.messages": json.dumps(PROMPT),
    "ai.prompt.tools": [json.dumps({"type": "function", "name": "look", "inputSchema": {"type": "object"}})],
    "ai.response.text": "A cat",
    "ai.response.reasoning": "It has whiskers",
    "ai.response.toolCalls": json.dumps([{"toolCallId": "c1", "toolName": "look", "input": {"x": 1}}]),
    "ai.response.finishReason": "tool-calls",
    "ai.response.id": "r1",
    "ai.response.model": "gpt-4o-2024-08-06",
    "ai.response.msToFirstChunk": 120.5,
    "ai.usage.inputTokens": 20.0,
    "ai.usage.outputTokens": 7.0,
    "ai.usage.cachedInputTokens": 4.0,
    "ai.usage.outputTokenDetails.reasoningTokens": 3.0,
    "gen_ai.system": "openai.responses",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.request.temperature": 0.5,
    "gen_ai.usage.input_tokens": 20.0,
    "gen_ai.usage.output_tokens": 7.0,
}


def test_the_inner_span_is_the_call() -> None:
    """With messages, parts of the answer, tokens and time to first token."""
    row = read(INNER, scope="ai")
    assert picked(row, "convention", "operation_name", "is_model_call") == ("vercel_ai", "chat", True)
    assert picked(row, "provider_name", "request_model", "response_model") == ("openai", "gpt-4o", "gpt-4o-2024-08-06")
    assert picked(row, "input_tokens", "output_tokens", "cache_read_input_tokens") == (20, 7, 4)
    assert picked(row, "reasoning_output_tokens", "time_to_first_token_ns", "is_streaming") == (3, 120_500_000, True)
    assert picked(row, "user_id", "session_id", "agent_name") == ("u1", "s1", "helper")
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert row["input_messages"] == [
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "What is this?"},
                {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "iVBO"},
            ],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c0", "response": {"seen": True}}]},
    ]
    assert row["output_messages"] == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "It has whiskers"},
                {"type": "text", "content": "A cat"},
                {"type": "tool_call", "id": "c1", "name": "look", "arguments": {"x": 1}},
            ],
            "finish_reason": "tool-calls",
        }
    ]
    assert row["tool_definitions"] == [{"type": "function", "name": "look", "parameters": {"type": "object"}}]
    assert kept(row)["ai.settings.maxRetries"] == 2


def test_the_outer_span_repeats_the_usage_and_is_not_counted() -> None:
    """generateText sums up its steps; its prompt is {system, prompt, messages}."""
    row = read(
        {
            "ai.operationId": "ai.generateText",
            "ai.model.provider": "openai.chat",
            "ai.model.id": "gpt-4o",
            "ai.prompt": json.dumps({"system": "Be brief", "messages": [{"role": "user", "content": "Hi"}]}),
            "ai.response.text": "Hello",
            "ai.usage.inputTokens": 40,
        },
        scope="ai",
    )
    assert picked(row, "operation_name", "is_model_call", "input_tokens") == ("invoke_agent", False, 40)
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert picked(row, "input_messages", "output_messages") == ([text("user", "Hi")], [text("assistant", "Hello")])
    assert not row["is_streaming"]


@pytest.mark.parametrize(
    ("operation_id", "operation", "is_call"),
    [("ai.embed", "task", False), ("ai.embed.doEmbed", "embeddings", True), ("ai.embedMany.doEmbed", "embeddings", True)],
)
def test_only_the_inner_embedding_is_counted(operation_id: str, operation: str, is_call: bool) -> None:
    """Both spans report the same tokens."""
    attributes = {"ai.operationId": operation_id, "ai.model.id": "e", "ai.usage.tokens": 5, "ai.values": ['"hello"']}
    row = read(attributes, scope="ai")
    assert picked(row, "operation_name", "is_model_call", "input_tokens") == (operation, is_call, 5)


@pytest.mark.parametrize(("tokens", "is_call"), [({}, False), ({"gen_ai.usage.input_tokens": 5}, True)])
def test_of_two_embeddings_spans_of_the_newer_package_the_one_with_usage_is_counted(
    tokens: dict[str, int], is_call: bool
) -> None:
    """@ai-sdk/otel names outer and inner span alike and writes usage on the inner one only."""
    row = read({"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "e", **tokens}, scope="gen_ai")
    assert picked(row, "convention", "is_model_call") == ("vercel_ai", is_call)


def test_a_tool_call_has_its_own_columns() -> None:
    """ai.toolCall spans."""
    row = read(
        {
            "ai.operationId": "ai.toolCall",
            "ai.toolCall.name": "look",
            "ai.toolCall.id": "c1",
            "ai.toolCall.args": '{"x":1}',
            "ai.toolCall.result": '"done"',
        },
        scope="ai",
    )
    assert picked(row, "operation_name", "tool_name", "tool_call_id") == ("execute_tool", "look", "c1")
    assert picked(row, "tool_call_arguments", "tool_call_result") == ('{"x":1}', '"done"')


def test_an_object_is_an_answer() -> None:
    """generateObject has its answer as JSON text, and says its tokens by the older names."""
    row = read(
        {
            "ai.operationId": "ai.generateObject.doGenerate",
            "ai.response.object": '{"name":"Ada"}',
            "ai.usage.promptTokens": 3,
            "ai.usage.completionTokens": 4,
        },
        scope="ai",
    )
    assert row["output_messages"] == [text("assistant", '{"name":"Ada"}')]
    assert picked(row, "is_model_call", "input_tokens", "output_tokens") == (True, 3, 4)


def test_a_tracer_that_merely_begins_like_the_scope_is_not_vercel() -> None:
    """Scopes match by whole words."""
    assert read({"gen_ai.operation.name": "chat"}, scope="gen_ai_app")["convention"] == "otel_genai"
