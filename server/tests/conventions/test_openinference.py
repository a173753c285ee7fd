"""Spans as OpenInference's instrumentations write them (openai 0.1.66, anthropic 3.1.0, langchain 0.1.80)."""

import json

import pytest

from conventions.reading import kept, picked, read, text

SCOPE = "openinference.instrumentation.openai"

CHAT = {
    "openinference.span.kind": "LLM",
    "llm.system": "openai",
    "llm.provider": "azure",
    "llm.request.model_name": "gpt-4o",
    "llm.response.model_name": "gpt-4o-2024-08-06",
    "llm.model_name": "gpt-4o-2024-08-06",
    "llm.invocation_parameters": json.dumps({"model": "gpt-4o", "temperature": 0.2, "max_tokens": 64, "stop": ["END"]}),
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "Be brief",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.content": "Weather in Oslo?",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "12 C",
    "llm.token_count.prompt": 20,
    "llm.token_count.completion": 5,
    "llm.token_count.total": 25,
    "llm.token_count.prompt_details.cache_read": 8,
    "llm.token_count.completion_details.reasoning": 2,
    "llm.token_count.prompt_details.audio": 1,
    "input.value": '{"messages": []}',
    "input.mime_type": "application/json",
    "session.id": "s1",
    "user.id": "u1",
    "tag.tags": ["a", "b"],
}


def test_a_chat_fills_the_canonical_columns() -> None:
    """The usual span of the OpenAI instrumentation."""
    row = read(CHAT, scope=SCOPE)
    assert picked(row, "convention", "operation_name", "is_model_call", "provider_name") == (
        "openinference",
        "chat",
        True,
        "azure.ai.openai",
    )
    assert picked(row, "request_model", "response_model", "model") == ("gpt-4o", *["gpt-4o-2024-08-06"] * 2)
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert row["input_messages"] == [text("user", "Weather in Oslo?")]
    assert row["output_messages"] == [text("assistant", "12 C")]
    assert picked(row, "input_tokens", "output_tokens", "cache_read_input_tokens") == (20, 5, 8)
    assert picked(row, "reasoning_output_tokens", "audio_input_tokens") == (2, 1)
    assert picked(row, "request_temperature", "request_max_tokens", "request_stop_sequences") == (0.2, 64, ["END"])
    assert picked(row, "session_id", "user_id", "tags") == ("s1", "u1", ["a", "b"])


def test_what_columns_do_not_say_stays_an_attribute() -> None:
    """Totals, parameters without a column, and values that were translated."""
    row = read({**CHAT, "llm.input_messages.1.message.odd": "kept"}, scope=SCOPE)
    stayed = kept(row)
    assert stayed["llm.token_count.total"] == 25
    assert stayed["llm.provider"] == "azure"
    assert stayed["llm.invocation_parameters"] == CHAT["llm.invocation_parameters"]
    assert stayed["llm.input_messages.1.message.odd"] == "kept"
    assert "llm.input_messages.1.message.content" not in stayed


def test_tool_calls_and_their_answers_become_parts() -> None:
    """Calls are nested under the message, answers name the call that they answer."""
    row = read(
        {
            "openinference.span.kind": "LLM",
            "llm.input_messages.0.message.role": "tool",
            "llm.input_messages.0.message.tool_call_id": "call_1",
            "llm.input_messages.0.message.content": "12 C",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.tool_calls.0.tool_call.id": "call_2",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "weather",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"city": "Oslo"}',
            "llm.tools.0.tool.json_schema": json.dumps(
                {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
            ),
        },
        scope=SCOPE,
    )
    assert row["input_messages"][0]["parts"] == [{"type": "tool_call_response", "id": "call_1", "response": "12 C"}]
    assert row["output_messages"][0]["parts"] == [
        {"type": "tool_call", "id": "call_2", "name": "weather", "arguments": {"city": "Oslo"}}
    ]
    assert row["tool_definitions"] == [{"type": "function", "name": "weather", "parameters": {"type": "object"}}]


def test_images_become_blobs_and_addresses() -> None:
    """Inline data keeps its text; an address stays one."""
    prefix = "llm.input_messages.0.message.contents"
    row = read(
        {
            "openinference.span.kind": "LLM",
            "llm.input_messages.0.message.role": "user",
            f"{prefix}.0.message_content.type": "text",
            f"{prefix}.0.message_content.text": "What is this?",
            f"{prefix}.1.message_content.type": "image",
            f"{prefix}.1.message_content.image.image.url": "data:image/png;base64,iVBO",
            f"{prefix}.2.message_content.type": "image",
            f"{prefix}.2.message_content.image.image.url": "https://example.org/a.png",
        },
        scope=SCOPE,
    )
    assert row["input_messages"][0]["parts"] == [
        {"type": "text", "content": "What is this?"},
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "iVBO"},
        {"type": "uri", "modality": "image", "mime_type": None, "uri": "https://example.org/a.png"},
    ]


def test_the_first_token_event_gives_the_time_to_first_token() -> None:
    """OpenAI's and Anthropic's instrumentations mark it by an event; such a span is a stream."""
    events = [{"name": "First Token Stream Event", "after_ns": 250_000_000}]
    row = read({**CHAT, "llm.token_count.completion": 4}, scope=SCOPE, events=events)
    assert picked(row, "time_to_first_token_ns", "is_streaming") == (250_000_000, True)
    assert row["time_per_output_token_ns"] == 250_000_000


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("CHAIN", "task"),
        ("AGENT", "invoke_agent"),
        ("TOOL", "execute_tool"),
        ("RETRIEVER", "retrieval"),
        ("GUARDRAIL", "guardrail"),
        ("EVALUATOR", "evaluation"),
        ("RERANKER", "rerank"),
    ],
)
def test_only_models_are_called(kind: str, operation: str) -> None:
    """Other kinds are steps, also where they repeat the usage of what they wrap."""
    row = read({"openinference.span.kind": kind, "llm.token_count.prompt": 9}, scope=SCOPE)
    assert picked(row, "operation_name", "is_model_call") == (operation, False)


def test_an_unknown_kind_is_no_operation() -> None:
    """UNKNOWN says nothing."""
    row = read({"openinference.span.kind": "UNKNOWN"}, scope=SCOPE)
    assert picked(row, "operation_name", "is_model_call") == (None, False)


def test_a_tool_span_has_arguments_and_result() -> None:
    """input.value and output.value of a tool are its arguments and its result, and nothing else."""
    row = read(
        {"openinference.span.kind": "TOOL", "tool.name": "weather", "input.value": '{"city":"Oslo"}', "output.value": "12 C"},
        scope="openinference.instrumentation.langchain",
    )
    assert picked(row, "tool_name", "tool_call_arguments", "tool_call_result") == ("weather", '{"city":"Oslo"}', "12 C")
    assert picked(row, "input_value", "output_value") == (None, None)


def test_a_chain_keeps_its_values() -> None:
    """A step without messages has input and output as sent."""
    row = read({"openinference.span.kind": "CHAIN", "input.value": "question", "output.value": "answer"}, scope=SCOPE)
    assert picked(row, "input_value", "output_value") == ("question", "answer")


def test_retrieved_documents_are_listed() -> None:
    """With id, content, score and metadata; the query is the input."""
    row = read(
        {
            "openinference.span.kind": "RETRIEVER",
            "input.value": "rain",
            "retrieval.documents.0.document.id": "d1",
            "retrieval.documents.0.document.content": "It rains",
            "retrieval.documents.0.document.score": 0.9,
            "retrieval.documents.0.document.metadata": '{"page": 3}',
        },
        scope=SCOPE,
    )
    assert row["retrieval_documents"] == [{"id": "d1", "content": "It rains", "score": 0.9, "metadata": {"page": 3}}]
    assert row["retrieval_query"] == "rain"


def test_embeddings_are_calls_and_say_their_dimensions() -> None:
    """The vector itself stays an attribute."""
    row = read(
        {
            "openinference.span.kind": "EMBEDDING",
            "embedding.model_name": "text-embedding-3-small",
            "embedding.embeddings.0.embedding.text": "hello",
            "embedding.embeddings.0.embedding.vector": [0.1, 0.2, 0.3],
            "llm.token_count.prompt": 1,
        },
        scope=SCOPE,
    )
    assert picked(row, "operation_name", "is_model_call", "model") == ("embeddings", True, "text-embedding-3-small")
    assert row["embedding_dimensions"] == 3
    assert kept(row)["embedding.embeddings.0.embedding.vector"] == "[0.1,0.2,0.3]"


def test_the_older_model_name_was_the_response_one() -> None:
    """Before request and response names were told apart, the parameters still said what was asked for."""
    row = read(
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "gpt-4o-2024-08-06",
            "llm.invocation_parameters": '{"model": "gpt-4o"}',
        },
        scope=SCOPE,
    )
    assert picked(row, "request_model", "response_model") == ("gpt-4o", "gpt-4o-2024-08-06")


def test_a_call_that_failed_has_the_model_of_its_parameters() -> None:
    """Without a response nothing else names the model."""
    row = read({"openinference.span.kind": "LLM", "llm.invocation_parameters": '{"model": "gpt-4o"}'})
    assert picked(row, "request_model", "response_model", "model") == ("gpt-4o", None, "gpt-4o")


def test_messages_come_in_the_order_of_their_numbers() -> None:
    """Ten comes after two, and attributes come in any order."""
    attributes = {"openinference.span.kind": "LLM"}
    for number in (10, 2, 0):
        attributes[f"llm.input_messages.{number}.message.role"] = "user"
        attributes[f"llm.input_messages.{number}.message.content"] = f"m{number}"
    row = read(attributes, scope=SCOPE)
    assert [message["parts"][0]["content"] for message in row["input_messages"]] == ["m0", "m2", "m10"]
