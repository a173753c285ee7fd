"""Content blocks of every known shape in, canonical message parts out.

A canonical part is one of OpenTelemetry's: {type: text, content}, {type: tool_call, id, name, arguments},
{type: tool_call_response, id, response}, {type: reasoning, content}, {type: blob, modality, mime_type, content},
{type: uri, modality, mime_type, uri}, {type: file, modality, mime_type, file_id}. A block of no known shape is kept
as it came, as OpenTelemetry's generic part.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

Part = dict[str, Any]

LANGFUSE_MEDIA = "@@@langfuseMedia:type="
"""What Langfuse writes in place of media that it uploads elsewhere: a reference."""

MAX_ENCODINGS = 3
"""How often text is read as JSON that holds JSON."""


def from_json(value: Any) -> Any:
    """Read text that is JSON, or JSON written as a JSON string; anything else comes back as it is."""
    for _ in range(MAX_ENCODINGS):
        if not isinstance(value, str) or not value.lstrip().startswith(("{", "[", '"')):
            return value
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def plain_text(value: Any) -> str:
    """A value as people read it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def text_part(content: Any) -> Part:
    """A part of text."""
    return {"type": "text", "content": plain_text(content)}


def reasoning_part(content: Any) -> Part:
    """A part of the model's reasoning."""
    return {"type": "reasoning", "content": plain_text(content)}


def tool_call_part(call_id: Any, name: Any, arguments: Any) -> Part:
    """A tool call that the model asks for; arguments that are JSON text are read."""
    return {"type": "tool_call", "id": call_id, "name": name, "arguments": from_json(arguments)}


def tool_response_part(call_id: Any, response: Any) -> Part:
    """The answer of a tool; the only text of a list of blocks is unwrapped."""
    if isinstance(response, list) and len(response) == 1:
        only = parts_of(response)
        if len(only) == 1 and only[0].get("type") == "text":
            response = only[0]["content"]
    return {"type": "tool_call_response", "id": call_id, "response": response}


def media_part(source: Any, mime_type: Any = None, modality: str = "") -> Part:
    """An image, a sound or a file: inline data (a data URL or base64 text) as blob, an address as uri."""
    mime = mime_type if isinstance(mime_type, str) and mime_type else None
    address = source if isinstance(source, str) else plain_text(source)
    content: str | None = None
    if address.startswith(LANGFUSE_MEDIA):
        mime = mime or address[len(LANGFUSE_MEDIA) :].split("|", 1)[0]
    elif address.startswith("data:"):
        header, _, content = address[len("data:") :].partition(",")
        mime = mime or header.split(";", 1)[0] or None
    elif "://" not in address[:32]:
        content = address
    kind = modality or _modality(mime)
    if content is None:
        return {"type": "uri", "modality": kind, "mime_type": mime, "uri": address}
    return {"type": "blob", "modality": kind, "mime_type": mime, "content": content}


def parts_of(content: Any) -> list[Part]:
    """Turn a message's content, in any known shape, into parts; nothing gives none."""
    if content is None or content == "":
        return []
    if isinstance(content, list):
        return [part for block in content for part in _block_parts(block)]
    if isinstance(content, dict):
        return _block_parts(content)
    return [text_part(content)]


def is_known_block(block: Any) -> bool:
    """Whether `block` is a content block of a type that is known here."""
    return isinstance(block, dict) and isinstance(block.get("type"), str) and block["type"] in _TYPED


def _block_parts(block: Any) -> list[Part]:
    if not isinstance(block, dict):
        return [text_part(block)] if isinstance(block, list) else parts_of(block)
    kind = block.get("type")
    if isinstance(kind, str):
        read = _TYPED.get(kind)
    else:
        read = next((reader for key, reader in _UNTYPED.items() if key in block), None)
    part = read(block) if read else None
    if part is not None:
        return [part]
    return [dict(block) if isinstance(kind, str) else text_part(block)]


def _modality(mime_type: str | None) -> str:
    kind = (mime_type or "").split("/", 1)[0]
    return kind if kind in ("image", "audio", "video") else "document" if kind in ("application", "text") else "image"


def _first(block: Mapping[str, Any], *keys: str) -> Any:
    return next((block[key] for key in keys if block.get(key) is not None), None)


def _text(block: Mapping[str, Any]) -> Part | None:
    content = _first(block, "content", "text", "value")
    return None if content is None else text_part(content)


def _reasoning(block: Mapping[str, Any]) -> Part | None:
    content = _first(block, "content", "thinking", "text", "reasoning")
    if content is None and isinstance(block.get("summary"), list):
        content = "\n".join(plain_text(item.get("text")) for item in block["summary"] if isinstance(item, dict))
    return None if content is None else reasoning_part(content)


def _bedrock_reasoning(block: Mapping[str, Any]) -> Part | None:
    inner = block["reasoningContent"]
    text = inner.get("reasoningText") if isinstance(inner, dict) else None
    return _reasoning(text) if isinstance(text, dict) else None


def _tool_call(block: Mapping[str, Any]) -> Part | None:
    inner = block.get("function")
    named = inner if isinstance(inner, dict) else block
    call_id = _first(block, "id", "call_id", "toolCallId", "tool_call_id")
    name = _first(named, "name", "toolName", "tool_name")
    return tool_call_part(call_id, name, _first(named, "arguments", "input", "args"))


def _tool_response(block: Mapping[str, Any]) -> Part | None:
    call_id = _first(block, "id", "tool_use_id", "call_id", "toolCallId", "tool_call_id")
    response = _first(block, "response", "result", "output", "content")
    if isinstance(response, dict) and set(response) == {"type", "value"}:
        response = response["value"]
    return tool_response_part(call_id, response)


def _wrapped_call(key: str) -> Callable[[Mapping[str, Any]], Part | None]:
    """Gemini's and Bedrock's calls: {function_call: {id, name, args}}, {toolUse: {toolUseId, name, input}}."""

    def read(block: Mapping[str, Any]) -> Part | None:
        inner = block[key]
        if not isinstance(inner, dict):
            return None
        return tool_call_part(_first(inner, "id", "toolUseId"), inner.get("name"), _first(inner, "args", "input"))

    return read


def _wrapped_response(key: str) -> Callable[[Mapping[str, Any]], Part | None]:
    def read(block: Mapping[str, Any]) -> Part | None:
        inner = block[key]
        if not isinstance(inner, dict):
            return None
        return tool_response_part(_first(inner, "id", "toolUseId", "name"), _first(inner, "response", "content"))

    return read


def _media(block: Mapping[str, Any]) -> Part | None:
    """OpenAI's image_url and input_image, Anthropic's and LangChain's image and document, Vercel's image and file.

    OpenTelemetry's own file part has its reference in `file_id`, as OpenAI's has.
    """
    modality = _MODALITIES.get(str(block.get("type")), "")
    inner = _first(block, "image_url", "source", "input_audio", "file", "image", "audio")
    mime = _first(block, "mime_type", "mediaType", "media_type", "mimeType")
    if isinstance(inner, dict):
        mime = mime or _first(inner, "media_type", "mime_type", "mediaType")
        if mime is None and isinstance(inner.get("format"), str):
            mime = f"{modality or 'image'}/{inner['format']}"
        source = _first(inner, "url", "data", "bytes", "file_data", "uri")
        if isinstance(inner.get("source"), dict):
            source = _first(inner["source"], "bytes", "url", "data")
        reference = _first(inner, "file_id")
    else:
        source = inner if inner is not None else _first(block, "data", "base64", "url", "uri", "content")
        reference = block.get("file_id")
    if source is not None:
        return media_part(source, mime, modality)
    if reference is not None:
        return {"type": "file", "modality": modality or _modality(mime), "mime_type": mime, "file_id": reference}
    return None


def _stored(block: Mapping[str, Any]) -> Part | None:
    """OpenTelemetry's own blob and uri, as some write them: a data URL as uri, media_type for mime_type."""
    mime = _first(block, "mime_type", "media_type")
    modality = _first(block, "modality") or _modality(mime)
    if block["type"] == "uri" and str(block.get("uri")).startswith("data:"):
        return media_part(block["uri"], mime, str(modality))
    others = {key: value for key, value in block.items() if key != "media_type"}
    return {**others, "modality": modality, "mime_type": mime}


def _gemini_data(key: str, field: str) -> Callable[[Mapping[str, Any]], Part | None]:
    """Gemini's media: {inline_data: {mime_type, data}}, {fileData: {mimeType, fileUri}}."""

    def read(block: Mapping[str, Any]) -> Part | None:
        inner = block[key]
        if not isinstance(inner, dict) or inner.get(field) is None:
            return None
        return media_part(inner[field], _first(inner, "mime_type", "mimeType"))

    return read


_MODALITIES = {
    "input_audio": "audio",
    "audio": "audio",
    "audio-url": "audio",
    "video": "video",
    "video-url": "video",
    "document": "document",
    "document-url": "document",
}

_Reader = Callable[[Mapping[str, Any]], Part | None]

_TYPED: Mapping[str, _Reader] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _text),
    **dict.fromkeys(("reasoning", "thinking"), _reasoning),
    **dict.fromkeys(("tool_call", "tool_use", "tool-call", "function_call", "function"), _tool_call),
    **dict.fromkeys(("tool_call_response", "tool_result", "tool-result", "function_call_output"), _tool_response),
    **dict.fromkeys(
        ("image_url", "input_image", "image", "input_audio", "audio", "video", "file", "input_file", "document"), _media
    ),
    **dict.fromkeys(("blob", "uri"), _stored),
    # PydanticAI's own, before its version 4 of the instrumentation
    **dict.fromkeys(("image-url", "audio-url", "video-url", "document-url", "binary"), _media),
}
"""Readers by a block's `type`."""

_UNTYPED: Mapping[str, _Reader] = {
    "text": _text,
    "function_call": _wrapped_call("function_call"),
    "functionCall": _wrapped_call("functionCall"),
    "toolUse": _wrapped_call("toolUse"),
    "function_response": _wrapped_response("function_response"),
    "functionResponse": _wrapped_response("functionResponse"),
    "toolResult": _wrapped_response("toolResult"),
    "inline_data": _gemini_data("inline_data", "data"),
    "inlineData": _gemini_data("inlineData", "data"),
    "file_data": _gemini_data("file_data", "file_uri"),
    "fileData": _gemini_data("fileData", "fileUri"),
    "reasoningContent": _bedrock_reasoning,
    "image": _media,
}
"""Readers of blocks without a `type` (Gemini's, Bedrock's), by the key that gives them away."""
