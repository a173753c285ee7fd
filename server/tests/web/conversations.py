"""Traces of an application that talks to a model, sent to a running server as OTLP."""

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from doubles.exports import post
from doubles.spans import trace_request

HOSTILE = '<img src=x onerror="window.wasHacked=1"><script>window.wasHacked=1</script> [a](https://evil.example)'

_numbers = itertools.count(1)


def send_conversation(
    port: int, question: str, answer: str = "It arrives tomorrow.", *, said: Mapping[str, Any] | None = None, **headers: str
) -> str:
    """Send one trace of an agent that asks a tool and a model, and return its trace id; `said` are attributes of the first span."""
    number = next(_numbers)
    trace_id = number.to_bytes(16, "big")
    start_ns = time.time_ns() - 3 * 10**9
    root, tool, call = ((number * 100 + position).to_bytes(8, "big") for position in range(3))
    output = [{"role": "assistant", "parts": [{"type": "text", "content": answer}], "finish_reason": "stop"}]
    spans: list[dict[str, Any]] = [
        {"span_id": root, "name": "invoke_agent support", "duration_ns": 3 * 10**9,
         "attributes": {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support", **(said or {})}},
        {"span_id": tool, "parent_span_id": root, "name": "execute_tool lookup_order", "duration_ns": 10**9,
         "attributes": {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "lookup_order",
                        "gen_ai.tool.call.arguments": '{"order": 88213}'}},
        {"span_id": call, "parent_span_id": root, "name": "chat gpt-4o", "kind": "client",
         "start_ns": start_ns + 10**9, "duration_ns": 2 * 10**9,
         "attributes": {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai",
                        "gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o",
                        "gen_ai.usage.input_tokens": 1234, "gen_ai.usage.output_tokens": 56,
                        "gen_ai.input.messages": json.dumps(_messages(question)),
                        "gen_ai.output.messages": json.dumps(output)}},
    ]  # fmt: skip
    _send(port, [{"trace_id": trace_id, "start_ns": start_ns, **span} for span in spans], **headers)
    return trace_id.hex()


def send_many(port: int, count: int) -> None:
    """Send `count` traces of one span each, a second apart, the last of them just now; every tenth has an error."""
    now_ns = time.time_ns()
    _send(port, [
        {"trace_id": next(_numbers).to_bytes(16, "big"), "name": f"trace {position}", "span_id": (1).to_bytes(8, "big"),
         "start_ns": now_ns - (count - position) * 10**9, **({"error": "failed"} if position % 10 == 0 else {})}
        for position in range(count)
    ])  # fmt: skip


def send_wide_trace(port: int, count: int) -> str:
    """Send one trace of `count` spans, all but the first below the first, and return its trace id."""
    number = next(_numbers)
    trace_id = number.to_bytes(16, "big")
    start_ns = time.time_ns() - 20 * 10**9
    root = (1).to_bytes(8, "big")
    spans: list[dict[str, Any]] = [{"name": "wide", "span_id": root, "start_ns": start_ns}]
    spans += [
        {"name": f"step {position}", "span_id": (position + 1).to_bytes(8, "big"), "parent_span_id": root,
         "start_ns": start_ns + position * 10**6, "duration_ns": 10**6}
        for position in range(1, count)
    ]  # fmt: skip
    _send(port, [{"trace_id": trace_id, **span} for span in spans])
    return trace_id.hex()


def _messages(question: str) -> list[dict[str, Any]]:
    call = {"type": "tool_call", "id": "call_1", "name": "lookup_order", "arguments": {"order": 88213}}
    result = {"type": "tool_call_response", "id": "call_1", "response": "in transit"}
    return [
        {"role": "user", "parts": [{"type": "text", "content": question}]},
        {"role": "assistant", "parts": [call]},
        {"role": "tool", "parts": [result]},
    ]


def _send(port: int, spans: Sequence[Mapping[str, Any]], **headers: str) -> None:
    request = trace_request(spans, resource={"service.name": "support-bot"})
    status, _, body = post(port, request.SerializeToString(), **headers)
    assert status == 200, body
