"""Spans as OpenLLMetry writes them (instrumentations and traceloop-sdk 0.62.4, semantic conventions 0.5.1)."""

import json

import pytest

from conventions.reading import kept, picked, read, text


def test_a_chat_of_the_openai_instrumentation() -> None:
    """Since 0.5 its messages are OpenTelemetry's; the system message is among them."""
    row = read(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.is_streaming": True,
            "gen_ai.usage.input_tokens": 20,
            "gen_ai.usage.output_tokens": 7,
            "gen_ai.usage.total_tokens": 27,
            "gen_ai.usage.reasoning_tokens": 3,
            "gen_ai.user": "u1",
            "gen_ai.input.messages": json.dumps([text("system", "Be brief"), text("user", "Hi")]),
            "gen_ai.output.messages": json.dumps([text("assistant", "Hello", finish_reason="stop")]),
        },
        scope="opentelemetry.instrumentation.openai.v1",
        events=[{"name": "gen_ai.content.completion.chunk", "after_ns": 50_000_000}] * 3,
    )
    assert picked(row, "convention", "is_model_call", "is_streaming") == ("traceloop", True, True)
    assert picked(row, "reasoning_output_tokens", "time_to_first_token_ns", "user_id") == (3, 50_000_000, "u1")
    assert row["input_messages"] == [text("user", "Hi")]
    assert row["system_instructions"] == [{"type": "text", "content": "Be brief"}]
    assert kept(row) == {"gen_ai.usage.total_tokens": 27}


def test_a_chat_before_the_semantic_conventions_were_adopted() -> None:
    """llm.request.type instead of an operation, and flattened messages."""
    row = read(
        {
            "llm.request.type": "chat",
            "gen_ai.system": "OpenAI",
            "gen_ai.request.model": "gpt-4o",
            "llm.is_streaming": "False",
            "gen_ai.usage.prompt_tokens": 20,
            "gen_ai.usage.completion_tokens": 7,
            "llm.usage.total_tokens": 27,
            "llm.frequency_penalty": 0.5,
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": "Hi",
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "Hello",
            "traceloop.association.properties.session_id": "s1",
            "traceloop.association.properties.user_id": "u1",
            "traceloop.association.properties.plan": "pro",
        },
        scope="opentelemetry.instrumentation.openai.v1",
    )
    assert picked(row, "operation_name", "is_model_call", "provider_name") == ("chat", True, "openai")
    assert picked(row, "input_tokens", "output_tokens", "request_frequency_penalty") == (20, 7, 0.5)
    assert picked(row, "input_messages", "output_messages") == ([text("user", "Hi")], [text("assistant", "Hello")])
    assert picked(row, "session_id", "user_id") == ("s1", "u1")
    assert kept(row)["traceloop.association.properties.plan"] == "pro"


@pytest.mark.parametrize(
    ("kind", "operation"), [("workflow", "workflow"), ("task", "task"), ("agent", "invoke_agent"), ("tool", "execute_tool")]
)
def test_decorated_functions_are_steps(kind: str, operation: str) -> None:
    """traceloop.span.kind names them; none of them is a call."""
    row = read({"traceloop.span.kind": kind, "traceloop.entity.name": "answer"}, scope="traceloop.tracer")
    assert picked(row, "operation_name", "is_model_call") == (operation, False)


def test_an_entity_names_the_tool_or_the_agent() -> None:
    """And its input and output are the tool's arguments and result."""
    tool = read(
        {
            "traceloop.span.kind": "tool",
            "traceloop.entity.name": "weather",
            "traceloop.entity.input": '{"args": ["Oslo"]}',
            "traceloop.entity.output": '"12 C"',
            "traceloop.workflow.name": "chatbot",
        },
        scope="traceloop.tracer",
    )
    assert picked(tool, "tool_name", "tool_call_arguments", "tool_call_result") == (
        "weather",
        '{"args": ["Oslo"]}',
        '"12 C"',
    )
    assert tool["workflow_name"] == "chatbot"
    agent = read({"traceloop.span.kind": "agent", "traceloop.entity.name": "helper"}, scope="traceloop.tracer")
    assert agent["agent_name"] == "helper"


def test_a_langchain_tool_says_its_arguments_once() -> None:
    """The LangChain instrumentation writes input and output under two names."""
    said = '{"input_str": "Oslo"}'
    row = read(
        {
            "traceloop.span.kind": "tool",
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "weather",
            "gen_ai.tool.call.arguments": said,
            "traceloop.entity.input": said,
        },
        scope="opentelemetry.instrumentation.langchain",
    )
    assert picked(row, "tool_name", "tool_call_arguments", "input_value") == ("weather", said, None)


def test_a_langchain_chain_is_a_task() -> None:
    """Its operation is execute_task."""
    row = read(
        {"gen_ai.operation.name": "execute_task", "traceloop.span.kind": "task", "traceloop.entity.input": "{}"},
        scope="opentelemetry.instrumentation.langchain",
    )
    assert picked(row, "operation_name", "is_model_call", "input_value") == ("task", False, "{}")


def test_results_of_a_vector_database_are_documents() -> None:
    """They come as events."""
    row = read(
        {"gen_ai.operation.name": "vector_db_retrieve", "traceloop.span.kind": "task"},
        scope="opentelemetry.instrumentation.langchain",
        events=[
            {
                "name": "db.query.result",
                "attributes": {
                    "db.query.result.id": "d1",
                    "db.query.result.document": "It rains",
                    "db.query.result.score": 0.5,
                    "db.query.result.metadata": '{"page": 1}',
                },
            }
        ],
    )
    assert row["operation_name"] == "retrieval"
    assert row["retrieval_documents"] == [{"id": "d1", "content": "It rains", "score": 0.5, "metadata": {"page": 1}}]


def test_a_tool_of_langchain_is_unwrapped() -> None:
    """Arguments, result and call id come out of what LangChain's callbacks wrap them in, which is kept too."""
    given = {"input_str": "{'order_id': 'A-1'}", "tags": [], "inputs": {"order_id": "A-1"}, "kwargs": {"tool_call_id": "c1"}}
    message = {"lc": 1, "type": "constructor", "id": ["ToolMessage"], "kwargs": {"content": "On its way.", "status": "success"}}
    row = read(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "look_up_order",
            "traceloop.entity.name": "look_up_order",
            "traceloop.entity.input": json.dumps(given),
            "gen_ai.tool.call.arguments": json.dumps(given),
            "traceloop.entity.output": json.dumps({"output": message}),
            "gen_ai.tool.call.result": json.dumps({"output": message}),
        },
        scope="opentelemetry.instrumentation.langchain",
    )
    assert json.loads(row["tool_call_arguments"]) == {"order_id": "A-1"}
    assert picked(row, "tool_call_id", "tool_call_result") == ("c1", "On its way.")
    assert json.loads(row["input_value"]) == given
    assert json.loads(row["output_value"]) == {"output": message}


def test_a_retriever_of_langchain_is_unwrapped() -> None:
    """The query is what was asked, and the documents are listed."""
    row = read(
        {
            "gen_ai.operation.name": "vector_db_retrieve",
            "traceloop.entity.name": "Shelf",
            "traceloop.entity.input": json.dumps({"query": "refunds", "tags": ["map:key:context"]}),
            "traceloop.entity.output": json.dumps({"documents": [{"page_content": "Five days.", "metadata": {"id": 1}}]}),
        },
        scope="opentelemetry.instrumentation.langchain",
    )
    assert picked(row, "operation_name", "retrieval_query") == ("retrieval", "refunds")
    assert row["retrieval_documents"] == [{"content": "Five days.", "metadata": {"id": 1}}]
