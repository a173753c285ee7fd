"""What nests in OpenLLMetry: whose name an entity is, what a database found, and LangChain's steps in their wrapping."""

from collections.abc import Mapping
from typing import Any

from watchglass.conventions.exchange import documents_of
from watchglass.conventions.parts import from_json
from watchglass.conventions.span_view import SpanView

RESULT_EVENTS = ("db.query.result", "db.search.result")


def build(view: SpanView) -> dict[str, object]:
    """Read the entity's name and the results that came as events; see Build."""
    columns: dict[str, Any] = {}
    kind, name = view.attributes.get("traceloop.span.kind"), view.attributes.get("traceloop.entity.name")
    if kind == "tool" and not view.fields.get("tool_name"):
        columns["tool_name"] = name
    if kind == "agent" and not view.fields.get("agent_name"):
        columns["agent_name"] = name
    found = [
        {key.rpartition(".")[2]: value for key, value in event.attributes.items()}
        for event in view.events
        if event.name in RESULT_EVENTS
    ]
    if found:
        columns["retrieval_documents"] = documents_of(found)
    operation = view.fields.get("operation_name")
    if operation == "execute_tool":
        columns.update(_langchain_tool(view.fields))
    elif operation == "retrieval":
        columns.update(_langchain_retrieval(view.fields))
    return columns


def _langchain_tool(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments and the result of a tool, which LangChain's callbacks wrap in the call's circumstances.

    They are unwrapped where the step's values, which hold the same, keep the wrapping.
    """
    given, answered = _read_map(fields, "tool_call_arguments"), _read_map(fields, "tool_call_result")
    columns: dict[str, Any] = {}
    if "input_str" in given and fields.get("input_value"):
        columns["tool_call_arguments"] = given.get("inputs") or given["input_str"]
        call_id = _inner(given, "kwargs").get("tool_call_id")
        if call_id and not fields.get("tool_call_id"):
            columns["tool_call_id"] = call_id
    message = _inner(_inner(answered, "output"), "kwargs")
    if "content" in message and fields.get("output_value"):
        columns["tool_call_result"] = message["content"]
    return columns


def _langchain_retrieval(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The query and the documents of a retriever; the values that wrap them stay."""
    columns: dict[str, Any] = {}
    query = _read_map(fields, "input_value").get("query")
    if query:
        columns["retrieval_query"] = query
    documents = documents_of(_read_map(fields, "output_value"))
    if documents:
        columns["retrieval_documents"] = documents
    return columns


def _read_map(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    read = from_json(fields.get(name))
    return read if isinstance(read, dict) else {}


def _inner(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, dict) else {}
