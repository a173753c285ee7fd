"""The customer-service chatbot: an agent with retrieval, tools and streaming, on the openai package.

Instrumented with OpenTelemetry's own GenAI package; agent, retrieval and tool spans are made by hand, as the
conventions say.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import openai
from openai.types.chat import ChatCompletionMessageFunctionToolCall, ChatCompletionMessageParam
from opentelemetry import metrics, trace
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.trace import SpanKind, Status, StatusCode

from watchglass.demo.application import Orders
from watchglass.demo.shop import TOOLS, ToolFailed, call_tool
from watchglass.demo.telemetry import LOGGER, carrying
from watchglass.demo.texts import Article, load_texts

CHAT_MODEL, INTENT_MODEL, EMBEDDING_MODEL = "gpt-4o-mini", "acme-intent-1", "text-embedding-3-small"
EMBEDDING_DIMENSIONS = 256
INSTRUCTIONS = (
    "You help the customers of an outdoor shop. Answer from the articles below, in at most five sentences. "
    "Look an order up before you speak about it."
)
INTENT_SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "intent": {"type": "string", "enum": ["order", "return", "warranty", "payment", "advice", "account"]},
        "confidence": {"type": "number"},
    },
    "required": ["intent", "confidence"],
}

log = logging.getLogger(f"{LOGGER}.support")
tracer = trace.get_tracer("shop.support")
meter = metrics.get_meter("shop.support")
turns_counter = meter.create_counter("shop.support.turns", unit="{turn}", description="Questions answered")
turn_duration = meter.create_histogram("shop.support.turn.duration", unit="s", description="Time to answer a question")
open_conversations = meter.create_up_down_counter("shop.support.conversations.open", unit="{conversation}")


def instrument() -> None:
    """Patch the openai package."""
    OpenAIInstrumentor().instrument()


def prepare(orders: Orders) -> Callable[[random.Random], None]:
    """Return what is done again and again: one conversation."""
    client = openai.OpenAI(
        api_key="demo-support", base_url=f"{orders.stub}/v1", default_headers=orders.model_headers(), max_retries=2
    )
    bot = SupportBot(client, orders.release)
    return bot.converse


class SupportBot:
    """Answers customers."""

    def __init__(self, client: openai.OpenAI, release: str) -> None:
        self._client = client
        self._release = release
        self._shelf: tuple[list[Article], Any] | None = None

    def converse(self, draw: random.Random) -> None:
        """Have one conversation: a customer's questions, in order."""
        session = {"session.id": f"chat-{draw.getrandbits(40):010x}", "user.id": f"customer-{draw.randint(1, 40)}"}
        messages: list[ChatCompletionMessageParam] = []
        open_conversations.add(1)
        try:
            for question in draw.choice(load_texts().questions):
                with carrying(session), tracer.start_as_current_span("POST /support/chat", kind=SpanKind.SERVER) as span:
                    begin = time.monotonic()
                    try:
                        messages += self._turn(question, messages, draw)
                    except openai.APIError as error:
                        span.set_status(Status(StatusCode.ERROR, str(error)))
                        log.exception("no answer")
                        return
                    finally:
                        turn_duration.record(time.monotonic() - begin, {"release": self._release})
        finally:
            open_conversations.add(-1)

    def _turn(
        self, question: str, before: Sequence[ChatCompletionMessageParam], draw: random.Random
    ) -> list[ChatCompletionMessageParam]:
        """Answer one question; returns the messages that it adds to the conversation."""
        log.info("question received", extra={"question_length": len(question)})
        intent = self._intent(question)
        turns_counter.add(1, {"intent": intent})
        attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support-agent"}
        with tracer.start_as_current_span("invoke_agent support-agent", attributes=attributes):
            prompt = {"gen_ai.prompt.name": "support-answer", "gen_ai.prompt.version": self._prompt_version()}
            articles = self._retrieve(question)
            context = "\n\n".join(f"{article.title}\n{article.text}" for article in articles)
            asked: list[ChatCompletionMessageParam] = [{"role": "user", "content": question}]
            with carrying(prompt):
                system: ChatCompletionMessageParam = {"role": "system", "content": f"{INSTRUCTIONS}\n\n{context}"}
                first = self._client.chat.completions.create(
                    model=CHAT_MODEL, messages=[system, *before, *asked], tools=TOOLS, temperature=0.2,
                    seed=draw.getrandbits(31),
                )  # fmt: skip
                said = first.choices[0].message
                if not said.tool_calls:
                    return [*asked, {"role": "assistant", "content": said.content}]
                asked.append(said.to_dict())  # type: ignore[arg-type]
                for call in said.tool_calls:
                    if isinstance(call, ChatCompletionMessageFunctionToolCall):
                        result = self._use_tool(call, draw)
                        asked.append({"role": "tool", "tool_call_id": call.id, "content": result})
                answer = self._stream([system, *before, *asked], draw)
        return [asked[0], {"role": "assistant", "content": answer}]

    def _intent(self, question: str) -> str:
        """What the customer wants, by a small model of the shop's own."""
        completion = self._client.chat.completions.create(
            model=INTENT_MODEL,
            messages=[{"role": "system", "content": "Name the intent."}, {"role": "user", "content": question}],
            response_format={"type": "json_schema", "json_schema": {"name": "intent", "schema": INTENT_SCHEMA}},
        )
        intent: str = json.loads(completion.choices[0].message.content or "{}").get("intent", "advice")
        return intent

    def _stream(self, messages: list[ChatCompletionMessageParam], draw: random.Random) -> str:
        chunks = self._client.chat.completions.create(
            model=CHAT_MODEL, messages=messages, tools=TOOLS, temperature=0.2, seed=draw.getrandbits(31), stream=True,
            stream_options={"include_usage": True},
        )  # fmt: skip
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    def _use_tool(self, call: ChatCompletionMessageFunctionToolCall, draw: random.Random) -> str:
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": call.function.name,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": call.id,
            "gen_ai.tool.call.arguments": call.function.arguments,
        }
        with tracer.start_as_current_span(f"execute_tool {call.function.name}", attributes=attributes) as span:
            try:
                result = call_tool(call.function.name, json.loads(call.function.arguments), draw)
            except ToolFailed as error:
                # the model is told, and answers as well as it can
                span.record_exception(error)
                span.set_status(Status(StatusCode.ERROR, str(error)))
                span.set_attribute("error.type", type(error).__name__)
                log.warning("tool failed: %s", error, extra={"tool": call.function.name})
                result = json.dumps({"error": str(error)})
            span.set_attribute("gen_ai.tool.call.result", result)
            return result

    def _retrieve(self, question: str) -> list[Article]:
        """The articles nearest in meaning."""
        attributes = {"gen_ai.operation.name": "retrieval", "gen_ai.retrieval.query.text": question}
        with tracer.start_as_current_span("retrieval support-articles", attributes=attributes) as span:
            articles, shelf = self._filled_shelf()
            scores = shelf @ self._embed([question])[0]
            nearest = np.argsort(-scores)[:3].tolist()
            documents = [
                {"id": articles[index].article_id, "content": articles[index].text, "score": round(float(scores[index]), 4)}
                for index in nearest
            ]
            span.set_attribute("gen_ai.retrieval.documents", json.dumps(documents))
            return [articles[index] for index in nearest]

    def _filled_shelf(self) -> tuple[list[Article], Any]:
        """The articles and their vectors, shape (articles, EMBEDDING_DIMENSIONS)."""
        if self._shelf is None:
            articles = list(load_texts().articles)
            self._shelf = articles, self._embed([f"{article.title} {article.text}" for article in articles])
        return self._shelf

    def _embed(self, texts: list[str]) -> Any:
        found = self._client.embeddings.create(model=EMBEDDING_MODEL, input=texts, dimensions=EMBEDDING_DIMENSIONS)
        return np.array([item.embedding for item in found.data])

    def _prompt_version(self) -> str:
        """Each release has its own wording."""
        return f"v{self._release.split('.')[1]}"
