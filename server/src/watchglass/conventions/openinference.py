"""What nests in OpenInference: flattened messages, tools and documents, and invocation parameters as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from watchglass.conventions.exchange import documents_of
from watchglass.conventions.flattened import unflatten
from watchglass.conventions.messages import conversation, messages_of
from watchglass.conventions.parts import from_json
from watchglass.conventions.request_parameters import parameters_of, tools_of
from watchglass.conventions.span_view import SpanView

MESSAGE_KEYS = frozenset(
    f"N.{rest}"
    for rest in (
        "message.role",
        "message.content",
        "message.name",
        "message.tool_call_id",
        "message.function_call_name",
        "message.function_call_arguments_json",
        "message.tool_calls.N.tool_call.id",
        "message.tool_calls.N.tool_call.function.name",
        "message.tool_calls.N.tool_call.function.arguments",
        "message.contents.N.tool_call.id",
        "message.contents.N.tool_call.function.name",
        "message.contents.N.tool_call.function.arguments",
        "message.contents.N.message_content.type",
        "message.contents.N.message_content.text",
        "message.contents.N.message_content.image.image.url",
        "message.contents.N.message_content.audio.audio.url",
        "message.contents.N.message_content.audio.audio.mime_type",
        "message.contents.N.message_content.video.video.url",
        "message.contents.N.message_content.document.document.url",
        "message.contents.N.message_content.document.document.mime_type",
    )
)
DOCUMENT_KEYS = frozenset(f"N.document.{name}" for name in ("id", "content", "score", "metadata"))
SHAPES = {
    "llm.input_messages": MESSAGE_KEYS,
    "llm.output_messages": MESSAGE_KEYS,
    "llm.tools": frozenset({"N.tool.json_schema"}),
    "llm.prompts": frozenset({"N.prompt.text"}),
    "llm.choices": frozenset({"N.completion.text"}),
    "retrieval.documents": DOCUMENT_KEYS,
    "reranker.output_documents": DOCUMENT_KEYS,
}


def build(view: SpanView) -> dict[str, object]:
    """Read messages, tools, parameters and documents; see Build."""
    flat = unflatten(view, SHAPES)
    given = _messages(flat.get("llm.input_messages", ()), "user")
    answered = _messages(flat.get("llm.output_messages", ()), "assistant")
    columns: dict[str, Any] = {**_completions(view, flat), **conversation(given, answered), **_models(view)}
    columns.update(parameters_of(view.attributes.get("llm.invocation_parameters")))
    if "llm.tools" in flat:
        columns["tool_definitions"] = tools_of([item["tool"]["json_schema"] for item in flat["llm.tools"]])
    for prefix in ("reranker.output_documents", "retrieval.documents"):
        if prefix in flat:
            columns["retrieval_documents"] = documents_of([item["document"] for item in flat[prefix]])
    vector = from_json(view.attributes.get("embedding.embeddings.0.embedding.vector"))
    if isinstance(vector, list) and vector:
        columns["embedding_dimensions"] = len(vector)
    return columns


def _messages(items: Sequence[Any], default_role: str) -> list[dict[str, Any]]:
    return messages_of([_message(item["message"]) for item in items], default_role)


def _message(flat: Mapping[str, Any]) -> dict[str, Any]:
    """One message in OpenAI's form."""
    message: dict[str, Any] = {"role": flat.get("role"), "content": flat.get("content")}
    if "contents" in flat:
        blocks = [_block(item) for item in flat["contents"]]
        message["content"] = [{"type": "text", "text": flat["content"]}, *blocks] if flat.get("content") else blocks
    if "tool_calls" in flat:
        message["tool_calls"] = [item["tool_call"] for item in flat["tool_calls"]]
    message.update({key: flat[key] for key in ("name", "tool_call_id") if key in flat})
    if flat.get("function_call_name"):
        arguments = flat.get("function_call_arguments_json")
        message["function_call"] = {"name": flat["function_call_name"], "arguments": arguments}
    return message


def _block(item: Mapping[str, Any]) -> dict[str, Any]:
    if "tool_call" in item:
        return {"type": "tool_call", **item["tool_call"]}
    flat = item["message_content"]
    for kind in ("image", "audio", "video", "document"):
        held = flat.get(kind)
        if isinstance(held, dict) and isinstance(held.get(kind), dict):
            return {"type": kind, "source": held[kind], "mime_type": held[kind].get("mime_type")}
    kind = flat.get("type", "text")
    return {"type": kind if isinstance(kind, str) else "text", "text": flat.get("text", "")}


def _models(view: SpanView) -> dict[str, Any]:
    """Before request and response models had their own keys, llm.model_name was overwritten by the response's.

    A call that failed has no response, so that only its parameters name the model.
    """
    asked = from_json(view.attributes.get("llm.invocation_parameters"))
    if "llm.request.model_name" in view.attributes or not isinstance(asked, dict):
        return {}
    if not isinstance(asked.get("model"), str):
        return {}
    answered = view.take("llm.model_name")
    return {"request_model": asked["model"], **({"response_model": answered} if answered else {})}


def _completions(view: SpanView, flat: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Text completions: prompts and choices instead of messages."""
    prompts = [item["prompt"]["text"] for item in flat.get("llm.prompts", ())]
    texts = [item["completion"]["text"] for item in flat.get("llm.choices", ())]
    if not prompts and "llm.prompts" in view.attributes:
        listed = from_json(view.take("llm.prompts"))
        prompts = listed if isinstance(listed, list) else [listed]
    if not prompts and not texts:
        return {}
    return {"operation_name": "text_completion", **conversation(messages_of(prompts), messages_of(texts, "assistant"))}
