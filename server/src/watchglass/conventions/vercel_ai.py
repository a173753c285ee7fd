"""What nests in the Vercel AI SDK: prompts and tools as JSON, and the answer's parts under a key each."""

from typing import Any

from watchglass.conventions.genai_messages import messages_in
from watchglass.conventions.messages import conversation, messages_of
from watchglass.conventions.parts import Part, from_json, parts_of, reasoning_part, text_part
from watchglass.conventions.request_parameters import tools_of
from watchglass.conventions.span_view import SpanView


def build(view: SpanView) -> dict[str, object]:
    """Read prompt, tools and answer; see Build."""
    columns: dict[str, Any] = {}
    tools = tools_of(view.attributes.get("ai.prompt.tools"))
    if tools:
        columns["tool_definitions"] = tools
        view.take("ai.prompt.tools")
    return {**columns, **conversation(_prompt(view), _answer(view))}


def _prompt(view: SpanView) -> list[dict[str, Any]]:
    """ai.prompt.messages of the inner span, or {system, prompt, messages} in ai.prompt of the outer one."""
    if "ai.prompt.messages" in view.attributes:
        return messages_in(view, "ai.prompt.messages")
    said = from_json(view.attributes.get("ai.prompt"))
    if not isinstance(said, dict) or not said.keys() <= {"system", "prompt", "messages"}:
        return messages_in(view, "ai.prompt")
    view.take("ai.prompt")
    system = [{"role": "system", "content": said["system"]}] if said.get("system") else []
    return messages_of(system) + messages_of(said.get("prompt")) + messages_of(said.get("messages"))


def _answer(view: SpanView) -> list[dict[str, Any]]:
    parts: list[Part] = []
    reasoning, text = view.take("ai.response.reasoning"), view.take("ai.response.text")
    if reasoning:
        parts.append(reasoning_part(reasoning))
    if text:
        parts.append(text_part(text))
    if answered := view.take("ai.response.object"):
        parts.append(text_part(answered))
    calls = from_json(view.attributes.get("ai.response.toolCalls"))
    if isinstance(calls, list) and all(isinstance(call, dict) and "toolName" in call for call in calls):
        view.take("ai.response.toolCalls")
        parts += parts_of([{**call, "type": "tool-call"} for call in calls])
    if not parts:
        return []
    reason = view.fields.get("finish_reasons")
    return [{"role": "assistant", "parts": parts, **({"finish_reason": reason[0]} if reason else {})}]
