"""What went into a step and what came out of it, where a dialect has one attribute for each, whatever the step is."""

from typing import Any

from watchglass.conventions.messages import conversation, holds_more, looks_like_messages, messages_of
from watchglass.conventions.parts import from_json, plain_text


def exchange(given: Any, answered: Any, *, is_model_call: bool) -> dict[str, Any]:
    """Read a step's input and output.

    Args:
        given: Input as sent: text, JSON text, or a plain value; None when not sent.
        answered: Output, the same.
        is_model_call: A model's input and output are messages even where they are bare text.

    Returns:
        input_messages, output_messages and system_instructions where there are messages; input_value and output_value,
        as sent, where there are none or where the value says more than its messages. All of it is in some column.
    """
    read_given, read_answered = from_json(given), from_json(answered)
    asked = messages_of(read_given) if is_model_call or looks_like_messages(read_given) else []
    told = messages_of(read_answered, "assistant") if is_model_call or looks_like_messages(read_answered) else []
    columns = conversation(asked, told)
    if given is not None and (not asked or holds_more(read_given)):
        columns["input_value"] = plain_text(given)
    if answered is not None and (not told or holds_more(read_answered)):
        columns["output_value"] = plain_text(answered)
    return columns


def documents_of(value: Any) -> list[dict[str, Any]]:
    """Turn documents that a retriever found into [{id, content, score, metadata}]; empty when there are none.

    Known shapes: LangChain's {page_content, metadata}, {id, content|text, score, metadata}, and bare text.
    """
    value = from_json(value)
    if isinstance(value, dict):
        value = next((value[key] for key in ("documents", "results", "nodes") if isinstance(value.get(key), list)), [])
    return [_document(item) for item in value] if isinstance(value, list) else []


def _document(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        return {"content": plain_text(item)}
    inner = item["kwargs"] if isinstance(item.get("kwargs"), dict) else item
    content = next((inner[key] for key in ("content", "page_content", "text", "document") if inner.get(key)), None)
    found = {
        "id": inner.get("id"),
        "content": content,
        "score": next((inner[key] for key in ("score", "relevance_score") if inner.get(key) is not None), None),
        "metadata": from_json(inner.get("metadata")),
    }
    return {key: value for key, value in found.items() if value is not None}
