"""What nests in LiteLLM: OpenAI's blocks inside OpenTelemetry's messages, and tools and their calls key by key."""

from typing import Any

from watchglass.conventions.flattened import unflatten
from watchglass.conventions.genai_messages import genai_conversation
from watchglass.conventions.parts import tool_call_part
from watchglass.conventions.providers import canonical_provider
from watchglass.conventions.request_parameters import tools_of
from watchglass.conventions.span_view import SpanView

SHAPES = {
    "gen_ai.tool": frozenset({"N.name", "N.description", "N.parameters"}),
    "gen_ai.completion": frozenset({"N.function_call.name", "N.function_call.arguments"}),
}


def build(view: SpanView) -> dict[str, object]:
    """Read messages and tools, and tell guardrails; see Build."""
    columns: dict[str, Any] = genai_conversation(view)
    flat = unflatten(view, SHAPES)
    if "gen_ai.tool" in flat:
        columns["tool_definitions"] = tools_of(flat["gen_ai.tool"])
    if "gen_ai.completion" in flat:
        columns["output_messages"] = _with_calls(columns.get("output_messages", []), flat["gen_ai.completion"])
    model = view.attributes.get("litellm.provider.model")
    if "provider_name" not in view.fields and isinstance(model, str) and "/" in model:
        columns["provider_name"] = canonical_provider(model.split("/", 1)[0])
    if "litellm.guardrail.name" in view.attributes:
        columns["operation_name"] = "guardrail"
    return columns


def _with_calls(answers: list[Any], flat: list[Any]) -> list[Any]:
    """Add the tool calls to the answer: LiteLLM leaves them out of its messages, and numbers them as completions."""
    asked = [call["function_call"] for call in flat]
    calls = [tool_call_part(None, call.get("name"), call.get("arguments")) for call in asked]
    *others, last = answers or [{"role": "assistant", "parts": []}]
    if any(part.get("type") == "tool_call" for part in last["parts"]):
        return answers
    return [*others, {**last, "parts": [*last["parts"], *calls]}]
