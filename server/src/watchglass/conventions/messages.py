"""Chat messages of every known shape in, OpenTelemetry's message JSON out: [{role, parts, finish_reason}].

Known shapes: OpenTelemetry's own, OpenAI's (chat completions and responses), Anthropic's, LangChain's, Vercel's,
Gemini's and Bedrock's; text that is JSON is read first. System messages are told apart once, here: they go to the
column system_instructions only, and never stay among the input messages, whichever dialect sent them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from watchglass.conventions.one_message import (
    PLAIN_ROLES,
    READ_KEYS,
    Message,
    blocks_of_text,
    canonical_role,
    is_message,
    is_role,
    read_message,
    with_reason,
)
from watchglass.conventions.parts import Part, from_json, is_known_block, parts_of, text_part

SYSTEM_ROLES = frozenset({"system", "developer"})
"""Roles whose messages are system instructions."""

_HOLDERS = ("messages", "choices", "contents", "generations", "candidates", "input", "output", "prompt")
"""Keys of requests and responses under which messages are."""

_SYSTEM_HOLDERS = ("system", "instructions", "system_instruction", "systemPrompt")
"""Keys of requests under which system instructions are."""


def messages_of(value: Any, default_role: str = "user") -> list[Message]:
    """Turn a prompt or an answer, in any known shape, into messages.

    Args:
        value: Text, JSON text, a message, a list of them, or a request or response that holds them.
        default_role: Role of what does not say its own.

    Returns:
        Messages; none when `value` holds none.
    """
    value = from_json(value)
    if value is None or value == "" or value == {}:
        return []
    if isinstance(value, list):
        return [message for item in value for message in _messages_of_item(item, default_role)]
    if isinstance(value, dict):
        return _messages_of_map(value, default_role)
    return [{"role": default_role, "parts": [text_part(value)]}]


def looks_like_messages(value: Any) -> bool:
    """Whether `value` (not JSON text, but what was read from it) is a message, a list of them, or holds such a list."""
    if isinstance(value, dict):
        return is_message(value) or any(looks_like_messages(value[key]) for key in _HOLDERS if key in value)
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, dict) and is_message(item) for item in value)


def holds_more(value: Any) -> bool:
    """Whether `value` says more than `messages_of` reads: a request's parameters, a message's metadata."""
    if isinstance(value, list):
        return any(holds_more(item) for item in value)
    return isinstance(value, dict) and not (is_message(value) and READ_KEYS.issuperset(value))


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
    if isinstance(value, dict) and not is_message(value) and not is_known_block(value):
        return [text_part(value)]
    if looks_like_messages(value):
        return [part for message in messages_of(value, "system") for part in message["parts"]]
    return parts_of(value)


def conversation(
    given: Sequence[Message], answered: Sequence[Message] = (), instructions: Sequence[Part] = ()
) -> dict[str, Any]:
    """The columns input_messages, output_messages and system_instructions; absent where there is nothing."""
    others, system = split_system(given)
    columns = {
        "input_messages": others,
        "output_messages": list(answered),
        "system_instructions": [*instructions, *(part for part in system if part not in instructions)],
    }
    return {name: value for name, value in columns.items() if value}


def _messages_of_item(item: Any, default_role: str) -> list[Message]:
    if isinstance(item, list):
        if len(item) == 2 and all(isinstance(word, str) for word in item) and is_role(item[0]):
            return [{"role": canonical_role(item[0]), "parts": parts_of(item[1])}]
        return [message for inner in item for message in _messages_of_item(inner, default_role)]
    if isinstance(item, dict):
        return _messages_of_map(item, default_role)
    return [] if item is None or item == "" else [{"role": default_role, "parts": [text_part(item)]}]


def _messages_of_map(value: Mapping[str, Any], default_role: str) -> list[Message]:
    role, content = value.get("role"), value.get("content")
    if len(value) == 2 and isinstance(content, str) and isinstance(role, str) and role in PLAIN_ROLES:
        # most messages are this, so they take the short way
        return [{"role": role, "parts": parts_of(blocks_of_text(content))}]
    if isinstance(value.get("message"), dict):
        return [with_reason(read_message(value["message"], default_role), value)]
    if is_message(value):
        return [read_message(value, default_role)]
    for key in _HOLDERS:
        if isinstance(value.get(key), list | str) and value[key]:
            system = parts_of(from_json(next((value[name] for name in _SYSTEM_HOLDERS if value.get(name)), None)))
            found = messages_of(value[key], default_role)
            return [{"role": "system", "parts": system}, *found] if system else found
    if isinstance(value.get("content"), dict) and "parts" in value["content"]:  # one of Gemini's candidates
        return [with_reason(read_message(value["content"], "assistant"), value)]
    if isinstance(value.get("text"), str) and "type" not in value:  # one of OpenAI's or LangChain's completions
        return [with_reason({"role": default_role, "parts": [text_part(value["text"])]}, value)]
    if "content" in value and value.get("type") in (None, "message"):
        return [read_message(value, default_role)]
    return [{"role": default_role, "parts": parts_of(value)}]
