"""Spans as the Langfuse SDK writes them (langfuse 5.0.4: attributes.py, openai.py, langchain/CallbackHandler.py)."""

import json

import pytest

from conventions.reading import kept, picked, read, text

SCOPE = "langfuse-sdk"

GENERATION = {
    "langfuse.observation.type": "generation",
    "langfuse.observation.model.name": "gpt-4o-2024-08-06",
    "langfuse.observation.input": json.dumps(
        [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hi"}]
    ),
    "langfuse.observation.output": json.dumps({"role": "assistant", "content": "Hello"}),
    "langfuse.observation.model.parameters": json.dumps({"temperature": 1, "max_tokens": "Infinity", "top_p": 0.5}),
    "langfuse.observation.usage_details": json.dumps(
        {
            "prompt_tokens": 10,
            "completion_tokens": 4,
            "total_tokens": 14,
            "prompt_tokens_details": {"cached_tokens": 6, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 2},
        }
    ),
    "langfuse.observation.cost_details": json.dumps({"total": 0.002}),
    "langfuse.observation.completion_start_time": '"2023-11-14T22:13:20.250000Z"',
    "langfuse.observation.prompt.name": "greeting",
    "langfuse.observation.prompt.version": 3,
    "langfuse.observation.level": "DEFAULT",
    "langfuse.environment": "staging",
    "langfuse.release": "1.2",
    "langfuse.trace.name": "support",
    "langfuse.trace.tags": ["x"],
    "user.id": "u1",
    "session.id": "s1",
}


def test_a_generation_fills_the_canonical_columns() -> None:
    """As the OpenAI wrapper writes it: usage in OpenAI's form counts cached tokens in."""
    row = read(GENERATION, scope=SCOPE)
    assert picked(row, "convention", "operation_name", "is_model_call") == ("langfuse", "chat", True)
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert picked(row, "input_messages", "output_messages") == ([text("user", "Hi")], [text("assistant", "Hello")])
    assert picked(row, "input_tokens", "output_tokens", "cache_read_input_tokens") == (10, 4, 6)
    assert picked(row, "reasoning_output_tokens", "client_cost_usd") == (2, 0.002)
    assert picked(row, "request_temperature", "request_top_p", "request_max_tokens") == (1.0, 0.5, None)
    assert picked(row, "prompt_name", "prompt_version", "workflow_name") == ("greeting", "3", "support")
    assert picked(row, "environment", "release", "tags") == ("staging", "1.2", ["x"])
    assert picked(row, "user_id", "session_id", "model") == ("u1", "s1", "gpt-4o-2024-08-06")


def test_the_completion_start_time_gives_the_time_to_first_token() -> None:
    """An ISO date as a JSON string, less the span's start at 2023-11-14T22:13:20Z."""
    row = read(GENERATION, scope=SCOPE)
    assert picked(row, "time_to_first_token_ns", "is_streaming") == (250_000_000, True)


@pytest.mark.parametrize("said", ["soon", '"soon"', '"2023-11-14T22:13:19Z"', "17"])
def test_a_start_time_that_cannot_be_is_left_out(said: str) -> None:
    """Not a date, or before the span."""
    row = read({**GENERATION, "langfuse.observation.completion_start_time": said}, scope=SCOPE)
    assert row.get("time_to_first_token_ns") is None


def test_usage_in_langfuses_form_is_added_up() -> None:
    """Its keys exclude each other: the LangChain handler takes the cached tokens out of the input."""
    usage = {"input": 4, "output": 5, "total": 20, "input_cache_read": 6, "input_cache_creation": 2, "output_reasoning": 3}
    row = read({**GENERATION, "langfuse.observation.usage_details": json.dumps(usage)}, scope=SCOPE)
    assert picked(row, "input_tokens", "output_tokens") == (12, 8)
    assert picked(row, "cache_read_input_tokens", "cache_creation_input_tokens") == (6, 2)
    assert row["reasoning_output_tokens"] == 3


def test_anthropics_usage_beside_langfuses_names_is_added_up() -> None:
    """As Langfuse's documentation reports Anthropic's usage: input excludes the cache's tokens."""
    usage = {"input": 4, "output": 5, "cache_read_input_tokens": 6, "cache_creation_input_tokens": 2}
    row = read({**GENERATION, "langfuse.observation.usage_details": json.dumps(usage)}, scope=SCOPE)
    assert picked(row, "input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens") == (12, 6, 2)


def test_a_request_with_tools_keeps_all_that_it_says() -> None:
    """The OpenAI wrapper sends {tools, messages} when there are tools."""
    request = {"tools": [{"type": "function", "function": {"name": "f"}}], "messages": [{"role": "user", "content": "Hi"}]}
    row = read({**GENERATION, "langfuse.observation.input": json.dumps(request)}, scope=SCOPE)
    assert row["tool_definitions"] == [{"type": "function", "name": "f"}]
    assert row["input_messages"] == [text("user", "Hi")]
    assert row["input_value"] == json.dumps(request)


@pytest.mark.parametrize(
    ("kind", "operation"),
    [("agent", "invoke_agent"), ("chain", "task"), ("guardrail", "guardrail"), ("evaluator", "evaluation"), ("span", None)],
)
def test_steps_are_not_calls(kind: str, operation: str | None) -> None:
    """Observations that are no generation keep their values as sent."""
    row = read(
        {"langfuse.observation.type": kind, "langfuse.observation.input": '{"x": 1}', "langfuse.observation.output": "y"},
        scope=SCOPE,
    )
    assert picked(row, "operation_name", "is_model_call") == (operation, False)
    assert picked(row, "input_value", "output_value") == ('{"x": 1}', "y")


def test_a_tool_is_named_by_its_span() -> None:
    """Its input and output are arguments and result."""
    row = read(
        {"langfuse.observation.type": "tool", "langfuse.observation.input": '{"q": 1}', "langfuse.observation.output": "2"},
        scope=SCOPE,
        name="search",
    )
    assert picked(row, "tool_name", "tool_call_arguments", "tool_call_result") == ("search", '{"q": 1}', "2")


def test_retrieved_documents_are_listed() -> None:
    """LangChain's documents have page_content and metadata."""
    documents = [{"page_content": "It rains", "metadata": {"page": 1}, "type": "Document"}]
    row = read(
        {
            "langfuse.observation.type": "retriever",
            "langfuse.observation.input": "rain",
            "langfuse.observation.output": json.dumps(documents),
        },
        scope=SCOPE,
    )
    assert row["retrieval_query"] == "rain"
    assert row["retrieval_documents"] == [{"content": "It rains", "metadata": {"page": 1}}]


def test_what_was_used_in_part_stays_an_attribute() -> None:
    """Usage, cost and parameters hold more than columns do."""
    stayed = kept(read(GENERATION, scope=SCOPE))
    assert set(stayed) >= {
        "langfuse.observation.usage_details",
        "langfuse.observation.cost_details",
        "langfuse.observation.model.parameters",
        "langfuse.observation.level",
    }
    assert "langfuse.observation.input" not in stayed


def test_trace_attributes_do_not_make_a_span_langfuses() -> None:
    """Langfuse's processor writes them on the spans of other instrumentations too."""
    row = read({"langfuse.trace.name": "t", "openinference.span.kind": "LLM"}, scope="openinference.instrumentation.openai")
    assert row["convention"] == "openinference"
