"""Runs of an agent with all that a trace can hold: an error, a streamed answer, an evaluation, logs, large numbers."""

import http.client
import json
import time
from typing import Any

from doubles.exports import HEADERS, post
from doubles.otlp import log_request
from doubles.spans import trace_request

SECOND_NS = 10**9
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A PNG of one pixel, base64."""

BIG = 2**60 + 1
"""A number that a browser's own numbers round."""

AGENT, LOOKUP, REQUEST, CHAT, SUMMARY = range(1, 6)


def span_id(number: int) -> str:
    """The id of a span of a run, as it is stored."""
    return number.to_bytes(8, "big").hex()


def send_run(port: int, number: int, *, question: str = "Where is my order?", answer: str = "In transit.", model: str = "gpt-4o") -> str:
    """Send run `number` and return its trace id; a tool of it failed, the answer was streamed and judged."""
    trace_id = (0xA0000 + number).to_bytes(16, "big")
    start_ns = time.time_ns() - 60 * SECOND_NS
    spans = [
        {"span_id": AGENT, "name": "invoke_agent support", "duration_ns": 4 * SECOND_NS,
         "attributes": {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support", "app.big": BIG}},
        {"span_id": LOOKUP, "parent": AGENT, "name": "execute_tool lookup_order", "duration_ns": SECOND_NS,
         "attributes": {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "lookup_order",
                        "gen_ai.tool.call.arguments": '{"order": 88213}'}},
        {"span_id": REQUEST, "parent": LOOKUP, "name": "GET /orders", "kind": "client", "duration_ns": SECOND_NS // 2,
         "error": "upstream said 503"},
        {"span_id": CHAT, "parent": AGENT, "name": f"chat {model}", "after_ns": SECOND_NS, "duration_ns": 2 * SECOND_NS,
         "events": _events(), "attributes": _call(question, answer, model)},
        {"span_id": SUMMARY, "parent": AGENT, "name": f"chat {model}", "after_ns": 3 * SECOND_NS,
         "duration_ns": SECOND_NS // 2, "attributes": _call("Sum up.", "Done.", model)},
    ]  # fmt: skip
    written = [
        {
            **span,
            "trace_id": trace_id,
            "span_id": span["span_id"].to_bytes(8, "big"),
            "parent_span_id": span["parent"].to_bytes(8, "big") if "parent" in span else b"",
            "start_ns": start_ns + span.get("after_ns", 0),
        }
        for span in spans
    ]
    status, _, body = post(port, trace_request(written, resource={"service.name": "support-bot"}).SerializeToString())
    assert status == 200, body
    _send_logs(port, trace_id, start_ns, question)
    return trace_id.hex()


def _call(question: str, answer: str, model: str) -> dict[str, Any]:
    call = {"type": "tool_call", "id": "call_1", "name": "lookup_order", "arguments": {"order": 88213}}
    image = {"type": "blob", "mime_type": "image/png", "content": PIXEL}
    messages = [
        {"role": "user", "parts": [{"type": "text", "content": question}, image]},
        {"role": "assistant", "parts": [call]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "it is on a ship"}]},
    ]
    output = [{"role": "assistant", "parts": [{"type": "text", "content": answer}], "finish_reason": "stop"}]
    return {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
        "gen_ai.input.messages": json.dumps(messages), "gen_ai.output.messages": json.dumps(output),
    }  # fmt: skip


def _events() -> list[dict[str, Any]]:
    chunks = [
        {"name": "gen_ai.content.completion.chunk", "after_ns": SECOND_NS // 2 + number * SECOND_NS // 10}
        for number in range(11)
    ]
    said = {"gen_ai.evaluation.name": "relevance", "gen_ai.evaluation.score.value": 0.85,
            "gen_ai.evaluation.explanation": "It answers the question."}  # fmt: skip
    return [*chunks, {"name": "gen_ai.evaluation.result", "after_ns": 2 * SECOND_NS, "attributes": said}]


def _send_logs(port: int, trace_id: bytes, start_ns: int, text: str) -> None:
    records = [
        {"time_unix_nano": start_ns + number, "severity_number": 17, "severity_text": "ERROR", "trace_id": trace_id,
         "span_id": number.to_bytes(8, "big"), "body": f"log of {number}: {text}"}
        for number in (REQUEST, CHAT)
    ]  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/v1/logs", log_request(records).SerializeToString(), HEADERS)
        assert connection.getresponse().status == 200
    finally:
        connection.close()
