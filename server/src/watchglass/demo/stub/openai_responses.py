"""OpenAI's responses: requests read, answers written whole or as server-sent events.

Contract: https://platform.openai.com/docs/api-reference/responses
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from watchglass.demo.stub.conversation import Answer, Ask, Tool, Turn
from watchglass.demo.stub.openai_chat import ROLES, snapshot_name
from watchglass.demo.stub.requests import number_field, text_field
from watchglass.demo.stub.tokens import pieces
from watchglass.errors import InvalidInput


def read_response(data: Mapping[str, Any], material: bytes) -> Ask:
    """Read the body of POST /v1/responses.

    Raises:
        InvalidInput: A field is wrong; the error names it.
    """
    asked = data.get("input")
    items = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
    if not isinstance(items, list) or not items:
        raise InvalidInput("input", "Expected a string or a non-empty array.")
    instructions = [Turn("system", data["instructions"])] if data.get("instructions") else []
    limit = number_field(data, "max_output_tokens", 16, 1e6)
    text_format = (data.get("text") or {}).get("format") or {}
    tools = [tool for tool in data.get("tools") or [] if tool.get("type") == "function"]
    return Ask(
        model=text_field(data, "model"),
        turns=(*instructions, *(_turn(index, item) for index, item in enumerate(items))),
        tools=tuple(Tool(tool["name"], tool.get("description") or "", tool.get("parameters") or {}) for tool in tools),
        max_tokens=None if limit is None else int(limit),
        json_schema=text_format.get("schema") if text_format.get("type") == "json_schema" else None,
        must_call_tool=data.get("tool_choice") == "required",
        material=material,
    )


def _turn(index: int, item: Mapping[str, Any]) -> Turn:
    if item.get("type") == "function_call":
        return Turn("assistant", "", called_tools=(item["name"],))
    if item.get("type") == "function_call_output":
        return Turn("tool", str(item.get("output", "")))
    if item.get("type") == "reasoning":
        return Turn("assistant", "")
    role = item.get("role")
    if role not in ROLES:
        raise InvalidInput(f"input[{index}].role", f"Expected one of {', '.join(ROLES)}.")
    content = item.get("content")
    parts = content if isinstance(content, list) else [{"type": "input_text", "text": content or ""}]
    return Turn(
        role=ROLES[role],
        text="\n".join(part["text"] for part in parts if part.get("type") in ("input_text", "output_text")),
        image_count=sum(part.get("type") == "input_image" for part in parts),
    )


def response(ask: Ask, answer: Answer, data: Mapping[str, Any], created_s: int, status: str = "") -> dict[str, Any]:
    """The answer; `created_s` is in seconds since 1970. With status in_progress it has no output yet."""
    status = status or ("incomplete" if answer.is_cut else "completed")
    is_done = status != "in_progress"
    return {
        "id": f"resp_{answer.answer_id}",
        "object": "response",
        "created_at": created_s,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "instructions": data.get("instructions"),
        "max_output_tokens": data.get("max_output_tokens"),
        "metadata": data.get("metadata") or {},
        "model": snapshot_name(ask.model),
        "output": [_item(answer, index) for index in range(_item_count(answer))] if is_done else [],
        "parallel_tool_calls": True,
        "previous_response_id": data.get("previous_response_id"),
        "temperature": data.get("temperature", 1.0),
        "text": {"format": {"type": "text"}},
        "tool_choice": data.get("tool_choice", "auto"),
        "tools": data.get("tools") or [],
        "top_p": data.get("top_p", 1.0),
        "truncation": "disabled",
        "usage": _usage(answer) if is_done else None,
    }


def response_events(ask: Ask, answer: Answer, data: Mapping[str, Any], created_s: int) -> Iterator[tuple[str, int]]:
    """The answer as server-sent events.

    Yields:
        The event's text, and how many tokens of the answer it carries.
    """
    number = 0

    def event(kind: str, **fields: Any) -> str:
        nonlocal number
        text = f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': number, **fields})}\n\n"
        number += 1
        return text

    begun = response(ask, answer, data, created_s, "in_progress")
    yield event("response.created", response=begun), 0
    yield event("response.in_progress", response=begun), 0
    for index in range(_item_count(answer)):
        item = _item(answer, index)
        where = {"item_id": item["id"], "output_index": index}
        if item["type"] == "message":
            part = item["content"][0]
            yield event("response.output_item.added", output_index=index,
                        item={**item, "status": "in_progress", "content": []}), 0
            yield event("response.content_part.added", **where, content_index=0, part={**part, "text": ""}), 0
            for piece in pieces(answer.text):
                yield event("response.output_text.delta", **where, content_index=0, delta=piece, logprobs=[]), 1
            yield event("response.output_text.done", **where, content_index=0, text=answer.text, logprobs=[]), 0
            yield event("response.content_part.done", **where, content_index=0, part=part), 0
        else:
            yield event("response.output_item.added", output_index=index, item={**item, "arguments": ""}), 0
            for piece in pieces(item["arguments"]):
                yield event("response.function_call_arguments.delta", **where, delta=piece), 1
            yield event("response.function_call_arguments.done", **where, name=item["name"],
                        arguments=item["arguments"]), 0
        yield event("response.output_item.done", output_index=index, item=item), 0
    final = response(ask, answer, data, created_s)
    yield event(f"response.{final['status']}", response=final), 0


def _item_count(answer: Answer) -> int:
    return len(answer.tool_calls) or 1


def _item(answer: Answer, index: int) -> dict[str, Any]:
    if not answer.tool_calls:
        part = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
        return {"type": "message", "id": f"msg_{answer.answer_id}", "status": "completed", "role": "assistant",
                "content": [part]}
    call = answer.tool_calls[index]
    return {"type": "function_call", "id": f"fc_{call.call_id}", "call_id": f"call_{call.call_id}", "name": call.name,
            "arguments": json.dumps(call.arguments), "status": "completed"}


def _usage(answer: Answer) -> dict[str, Any]:
    return {
        "input_tokens": answer.input_tokens,
        "input_tokens_details": {"cached_tokens": answer.cache_read_tokens, "cache_write_tokens": 0},
        "output_tokens": answer.output_tokens,
        "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
        "total_tokens": answer.input_tokens + answer.output_tokens,
    }
