"""Conversations of users and calls of two releases, sent to a running server as OTLP."""

import itertools
import json
import time
from typing import Any

from doubles.exports import post
from doubles.spans import trace_request

_numbers = itertools.count(1_000_000)
SECOND_NS = 10**9


def send_turn(
    port: int, session: str, user: str, said: list[tuple[str, str]], *, ago_s: float, answer: str, tool: str = "",
    model: str = "gpt-4o",
) -> str:  # fmt: skip
    """Send one turn of a conversation and return its trace id; the session stands on the root alone.

    Args:
        port: The server's.
        session: Session of the root.
        user: User of the root.
        said: Role and text of all messages so far, the question last.
        ago_s: How long ago it began, in seconds.
        answer: The model's answer.
        tool: A tool that failed before the answer, if any.
        model: The model that is called.
    """
    number = next(_numbers)
    trace_id, start_ns = number.to_bytes(16, "big"), time.time_ns() - int(ago_s * SECOND_NS)
    root, call, used = ((number * 10 + position).to_bytes(8, "big") for position in range(3))
    messages = [{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in said]
    spans: list[dict[str, Any]] = [
        {"span_id": root, "name": "POST /chat", "start_ns": start_ns, "duration_ns": 3 * SECOND_NS,
         "attributes": {"session.id": session, "user.id": user}},
        {"span_id": call, "parent_span_id": root, "name": f"chat {model}", "start_ns": start_ns + SECOND_NS,
         "duration_ns": SECOND_NS,
         "attributes": {
             "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": model,
             "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
             "gen_ai.input.messages": json.dumps(messages),
             "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": answer}]}]),
         }},
    ]  # fmt: skip
    if tool:
        spans.append(
            {"span_id": used, "parent_span_id": root, "name": f"execute_tool {tool}", "start_ns": start_ns,
             "duration_ns": SECOND_NS // 2, "error": "the warehouse did not answer",
             "attributes": {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}}
        )  # fmt: skip
    _send(port, [{"trace_id": trace_id, **span} for span in spans], "1.0.0")
    return trace_id.hex()


def send_calls(port: int, release: str, count: int, *, duration_s: float, output_tokens: int) -> None:
    """Send `count` calls of one release, whose durations differ a little, a tenth of a second more each fourth."""
    now_ns = time.time_ns()
    spans = []
    for _ in range(count):
        number = next(_numbers)
        spans.append(
            {"trace_id": number.to_bytes(16, "big"), "span_id": number.to_bytes(8, "big"), "name": "chat gpt-4o",
             "start_ns": now_ns - 600 * SECOND_NS, "duration_ns": int((duration_s + number % 4 / 10) * SECOND_NS),
             "attributes": {
                 "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
                 "gen_ai.usage.input_tokens": 500 + number % 7, "gen_ai.usage.output_tokens": output_tokens + number % 5,
             }}
        )  # fmt: skip
    _send(port, spans, release)


def _send(port: int, spans: list[dict[str, Any]], release: str) -> None:
    request = trace_request(spans, resource={"service.name": "shop", "service.version": release})
    status, _, body = post(port, request.SerializeToString())
    assert status == 200, body
