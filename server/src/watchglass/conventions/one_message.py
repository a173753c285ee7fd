"""One chat message of any known shape in, a canonical message out: {role, parts, finish_reason}."""

from collections.abc import Mapping, Sequence
from typing import Any

from watchglass.conventions.parts import (
    Part,
    from_json,
    is_known_block,
    parts_of,
    reasoning_part,
    tool_call_part,
    tool_response_part,
)

Message = dict[str, Any]

ROLES: Mapping[str, str] = {
    "human": "user",
    "humanmessage": "user",
    "ai": "assistant",
    "aimessage": "assistant",
    "aimessagechunk": "assistant",
    "model": "assistant",
    "systemmessage": "system",
    "function": "tool",
    "functionmessage": "tool",
    "toolmessage": "tool",
}
"""Roles that some dialects call by another name."""

PLAIN_ROLES = frozenset({"user", "assistant", "system", "developer"})
"""Roles that are canonical as they are, and whose content is content."""

_ITEM_ROLES = {"function_call": "assistant", "reasoning": "assistant", "function_call_output": "tool"}
"""Items of OpenAI's responses that are no messages, and who says them."""

_LANGCHAIN_TYPES = ("human", "ai", "system", "tool", "function", "AIMessageChunk")

READ_KEYS = frozenset(
    {
        "role",
        "content",
        "parts",
        "contents",
        "tool_calls",
        "function_call",
        "tool_call_id",
        "name",
        "refusal",
        "reasoning_content",
        "reasoning",
        "finish_reason",
        "type",
        "id",
        "call_id",
        "arguments",
        "output",
        "summary",
        "message",
        "index",
    }
)
"""Keys of a message, or of what wraps one, that are all read."""


def canonical_role(role: Any, default: str = "user") -> str:
    """OpenTelemetry's name of a role, `default` where there is none."""
    name = role.lower() if isinstance(role, str) and role else default
    return ROLES.get(name, name)


def is_message(value: Mapping[str, Any]) -> bool:
    """Whether a map is a message of some known shape, or one of the items that stand beside messages."""
    if "role" in value:
        return any(key in value for key in ("content", "parts", "tool_calls", "contents", "function_call"))
    kind = value.get("type")
    if isinstance(kind, str) and kind in _ITEM_ROLES:
        return True
    return isinstance(value.get("message"), dict) or _langchain_role(value) is not None


def _langchain_role(value: Mapping[str, Any]) -> str | None:
    """The role of a LangChain message: {type: human, content}, {type: human, data}, or a serialised constructor."""
    kind = value.get("type")
    if kind == "constructor" and isinstance(value.get("kwargs"), dict):
        path = value.get("id")
        name = str(path[-1]).lower() if isinstance(path, list) and path else ""
        return ROLES[name] if name.endswith(("message", "messagechunk")) and name in ROLES else None
    holds = isinstance(value.get("data"), dict) or "content" in value
    return canonical_role(kind) if holds and isinstance(kind, str) and kind in _LANGCHAIN_TYPES else None


def is_role(word: str) -> bool:
    """Whether a word is a role in some dialect."""
    return word in ("user", "assistant", "system", "tool", "developer") or word in ROLES


def with_reason(message: Message, choice: Mapping[str, Any]) -> Message:
    """Add the finish reason that stands beside a message, in its choice or its metadata."""
    reason = next((choice[key] for key in ("finish_reason", "finishReason", "stop_reason") if choice.get(key)), None)
    return {**message, "finish_reason": reason} if isinstance(reason, str) else message


def read_message(value: Mapping[str, Any], default_role: str) -> Message:
    """Read a message that `is_message` knows, or a map with content; `default_role` is for one that says none."""
    langchain_role = _langchain_role(value)
    if langchain_role is not None:
        value = next((value[key] for key in ("kwargs", "data") if isinstance(value.get(key), dict)), value)
    kind = value.get("type")
    item_role = _ITEM_ROLES.get(kind) if isinstance(kind, str) else None
    role = langchain_role or canonical_role(value.get("role"), item_role or default_role)
    if item_role is not None and "role" not in value:
        return {"role": role, "parts": parts_of(value)}
    message: Message = {"role": role, "parts": _parts(value, role)}
    if isinstance(value.get("name"), str) and value["name"] and role != "tool":
        message["name"] = value["name"]
    metadata = value.get("response_metadata")
    return with_reason(with_reason(message, metadata if isinstance(metadata, dict) else {}), value)


def _parts(value: Mapping[str, Any], role: str) -> list[Part]:
    content = next((value[key] for key in ("parts", "content", "contents") if value.get(key) is not None), None)
    content = blocks_of_text(content)
    if role == "tool" and not _holds_responses(content):
        call_id = next((value[key] for key in ("tool_call_id", "id", "name") if value.get(key)), None)
        return [tool_response_part(call_id, content)]
    parts: list[Part] = []
    reasoning = next((value[key] for key in ("reasoning_content", "reasoning") if isinstance(value.get(key), str)), "")
    if reasoning:
        parts.append(reasoning_part(reasoning))
    parts += parts_of(content)
    if isinstance(value.get("refusal"), str) and value["refusal"]:
        parts.append({"type": "refusal", "content": value["refusal"]})
    return parts + _calls_beside(value, parts)


def _calls_beside(value: Mapping[str, Any], parts: Sequence[Part]) -> list[Part]:
    """Tool calls that are listed beside the content; Anthropic's content, as LangChain keeps it, has them too."""
    known = [part.get("id") for part in parts if part.get("type") == "tool_call"]
    calls = from_json(value.get("tool_calls"))
    more = value.get("additional_kwargs")
    if not calls and isinstance(more, dict):
        calls = more.get("tool_calls")
    found = [
        part
        for call in (calls if isinstance(calls, list) else [])
        if isinstance(call, dict)
        for part in parts_of([{**call, "type": "tool_call"}])
        if part.get("id") is None or part["id"] not in known
    ]
    call = value.get("function_call")
    if isinstance(call, dict):
        found.append(tool_call_part(None, call.get("name"), call.get("arguments")))
    return found


def blocks_of_text(content: Any) -> Any:
    """Content blocks that were written as JSON text, as attributes are; other text stays text."""
    if isinstance(content, str) and content.lstrip().startswith("[{"):
        blocks = from_json(content)
        if isinstance(blocks, list) and all(is_known_block(block) for block in blocks):
            return blocks
    return content


def _holds_responses(content: Any) -> bool:
    return isinstance(content, list) and any(part.get("type") == "tool_call_response" for part in parts_of(content))
