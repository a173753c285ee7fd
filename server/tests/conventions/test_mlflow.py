"""Spans as MLflow exports them over OTLP (mlflow-tracing 3.17.2): every attribute is JSON text."""

import json
from typing import Any

import pytest

from conventions.reading import kept, picked, read, text

SCOPE = "mlflow.tracing.provider"

REQUEST = {
    "model": "gpt-4o",
    "temperature": 0.2,
    "max_tokens": 9,
    "messages": [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hi"}],
}
RESPONSE = {
    "id": "cc1",
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello"}}],
}


def as_json(**attributes: Any) -> dict[str, str]:
    """Attributes as mlflow's span.set_attribute writes them, without the prefix."""
    return {f"mlflow.{name.replace('__', '.')}": json.dumps(value) for name, value in attributes.items()}


CHAT = as_json(
    spanType="CHAT_MODEL",
    spanInputs=REQUEST,
    spanOutputs=RESPONSE,
    chat__tokenUsage={"input_tokens": 20, "output_tokens": 7, "total_tokens": 27, "cache_read_input_tokens": 5},
    chat__tools=[{"type": "function", "function": {"name": "weather"}}],
    llm__model="gpt-4o-2024-08-06",
    llm__provider="azure_openai",
    llm__cost={"input_cost": 0.1, "output_cost": 0.2, "total_cost": 0.3},
    linkedPrompts=[{"name": "greeting", "version": "4"}],
)


def test_a_chat_model_fills_the_canonical_columns() -> None:
    """As the OpenAI autologging writes it."""
    row = read({**CHAT, "session.id": "s1", "mlflow.trace.user": '"u1"'}, scope=SCOPE)
    assert picked(row, "convention", "operation_name", "is_model_call") == ("mlflow", "chat", True)
    assert picked(row, "request_model", "response_model", "provider_name") == (
        "gpt-4o",
        "gpt-4o-2024-08-06",
        "azure.ai.openai",
    )
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert row["input_messages"] == [text("user", "Hi")]
    assert row["output_messages"] == [text("assistant", "Hello", finish_reason="stop")]
    assert picked(row, "input_tokens", "output_tokens", "cache_read_input_tokens") == (20, 7, 5)
    assert picked(row, "client_cost_usd", "finish_reasons", "response_id") == (0.3, ["stop"], "cc1")
    assert picked(row, "request_temperature", "request_max_tokens") == (0.2, 9)
    assert picked(row, "prompt_name", "prompt_version") == ("greeting", "4")
    assert picked(row, "session_id", "user_id") == ("s1", "u1")


def test_a_request_says_more_than_its_messages_and_is_kept() -> None:
    """As input_value, while its messages have their own column."""
    row = read(CHAT, scope=SCOPE)
    assert json.loads(row["input_value"]) == REQUEST
    assert json.loads(row["output_value"]) == RESPONSE
    assert "mlflow.spanInputs" not in kept(row)


def test_bare_messages_are_not_kept_twice() -> None:
    """A list of messages, or an answer as text, has nothing more to say."""
    row = read(as_json(spanType="CHAT_MODEL", spanInputs=REQUEST["messages"], spanOutputs="Hello"), scope=SCOPE)
    assert picked(row, "input_value", "output_value") == (None, None)
    assert row["output_messages"] == [text("assistant", "Hello")]


def test_anthropics_response_is_an_answer() -> None:
    """Content blocks and stop_reason."""
    response = {
        "id": "m1",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [{"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}],
        "stop_reason": "tool_use",
    }
    row = read(as_json(spanType="CHAT_MODEL", spanInputs={"system": "Be brief", **REQUEST}, spanOutputs=response), scope=SCOPE)
    assert row["output_messages"] == [
        {
            "role": "assistant",
            "parts": [
                {"type": "text", "content": "Hi"},
                {"type": "tool_call", "id": "t", "name": "f", "arguments": {"a": 1}},
            ],
            "finish_reason": "tool_use",
        }
    ]


@pytest.mark.parametrize(
    ("kind", "operation"),
    [("AGENT", "invoke_agent"), ("CHAIN", "task"), ("TOOL", "execute_tool"), ("PARSER", "task"), ("UNKNOWN", None)],
)
def test_roots_and_steps_that_repeat_usage_are_not_counted(kind: str, operation: str | None) -> None:
    """MLflow aggregates usage on them."""
    row = read(as_json(spanType=kind, chat__tokenUsage={"input_tokens": 9, "output_tokens": 1}), scope=SCOPE)
    assert picked(row, "operation_name", "is_model_call") == (operation, False)


def test_a_tool_is_named_by_its_span() -> None:
    """Inputs are arguments, outputs the result."""
    row = read(as_json(spanType="TOOL", spanInputs={"city": "Oslo"}, spanOutputs="12 C"), scope=SCOPE, name="weather")
    assert picked(row, "tool_name", "tool_call_arguments", "tool_call_result") == ("weather", '{"city": "Oslo"}', '"12 C"')


def test_retrieved_documents_are_listed() -> None:
    """MLflow's retriever spans have page_content, metadata and id."""
    documents = [{"page_content": "It rains", "metadata": {"doc_uri": "u"}, "id": "d1"}]
    row = read(as_json(spanType="RETRIEVER", spanInputs={"query": "rain"}, spanOutputs=documents), scope=SCOPE)
    assert row["retrieval_documents"] == [{"id": "d1", "content": "It rains", "metadata": {"doc_uri": "u"}}]


def test_an_embedding_reports_its_usage_in_the_response() -> None:
    """The autologging sets no token usage for embeddings."""
    response = {"model": "e", "data": [], "usage": {"prompt_tokens": 3, "total_tokens": 3}}
    row = read(as_json(spanType="EMBEDDING", spanInputs={"input": "hello", "model": "e"}, spanOutputs=response), scope=SCOPE)
    assert picked(row, "is_model_call", "input_tokens", "model") == (True, 3, "e")


def test_the_first_chunk_marks_the_first_token() -> None:
    """Streams record every chunk as an event."""
    events = [{"name": "mlflow.chunk.item.0", "after_ns": 70_000_000}, {"name": "mlflow.chunk.item.1", "after_ns": 90_000_000}]
    row = read(CHAT, scope=SCOPE, events=events)
    assert picked(row, "time_to_first_token_ns", "is_streaming") == (70_000_000, True)


def test_spans_exported_under_opentelemetrys_names_are_read() -> None:
    """MLFLOW_ENABLE_OTEL_GENAI_SEMCONV passes span types that have no operation through."""
    row = read({"gen_ai.operation.name": "RETRIEVER", "gen_ai.request.model": "m"}, scope=SCOPE)
    assert picked(row, "convention", "operation_name", "request_model") == ("mlflow", "retrieval", "m")
