"""Calls of models and tools with the times that a test needs, sent to a running server as OTLP."""

import itertools
import time
from typing import Any

from doubles.exports import post
from doubles.spans import trace_request

_numbers = itertools.count(1_000_000)


def send_answers(port: int, count: int, *, minutes_ago: float, tool: str = "lookup_order", tool_s: float = 0.2,
                 model: str = "gpt-4o", failed: bool = False, service: str = "support-bot") -> list[str]:  # fmt: skip
    """Send `count` traces of an agent that asks a tool and then a model; return their trace ids."""
    spans: list[dict[str, Any]] = []
    trace_ids = []
    for position in range(count):
        number = next(_numbers)
        trace_ids.append(number.to_bytes(16, "big").hex())
        spans += _answer(number, time.time_ns() - round(minutes_ago * 60e9) + position * 10**6, tool, tool_s, model, failed)
    request = trace_request(spans, resource={"service.name": service})
    status, _, body = post(port, request.SerializeToString())
    assert status == 200, body
    return trace_ids


def _answer(number: int, start_ns: int, tool: str, tool_s: float, model: str, failed: bool) -> list[dict[str, Any]]:
    root, called, chat = ((number * 100 + position).to_bytes(8, "big") for position in range(3))
    shared = {"trace_id": number.to_bytes(16, "big")}
    tool_ns = round(tool_s * 1e9)
    return [
        {**shared, "span_id": root, "name": "invoke_agent support", "start_ns": start_ns, "duration_ns": tool_ns + 10**9,
         "attributes": {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support"}},
        {**shared, "span_id": called, "parent_span_id": root, "name": f"execute_tool {tool}", "start_ns": start_ns,
         "duration_ns": tool_ns, "attributes": {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}},
        {**shared, "span_id": chat, "parent_span_id": root, "name": f"chat {model}", "kind": "client",
         "start_ns": start_ns + tool_ns, "duration_ns": 10**9, **({"error": "rate limited"} if failed else {}),
         "attributes": {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": model,
                        "gen_ai.response.model": model, "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
                        **({"error.type": "RateLimitError"} if failed else {})}},
    ]  # fmt: skip
