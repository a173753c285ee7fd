"""What nests in OpenTelemetry's deprecated forms: flattened prompts, whole prompts as JSON, messages as span events.

gen_ai.prompt.N... and gen_ai.completion.N... are how OpenLLMetry's instrumentations (before 0.5 of their semantic
conventions) wrote messages, and llm.request.functions.N... the tools; many others copied them, so the base reads them.
Events stay among the span's events as well. gen_ai.evaluation.result carries no message and is left alone.
"""

from typing import Any

from watchglass.conventions.flattened import unflatten
from watchglass.conventions.genai_messages import messages_in
from watchglass.conventions.log_events import MESSAGE_EVENTS, columns_of_event
from watchglass.conventions.messages import conversation, instructions_of, messages_of
from watchglass.conventions.request_parameters import tools_of
from watchglass.conventions.span_view import SpanView

MESSAGE_KEYS = frozenset(
    {
        "N.role",
        "N.content",
        "N.finish_reason",
        "N.tool_call_id",
        "N.tool_calls.N.id",
        "N.tool_calls.N.type",
        "N.tool_calls.N.name",
        "N.tool_calls.N.arguments",
        "N.tool_calls.N.function.name",
        "N.tool_calls.N.function.arguments",
        "N.function_call.name",
        "N.function_call.arguments",
    }
)
SHAPES = {
    "input_messages": ("gen_ai.prompt", MESSAGE_KEYS),
    "output_messages": ("gen_ai.completion", MESSAGE_KEYS),
    "tool_definitions": (
        "llm.request.functions",
        frozenset({"N.type", "N.name", "N.description", "N.parameters", "N.input_schema"}),
    ),
}
"""The flattened form of each column."""


def build(view: SpanView) -> dict[str, object]:
    """Read the deprecated forms of what is empty; the first that holds anything wins: flattened, whole, events."""
    flat = unflatten(view, dict(shape for column, shape in SHAPES.items() if not view.fields.get(column)))
    columns: dict[str, Any] = {}
    if "llm.request.functions" in flat:
        columns["tool_definitions"] = tools_of(flat["llm.request.functions"])
    given = messages_of(flat.get("gen_ai.prompt"))
    answered = messages_of(flat.get("gen_ai.completion"), "assistant")
    if not given and not view.fields.get("input_messages"):
        given = messages_in(view, "gen_ai.prompt")
    if not answered and not view.fields.get("output_messages"):
        answered = messages_in(view, "gen_ai.completion", "assistant")
    columns = {**_of_events(view), **columns, **conversation(given, answered)}
    empty: dict[str, object] = {name: value for name, value in columns.items() if not view.fields.get(name)}
    if "system_instructions" in columns and "system_instructions" not in empty:
        said = instructions_of(view.fields["system_instructions"])
        empty["system_instructions"] = [*said, *(part for part in columns["system_instructions"] if part not in said)]
    return empty


def _of_events(view: SpanView) -> dict[str, Any]:
    """The messages of all events, in the order sent."""
    columns: dict[str, Any] = {}
    for event in view.events:
        if event.name in MESSAGE_EVENTS:
            for name, value in columns_of_event(event.name, None, event.attributes).items():
                columns.setdefault(name, []).extend(value)
    return columns
