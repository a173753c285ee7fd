"""What nests in PydanticAI: parts of its own in OpenTelemetry's messages, whole conversations, and events as JSON."""

from typing import Any

from watchglass.conventions.genai_messages import genai_conversation, messages_in
from watchglass.conventions.log_events import MESSAGE_EVENTS, columns_of_event
from watchglass.conventions.messages import conversation
from watchglass.conventions.parts import from_json
from watchglass.conventions.span_view import SpanView


def build(view: SpanView) -> dict[str, object]:
    """Read the messages of a request, or of a whole agent run, which ends in its answer; see Build."""
    columns = genai_conversation(view)
    if "pydantic_ai.all_messages" in view.attributes:
        whole = messages_in(view, "pydantic_ai.all_messages")
        columns = {**columns, **_told_apart(whole, columns.get("system_instructions", []))}
    for key in ("events", "all_messages_events"):
        if not columns.keys() & {"input_messages", "output_messages"} and key in view.attributes:
            columns = {**columns, **messages_of_events(view, key)}
    return columns


def messages_of_events(view: SpanView, key: str) -> dict[str, Any]:
    """Messages of a JSON list of events, as PydanticAI (before version 2 of its instrumentation) and Logfire write it.

    A conversation that is all prompt, as an agent run's is, ends in its answer. A list that holds other events stays.
    """
    columns: dict[str, Any] = {}
    listed = from_json(view.attributes.get(key))
    events = [event for event in listed if isinstance(event, dict)] if isinstance(listed, list) else []
    names = [str(event.get("event.name")) for event in events]
    if events and len(events) == len(listed) and MESSAGE_EVENTS.issuperset(names):
        view.take(key)
    for name, event in zip(names, events, strict=True):
        for column, value in columns_of_event(name, event, {}).items():
            columns.setdefault(column, []).extend(value)
    if "output_messages" in columns or "input_messages" not in columns:
        return columns
    return {**columns, **_told_apart(columns["input_messages"], columns.get("system_instructions", []))}


def _told_apart(whole: list[dict[str, Any]], instructions: list[dict[str, Any]]) -> dict[str, Any]:
    """Split a conversation before the assistant's messages that end it."""
    end = len(whole)
    while end and whole[end - 1]["role"] == "assistant":
        end -= 1
    return conversation(whole[:end], whole[end:], instructions)
