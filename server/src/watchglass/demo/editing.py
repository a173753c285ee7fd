"""The editor of the content pipeline: reviews a text against a long style guide, on the anthropic package.

Instrumented with OpenLLMetry's package for anthropic. The guide is marked for the provider's cache.
"""

import logging
import random
from collections.abc import Callable

import anthropic
from anthropic.types import MessageParam, TextBlockParam, ToolParam
from opentelemetry import trace
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.trace import Status, StatusCode

from watchglass.demo.application import Orders
from watchglass.demo.telemetry import LOGGER, carrying
from watchglass.demo.texts import load_texts

MODELS = ("claude-sonnet-4-5", "claude-haiku-4-5")
RULES = (
    "Say it in the fewest words that keep the sense.",
    "Numbers below ten are words, but for measures.",
    "Every claim about safety names its source.",
    "Prices are in euros and include tax.",
    "Speak to the reader as an equal, never as a child.",
)
GUIDE = "You are an editor. Keep to the guide of the house.\n" + "\n".join(
    f"{number}. {RULES[number % len(RULES)]} It holds for section {number} of the magazine." for number in range(1, 41)
)
VERDICT: ToolParam = {
    "name": "record_verdict",
    "description": "Record the verdict on a text: whether it can be published",
    "input_schema": {
        "type": "object",
        "properties": {
            "verdict": {"type": "string", "enum": ["publish", "revise", "reject"]},
            "confidence": {"type": "number"},
        },
        "required": ["verdict", "confidence"],
    },
}

log = logging.getLogger(f"{LOGGER}.editing")
tracer = trace.get_tracer("shop.editing")


def instrument() -> None:
    """Patch the anthropic package."""
    AnthropicInstrumentor().instrument()


def prepare(orders: Orders) -> Callable[[random.Random], None]:
    """Return what is done again and again: one review."""
    client = anthropic.Anthropic(
        api_key="demo-editing",
        base_url=orders.stub,
        default_headers=orders.model_headers(),
        # the client's own spans would tell of each call once more
        open_telemetry=False,
    )
    system: list[TextBlockParam] = [{"type": "text", "text": GUIDE, "cache_control": {"type": "ephemeral"}}]

    def review(draw: random.Random) -> None:
        topic = draw.choice(load_texts().topics)
        facts = draw.sample(list(topic.facts), k=min(4, len(topic.facts)))
        text = f"Edit this text about {topic.title} for {topic.audience}:\n{' '.join(facts)}"
        said = {
            "session.id": f"issue-{draw.randint(1, 9)}",
            "user.id": f"editor-{draw.randint(1, 5)}",
            "gen_ai.prompt.name": "house-style",
            "gen_ai.prompt.version": "v12",
        }
        messages: list[MessageParam] = [{"role": "user", "content": text}]
        model = draw.choice(MODELS)
        with carrying(said), tracer.start_as_current_span("review text") as span:
            try:
                with client.messages.stream(model=model, max_tokens=600, system=system, messages=messages) as events:
                    blocks = events.get_final_message().content
                edited = "".join(block.text for block in blocks if block.type == "text")
                verdict: list[MessageParam] = [{"role": "user", "content": f"Record the verdict on this text: {edited}"}]
                client.messages.create(
                    model=MODELS[1], max_tokens=200, messages=verdict, tools=[VERDICT], tool_choice={"type": "any"}
                )
            except anthropic.APIError as error:
                span.set_status(Status(StatusCode.ERROR, str(error)))
                log.exception("review given up")
            else:
                log.info("text reviewed", extra={"model": model})

    return review
