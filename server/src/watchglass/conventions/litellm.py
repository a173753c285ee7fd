"""What nests in LiteLLM: OpenAI's blocks and tool calls inside OpenTelemetry's messages, and tools key by key."""

from typing import Any

from watchglass.conventions.flattened import unflatten
from watchglass.conventions.genai_messages import genai_conversation
from watchglass.conventions.request_parameters import tools_of
from watchglass.conventions.span_view import SpanView

SHAPES = {"gen_ai.tool": frozenset({"N.name", "N.description", "N.parameters"})}


def build(view: SpanView) -> dict[str, object]:
    """Read messages and tools, and tell guardrails; see Build."""
    columns: dict[str, Any] = genai_conversation(view)
    tools = unflatten(view, SHAPES).get("gen_ai.tool")
    if tools:
        columns["tool_definitions"] = tools_of(tools)
    if "litellm.guardrail.name" in view.attributes:
        columns["operation_name"] = "guardrail"
    return columns
