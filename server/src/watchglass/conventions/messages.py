"""Chat messages of every known shape in, OpenTelemetry's message JSON out: [{role, parts, finish_reason}].

Known shapes: OpenTelemetry's own, OpenAI's (chat completions and responses), Anthropic's, LangChain's, Vercel's,
Gemini's and Bedrock's; text that is JSON is read first. System messages are told apart once, here: they go to the
column system_instructions only, and never stay among the input messages, whichever dialect sent them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from watchglass.conventions.parts import (
    Part,
    from_json,
    parts_of,
    reasoning_part,
    text_part,
    tool_call_part,
    tool_response_part,
)

Message = dict[str, Any]

ROLES: Mapping[str, str] = {
    "human": "user",
    "ai": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "function": "tool",
    "humanmessage": "user",
    "aimessage": "assistant",
    "aimessagechunk": "assistant",
    "systemmessage": "system",
    "toolmessage": "tool",
    "functionmessage": "tool",
}
"""Roles that some dialects call by another name."""

SYSTEM_ROLES = frozenset({"system", "developer"})
"""Roles whose messages are system instructions."""

_ITEM_ROLES = {"function_call": "assistant", "reasoning": "assistant", "function_call_output": "tool"}
"""Items of OpenAI's responses that are no messages, and who says them."""


def canonical_role(role: Any, default: str = "user") -> str:
    """OpenTelemetry's name of a role, `default` where there is none."""
    name = role.lower() if isinstance(role, str) and role else default
    return ROLES.get(name, name)


def messages_of(value: Any, default_role: str = "user") -> list[Message]:
    """Turn a prompt or an answer, in any known shape, into messages.

    Args:
        value: Text, JSON text, a message, a list of them, or a request or response that holds them.
        default_role: Role of what does not say its own.

    Returns:
        Messages; none when `value` holds none.
    """
    value = from_json(value)
    if value is None or value == "" or value == [] or value == {}:
        return []
    if isinstance(value, Mapping):
        return _messages_of_map(value, default_role)
    if isinstance(value, list):
        return [message for item in value for message in _messages_of_item(item, default_role)]
    return [{"role": default_role, "parts": [text_part(value)]}]


def looks_like_messages(value: Any) -> bool:
    """Whether `value` (not JSON text, but what was read from it) is a message, a list of them, or holds such a list."""
    if isinstance(value, Mapping):
        return _is_message(value) or any(looks_like_messages(value[key]) for key in _HOLDERS if key in value)
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) and _is_message(item) for item in value)


def split_system(messages: Sequence[Message]) -> tuple[list[Message], list[Part]]:
    """Tell system messages from the rest.

    Returns:
        The other messages, and the parts of the system messages.
    """
    others = [message for message in messages if message["role"] not in SYSTEM_ROLES]
    instructions = [part for message in messages if message["role"] in SYSTEM_ROLES for part in message["parts"]]
    return others, instructions


def instructions_of(value: Any) -> list[Part]:
    """Turn system instructions (text, parts, or messages) into parts."""
    value = from_json(value)
    if looks_like_messages(value):
        return [part for message in messages_of(value, "system") for part in message["parts"]]
    return parts_of(value)


def conversation(given: Sequence[Message], answered: Sequence[Message] = (), instructions: Sequence[Part] = ()) -> dict[str, Any]:
    """The columns input_messages, output_messages and system_instructions; absent where there is nothing."""
    others, system = split_system(given)
    columns = {
        "input_messages": others,
        "output_messages": list(answered),
        "system_instructions": [*instructions, *system],
    }
    return {name: value for name, value in columns.items() if value}


_HOLDERS = ("messages", "choices", "contents", "generations", "candidates")
"""Keys of requests and responses under which messages are listed."""


def _is_message(value: Mapping[str, Any]) -> bool:
    if "role" in value:
        return any(key in value for key in ("content", "parts", "tool_calls", "contents", "function_call"))
    if value.get("type") in _ITEM_ROLES:
        return True
    if isinstance(value.get("message"), Mapping):
        return True
    return _langchain_role(value) is not None


def _langchain_role(value: Mapping[str, Any]) -> str | None:
    """The role of a LangChain message: {type: human, content}, or a serialised constructor."""
    kind = value.get("type")
    if kind == "constructor" and isinstance(value.get("id"), list) and value["id"]:
        kind = str(value["id"][-1])
    if not isinstance(kind, str) or not any(isinstance(value.get(key), Mapping) for key in ("kwargs", "data")):
        if "content" not in value or kind not in ("human", "ai", "system", "tool", "function", "AIMessageChunk"):
            return None
    return canonical_role(kind) if str(kind).lower() in ROLES or kind in ("system", "tool") else None


def _messages_of_item(item: Any, default_role: str) -> list[Message]:
    if isinstance(item, list):
        if len(item) == 2 and isinstance(item[0], str) and isinstance(item[1], str) and _is_role(item[0]):
            return [{"role": canonical_role(item[0]), "parts": parts_of(item[1])}]
        return [message for inner in item for message in _messages_of_item(inner, default_role)]
    if isinstance(item, Mapping):
        return _messages_of_map(item, default_role)
    return [] if item is None else [{"role": default_role, "parts": [text_part(item)]}]


def _is_role(word: str) -> bool:
    return word in ("user", "assistant", "system", "tool", "developer") or word in ROLES


def _messages_of_map(value: Mapping[str, Any], default_role: str) -> list[Message]:
    if isinstance(value.get("message"), Mapping):
        return [_with_reason(_message(value["message"], default_role), value)]
    if _is_message(value):
        return [_message(value, default_role)]
    for key in _HOLDERS:
        if isinstance(value.get(key), list):
            found = messages_of(value[key], default_role)
            system = parts_of(from_json(value.get("system") or value.get("systemPrompt")))
            return [{"role": "system", "parts": system}, *found] if system else found
    if isinstance(value.get("content"), Mapping) and "parts" in value["content"]:  # one of Gemini's candidates
        return [_with_reason(_message(value["content"], "assistant"), value)]
    if "content" in value and value.get("type") in (None, "message"):
        return [_message(value, default_role)]
    return [{"role": default_role, "parts": parts_of(value)}]


def _with_reason(message: Message, choice: Mapping[str, Any]) -> Message:
    reason = next((choice[key] for key in ("finish_reason", "finishReason", "stop_reason") if choice.get(key)), None)
    return {**message, "finish_reason": reason} if isinstance(reason, str) else message


def _message(value: Mapping[str, Any], default_role: str) -> Message:
    inner = next((value[key] for key in ("kwargs", "data") if isinstance(value.get(key), Mapping)), None)
    lang_role = _langchain_role(value)
    if inner is not None and lang_role is not None:
        value = inner
    kind = value.get("type")
    role = lang_role or canonical_role(value.get("role"), _ITEM_ROLES.get(kind, default_role) if isinstance(kind, str) else default_role)
    if kind in _ITEM_ROLES:
        return {"role": role, "parts": parts_of(value)}
    message: Message = {"role": role, "parts": _parts(value, role)}
    if isinstance(value.get("name"), str) and value["name"] and role != "tool":
        message["name"] = value["name"]
    return _with_reason(_with_reason(message, value.get("response_metadata") or {}), value)


def _parts(value: Mapping[str, Any], role: str) -> list[Part]:
    content = next((value[key] for key in ("parts", "content", "contents") if value.get(key) is not None), None)
    call_id = value.get("tool_call_id") or (value.get("id") if role == "tool" else None)
    if role == "tool" and "parts" not in value and (call_id is not None or not _has_tool_blocks(content)):
        return [tool_response_part(call_id if call_id is not None else value.get("name"), content)]
    parts: list[Part] = []
    reasoning = next((value[key] for key in ("reasoning_content", "reasoning") if isinstance(value.get(key), str)), "")
    if reasoning:
        parts.append(reasoning_part(reasoning))
    parts += parts_of(content)
    if isinstance(value.get("refusal"), str) and value["refusal"]:
        parts.append({"type": "refusal", "content": value["refusal"]})
    known = {part.get("id") for part in parts if part.get("type") == "tool_call"}
    calls = value.get("tool_calls")
    if not calls and isinstance(value.get("additional_kwargs"), Mapping):
        calls = value["additional_kwargs"].get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        # Anthropic's content as LangChain keeps it holds the calls once more
        parts += [part for part in parts_of([{"type": "function", **call}] if isinstance(call, Mapping) else call) if part.get("id") is None or part["id"] not in known]
    call = value.get("function_call")
    if isinstance(call, Mapping):
        parts.append(tool_call_part(None, call.get("name"), call.get("arguments")))
    return parts


def _has_tool_blocks(content: Any) -> bool:
    return any(part.get("type") == "tool_call_response" for part in parts_of(content)) if isinstance(content, list) else False
