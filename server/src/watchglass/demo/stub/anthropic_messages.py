"""Anthropic's messages: requests read, answers written whole or as server-sent events.

Contract: https://docs.anthropic.com/en/api/messages
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from watchglass.demo.stub.conversation import Answer, Ask, Tool, Turn
from watchglass.demo.stub.requests import list_field, number_field, text_field
from watchglass.demo.stub.tokens import pieces
from watchglass.errors import InvalidInput


def read_messages(data: Mapping[str, Any], material: bytes) -> Ask:
    """Read the body of POST /v1/messages.

    Raises:
        InvalidInput: A field is wrong; the error names it.
    """
    limit = number_field(data, "max_tokens", 1, 1e6)
    if limit is None:
        raise InvalidInput("max_tokens", "Field required")
    number_field(data, "temperature", 0, 1)
    system = _blocks(data.get("system") or "")
    turns = [turn for index, message in enumerate(list_field(data, "messages")) for turn in _turns(index, message)]
    tools = [tool for tool in data.get("tools") or [] if "input_schema" in tool]
    return Ask(
        model=text_field(data, "model"),
        turns=(Turn("system", _text(system)), *turns) if system else tuple(turns),
        tools=tuple(Tool(tool["name"], tool.get("description", ""), tool["input_schema"]) for tool in tools),
        max_tokens=int(limit),
        must_call_tool=(data.get("tool_choice") or {}).get("type") in ("any", "tool"),
        wants_cache=any("cache_control" in block for block in [*system, *tools]),
        material=material,
    )


def _turns(index: int, message: Any) -> list[Turn]:
    """A message as turns; results of tools come in a user's message, and are turns of their own."""
    role = message.get("role") if isinstance(message, dict) else None
    if role not in ("user", "assistant"):
        raise InvalidInput(f"messages.{index}.role", "Input should be 'user' or 'assistant'")
    blocks = _blocks(message.get("content") or "")
    results = [block for block in blocks if block.get("type") == "tool_result"]
    others = [block for block in blocks if block.get("type") != "tool_result"]
    turns = [Turn("tool", _text(_blocks(block.get("content") or ""))) for block in results]
    if others or not results:
        calls = tuple(block["name"] for block in others if block.get("type") == "tool_use")
        images = sum(block.get("type") == "image" for block in others)
        turns.append(Turn(role, _text(others), images, calls))
    return turns


def _blocks(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return [block for block in content if isinstance(block, dict)]


def _text(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(block["text"] for block in blocks if block.get("type") == "text")


def stop_reason(answer: Answer) -> str:
    """Why the answer ended, in this API's words."""
    return "tool_use" if answer.tool_calls else "max_tokens" if answer.is_cut else "end_turn"


def message(ask: Ask, answer: Answer) -> dict[str, Any]:
    """The whole answer."""
    return {**_envelope(ask, answer), "content": _content(answer), "stop_reason": stop_reason(answer),
            "usage": _usage(answer, answer.output_tokens)}


def message_events(ask: Ask, answer: Answer) -> Iterator[tuple[str, int]]:
    """The answer as server-sent events.

    Yields:
        The event's text, and how many tokens of the answer it carries.
    """

    def event(kind: str, **fields: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"

    yield event("message_start", message={**_envelope(ask, answer), "usage": _usage(answer, 1)}), 0
    for index, block in enumerate(_content(answer)):
        is_text = block["type"] == "text"
        empty = {**block, "text": ""} if is_text else {**block, "input": {}}
        yield event("content_block_start", index=index, content_block=empty), 0
        if not index:
            yield event("ping"), 0
        for piece in pieces(block["text"] if is_text else json.dumps(block["input"])):
            delta = {"type": "text_delta", "text": piece} if is_text else {"type": "input_json_delta", "partial_json": piece}
            yield event("content_block_delta", index=index, delta=delta), 1
        yield event("content_block_stop", index=index), 0
    ended = {"stop_reason": stop_reason(answer), "stop_sequence": None}
    yield event("message_delta", delta=ended, usage={"output_tokens": answer.output_tokens}), 0
    yield event("message_stop"), 0


def _envelope(ask: Ask, answer: Answer) -> dict[str, Any]:
    return {"id": f"msg_{answer.answer_id}", "type": "message", "role": "assistant", "model": ask.model,
            "content": [], "stop_reason": None, "stop_sequence": None}


def _content(answer: Answer) -> list[dict[str, Any]]:
    if not answer.tool_calls:
        return [{"type": "text", "text": answer.text}]
    return [
        {"type": "tool_use", "id": f"toolu_{call.call_id}", "name": call.name, "input": dict(call.arguments)}
        for call in answer.tool_calls
    ]


def _usage(answer: Answer, output_tokens: int) -> dict[str, Any]:
    """Usage as this API reports it: input_tokens leaves out what the cache was read for or written with."""
    cached = answer.cache_read_tokens + answer.cache_creation_tokens
    return {
        "input_tokens": answer.input_tokens - cached,
        "cache_read_input_tokens": answer.cache_read_tokens,
        "cache_creation_input_tokens": answer.cache_creation_tokens,
        "output_tokens": output_tokens,
        "service_tier": "standard",
    }
