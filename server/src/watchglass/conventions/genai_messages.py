"""Messages of one attribute, and those under OpenTelemetry's names whose parts are a dialect's own."""

from typing import Any

from watchglass.conventions.messages import conversation, holds_more, instructions_of, messages_of
from watchglass.conventions.one_message import Message
from watchglass.conventions.parts import from_json
from watchglass.conventions.span_view import SpanView


def messages_in(view: SpanView, key: str, default_role: str = "user") -> list[Message]:
    """Read an attribute's messages, and take it unless it says more than they do."""
    value = from_json(view.attributes.get(key))
    messages = messages_of(value, default_role)
    if messages and not holds_more(value):
        view.taken.add(key)
    return messages


def genai_conversation(view: SpanView) -> dict[str, Any]:
    """Read gen_ai.input.messages, gen_ai.output.messages and gen_ai.system_instructions of a span."""
    return conversation(
        messages_in(view, "gen_ai.input.messages"),
        messages_in(view, "gen_ai.output.messages", "assistant"),
        instructions_of(view.take("gen_ai.system_instructions")),
    )
