"""Messages under OpenTelemetry's names whose parts are a dialect's own, brought into canonical parts."""

from typing import Any

from watchglass.conventions.messages import conversation, instructions_of, messages_of
from watchglass.conventions.span_view import SpanView


def genai_conversation(view: SpanView) -> dict[str, Any]:
    """Read gen_ai.input.messages, gen_ai.output.messages and gen_ai.system_instructions of a span."""
    return conversation(
        messages_of(view.take("gen_ai.input.messages")),
        messages_of(view.take("gen_ai.output.messages"), "assistant"),
        instructions_of(view.take("gen_ai.system_instructions")),
    )
