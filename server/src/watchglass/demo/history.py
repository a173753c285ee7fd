"""The past few hours of the chatbot and the writers, written at once: spans with times of their own."""

import json
import math
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from opentelemetry import trace
from opentelemetry.sdk.trace import Span, TracerProvider
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer

from watchglass.clock import Clock, SystemClock
from watchglass.demo.application import Orders, read_orders
from watchglass.demo.stub.answers import answer
from watchglass.demo.stub.conversation import Answer, Ask, Turn
from watchglass.demo.telemetry import Identity, tracer_provider
from watchglass.demo.texts import Article, Texts, load_texts

PER_HOUR = 240
"""Conversations an hour at the day's middle; nights are quieter."""
SLOW_RELEASE_HOURS = 1.0
"""How long ago the slow release began to take a share of the traffic."""
FLUSH_EVERY = 30
"""Conversations after which spans are sent, so that the exporter's queue never overflows."""
INSTRUCTIONS = "You help the customers of an outdoor shop. Answer from the articles below."
NS = 1_000_000_000
LAST_MINUTE_NS = 60 * NS
ASK_TIMEOUT_S = 10.0
SERVICE = "support-chatbot"


def write() -> None:
    """Read the orders, write the history and end."""
    orders, _ = read_orders()
    write_history(orders, SystemClock())


def write_history(orders: Orders, clock: Clock) -> int:
    """Send the conversations of the past `orders.history_hours` hours, and return how many there were.

    What an earlier start has told is not told again: the history goes on where the server's ends.
    """
    draw = random.Random(f"{orders.seed} history")
    now_ns = clock.now_ns()
    begin_ns = max(now_ns - int(orders.history_hours * 3600 * NS), last_told_ns(orders, now_ns))
    releases = [("2.7.1", 1.0), ("2.8.0", 3.0)]
    providers = [
        tracer_provider(Identity(SERVICE, release, "production").resource(), orders.endpoint, orders.headers)
        for release, _ in releases
    ]
    starts = sorted(_starts(draw, begin_ns, now_ns))
    for number, start_ns in enumerate(starts, start=1):
        is_new = start_ns > now_ns - SLOW_RELEASE_HOURS * 3600 * NS and draw.random() < 0.3
        tracer = providers[is_new].get_tracer("shop.support")
        Conversation(tracer, draw, releases[is_new][1]).write(start_ns)
        if number % FLUSH_EVERY == 0:
            _flush(providers)
    _flush(providers)
    return len(starts)


def _flush(providers: Sequence[TracerProvider]) -> None:
    for provider in providers:
        provider.force_flush()


def last_told_ns(orders: Orders, now_ns: int) -> int:
    """When the last conversation began that the server knows of, but for the last minute's; 0 where it does not say.

    The last minute is left out, since the applications begin to send while this is asked.
    """
    asked = {
        "query": "SELECT toUnixTimestamp64Nano(max(start_time)) FROM spans WHERE service_name = {service:String} "
        "AND start_time BETWEEN fromUnixTimestamp64Nano({begin:Int64}) AND fromUnixTimestamp64Nano({end:Int64})",
        "parameters": {
            "service": SERVICE,
            "begin": now_ns - int(orders.history_hours * 3600 * NS),
            "end": now_ns - LAST_MINUTE_NS,
        },
    }
    try:
        told = httpx.post(f"{orders.endpoint}/api/v1/sql", json=asked, headers=orders.headers, timeout=ASK_TIMEOUT_S)
        return int(told.raise_for_status().json()["rows"][0][0])
    except (httpx.HTTPError, LookupError, TypeError, ValueError):
        return 0  # a key that may not read, or a server that takes OTLP and answers nothing else


def _starts(draw: random.Random, begin_ns: int, now_ns: int) -> Iterator[int]:
    """When conversations began: more of them at noon UTC than at midnight."""
    end_ns = now_ns - LAST_MINUTE_NS
    hours = max(end_ns - begin_ns, 0) / NS / 3600
    for _ in range(int(hours * PER_HOUR)):
        start_ns = int(draw.uniform(begin_ns, end_ns))
        hour = start_ns / NS / 3600 % 24
        if draw.random() < 0.65 - 0.35 * math.cos(2 * math.pi * hour / 24):
            yield start_ns


class Conversation:
    """One question of a customer, and the spans of its answer."""

    def __init__(self, tracer: Tracer, draw: random.Random, slowdown: float) -> None:
        self._tracer = tracer
        self._draw = draw
        self._slowdown = slowdown
        self._now_ns = 0
        self._said = {
            "session.id": f"chat-{draw.getrandbits(40):010x}",
            "user.id": f"customer-{draw.randint(1, 40)}",
        }

    def write(self, start_ns: int) -> None:
        """Make the spans; time passes as they are made, beginning at `start_ns` (nanoseconds since 1970)."""
        self._now_ns = start_ns
        texts = load_texts()
        question = self._draw.choice(self._draw.choice(texts.questions))
        with self._span("POST /support/chat", SpanKind.SERVER, {}) as root, self._span(
            "invoke_agent support-agent",
            SpanKind.INTERNAL,
            {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support-agent"},
        ):
            articles = self._retrieval(question, texts)
            is_answered = self._chat(question, "\n".join(article.text for article in articles))
            if not is_answered:
                root.set_status(Status(StatusCode.ERROR, "the model did not answer"))

    def _retrieval(self, question: str, texts: Texts) -> list[Article]:
        articles = self._draw.sample(list(texts.articles), k=3)
        documents = [
            {"id": article.article_id, "content": article.text, "score": round(self._draw.uniform(0.3, 0.9), 3)}
            for article in articles
        ]
        attributes = {
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": question,
            "gen_ai.retrieval.documents": json.dumps(documents),
        }
        with self._span("retrieval support-articles", SpanKind.CLIENT, attributes):
            self._pass_s(self._draw.uniform(0.02, 0.08))
        return articles

    def _chat(self, question: str, context: str) -> bool:
        """The call to the model; returns whether it answered."""
        turns = (Turn("system", f"{INSTRUCTIONS}\n\n{context}"), Turn("user", question))
        given = answer(Ask("gpt-4o-mini", turns, material=self._draw.randbytes(8)), seed=0)
        first_token_s = self._slowdown * 0.45 * self._draw.lognormvariate(0, 0.35)
        with self._span("chat gpt-4o-mini", SpanKind.CLIENT, self._request(question, context)) as span:
            if self._draw.random() < 0.03:
                self._pass_s(0.2)
                span.set_attribute("error.type", "RateLimitError")
                span.set_status(Status(StatusCode.ERROR, "Rate limit reached"))
                return False
            span.set_attributes({"gen_ai.response.time_to_first_chunk": first_token_s, **_response(given)})
            self._pass_s(first_token_s + self._slowdown * 0.012 * given.output_tokens)
        return True

    def _request(self, question: str, context: str) -> dict[str, Any]:
        system = [{"type": "text", "content": f"{INSTRUCTIONS}\n\n{context}"}]
        return {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.request.temperature": 0.2,
            "gen_ai.request.stream": True,
            "gen_ai.prompt.name": "support-answer",
            "gen_ai.system_instructions": json.dumps(system),
            "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": question}]}]),
        }

    @contextmanager
    def _span(self, name: str, kind: SpanKind, attributes: dict[str, Any]) -> Iterator[Span]:
        span = self._tracer.start_span(name, kind=kind, attributes={**self._said, **attributes}, start_time=self._now_ns)
        with trace.use_span(span):
            yield span  # type: ignore[misc]  # the SDK's tracer makes the SDK's spans
            self._pass_s(0.002)
        span.end(self._now_ns)

    def _pass_s(self, seconds: float) -> None:
        self._now_ns += int(seconds * NS)


def _response(given: Answer) -> dict[str, Any]:
    message = {"role": "assistant", "parts": [{"type": "text", "content": given.text}], "finish_reason": "stop"}
    return {
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.id": f"chatcmpl-{given.answer_id}",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": given.input_tokens,
        "gen_ai.usage.output_tokens": given.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": given.cache_read_tokens,
        "gen_ai.output.messages": json.dumps([message]),
    }
