"""Events that carry messages for their span, as log records or as span events."""

from collections.abc import Mapping
from typing import Any

import orjson

from watchglass.conventions.messages import conversation, instructions_of, messages_of
from watchglass.conventions.one_message import Message
from watchglass.conventions.parts import from_json

DETAILS = "gen_ai.client.inference.operation.details"
"""The event of the current conventions: whole conversations as attributes."""

CHOICE = "gen_ai.choice"
"""The deprecated event of one answer."""

MESSAGE_ROLES: Mapping[str, str] = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
"""The deprecated events of one prompt message each, and its role."""

PROMPT, COMPLETION = "gen_ai.content.prompt", "gen_ai.content.completion"
"""The oldest events: the whole prompt or answer in one attribute."""

MESSAGE_EVENTS = frozenset({DETAILS, CHOICE, *MESSAGE_ROLES, PROMPT, COMPLETION})
"""Names of all events that carry messages."""


def messages_of_event(event_name: str, body: Any, attributes: Mapping[str, Any]) -> dict[str, str]:
    """Read the messages that one event carries.

    Args:
        event_name: Name of the event.
        body: The log record's body as a plain value; None for a span event.
        attributes: The event's attributes as plain values.

    Returns:
        JSON of input_messages, output_messages and system_instructions, those that the event carries; empty for
        events that carry none. Never raises on what a client sent.
    """
    if event_name not in MESSAGE_EVENTS:
        return {}
    try:
        columns = columns_of_event(event_name, body, attributes)
        return {name: orjson.dumps(value, default=str).decode() for name, value in columns.items()}
    except (RecursionError, TypeError):  # nested deeper than JSON is written
        return {}


def columns_of_event(event_name: str, body: Any, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The same as plain lists of messages and parts.

    Raises:
        RecursionError: A value is nested too deeply.
    """
    if event_name == DETAILS:
        held = {**attributes, **body} if isinstance(body, dict) else attributes
        return conversation(
            messages_of(held.get("gen_ai.input.messages")),
            messages_of(held.get("gen_ai.output.messages"), "assistant"),
            instructions_of(held.get("gen_ai.system_instructions")),
        )
    if event_name == PROMPT:
        return conversation(messages_of(attributes.get("gen_ai.prompt")))
    if event_name == COMPLETION:
        return conversation([], messages_of(attributes.get("gen_ai.completion"), "assistant"))
    if event_name == CHOICE:
        return conversation([], [_choice(_said(body, attributes))])
    role = MESSAGE_ROLES.get(event_name)
    if role is None:
        return {}
    return conversation([_prompt_message(_said(body, attributes), role)])


def _said(body: Any, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What the event says: its body, the JSON in gen_ai.event.content, or its attributes."""
    said = from_json(attributes.get("gen_ai.event.content") if body in (None, "") else body)
    if isinstance(said, dict):
        return {**attributes, **said}
    return {**attributes, "content": said} if said not in (None, "") else dict(attributes)


def _prompt_message(said: Mapping[str, Any], role: str) -> Message:
    return messages_of({"content": None, **said, "role": said.get("role") or role})[0]


def _choice(said: Mapping[str, Any]) -> Message:
    held = from_json(said.get("message"))
    message = dict(held) if isinstance(held, dict) else {"content": said.get("content") if held is None else held}
    if not message.get("tool_calls") and said.get("tool_calls"):
        message["tool_calls"] = said["tool_calls"]
    read = messages_of({"content": None, **message, "role": message.get("role") or "assistant"})[0]
    reason = said.get("finish_reason")
    return {**read, "finish_reason": reason} if isinstance(reason, str) else read
