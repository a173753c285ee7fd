"""OpenAI's chat completions: requests read, answers written whole or as server-sent events.

Contract: https://platform.openai.com/docs/api-reference/chat
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from watchglass.demo.stub.conversation import Answer, Ask, Tool, Turn
from watchglass.demo.stub.logprobs import token_logprobs
from watchglass.demo.stub.requests import list_field, number_field, text_field
from watchglass.demo.stub.tokens import pieces
from watchglass.errors import InvalidInput

ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}


def read_chat(data: Mapping[str, Any], material: bytes) -> Ask:
    """Read the body of POST /v1/chat/completions.

    Raises:
        InvalidInput: A field is wrong; the error names it.
    """
    number_field(data, "temperature", 0, 2)
    limit = number_field(data, "max_completion_tokens", 1, 1e6) or number_field(data, "max_tokens", 1, 1e6)
    return Ask(
        model=text_field(data, "model"),
        turns=tuple(_turn(index, message) for index, message in enumerate(list_field(data, "messages"))),
        tools=tuple(_tool(tool["function"]) for tool in data.get("tools") or [] if tool.get("type") == "function"),
        max_tokens=None if limit is None else int(limit),
        json_schema=_json_schema(data.get("response_format") or {}),
        must_call_tool=data.get("tool_choice") == "required" or isinstance(data.get("tool_choice"), dict),
        top_logprobs=int(number_field(data, "top_logprobs", 0, 20) or 0) if data.get("logprobs") else None,
        material=material,
    )


def _turn(index: int, message: Any) -> Turn:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in ROLES:
        raise InvalidInput(f"messages[{index}].role", f"Expected one of {', '.join(ROLES)}.")
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
    texts = [part["text"] for part in parts if part.get("type") == "text"]
    calls = message.get("tool_calls") or []
    return Turn(
        role=ROLES[role],
        text="\n".join(texts),
        image_count=sum(part.get("type") == "image_url" for part in parts),
        called_tools=tuple(call["function"]["name"] for call in calls if "function" in call),
    )


def _tool(function: Mapping[str, Any]) -> Tool:
    return Tool(function["name"], function.get("description", ""), function.get("parameters") or {})


def _json_schema(response_format: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if response_format.get("type") == "json_schema":
        schema: Mapping[str, Any] = response_format["json_schema"].get("schema", {})
        return schema
    return {"type": "object"} if response_format.get("type") == "json_object" else None


def usage(answer: Answer) -> dict[str, Any]:
    """Usage as chat completions report it."""
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
        "prompt_tokens_details": {"cached_tokens": answer.cache_read_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": answer.reasoning_tokens, "audio_tokens": 0},
    }


def finish_reason(answer: Answer) -> str:
    """Why the answer ended, in this API's words."""
    return "tool_calls" if answer.tool_calls else "length" if answer.is_cut else "stop"


def completion(ask: Ask, answer: Answer, created_s: int) -> dict[str, Any]:
    """The whole answer; `created_s` is in seconds since 1970."""
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
    if answer.tool_calls:
        message["tool_calls"] = _calls(answer)
    logprobs = _logprobs(ask, answer)
    choice = {"index": 0, "message": message, "logprobs": logprobs and _told(logprobs), "finish_reason": finish_reason(answer)}
    return {
        **_envelope("chat.completion", ask, answer, created_s),
        "choices": [choice],
        "usage": usage(answer),
    }


def completion_events(ask: Ask, answer: Answer, created_s: int, *, with_usage: bool) -> Iterator[tuple[str, int]]:
    """The answer as server-sent events.

    Yields:
        The event's text, and how many tokens of the answer it carries.
    """

    def event(delta: dict[str, Any], finish: str | None = None, logprobs: dict[str, Any] | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
        chunk = {**_envelope("chat.completion.chunk", ask, answer, created_s), "choices": [choice]}
        return f"data: {json.dumps({**chunk, 'usage': None} if with_usage else chunk)}\n\n"

    yield event({"role": "assistant", "content": None if answer.tool_calls else "", "refusal": None}), 0
    logprobs = _logprobs(ask, answer)
    for position, piece in enumerate(pieces(answer.text)):
        yield event({"content": piece}, logprobs=_told([logprobs[position]]) if logprobs else None), 1
    for index, call in enumerate(_calls(answer)):
        head = {**call, "index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
        yield event({"tool_calls": [head]}), 1
        for piece in pieces(call["function"]["arguments"]):
            yield event({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}), 1
    yield event({}, finish_reason(answer)), 0
    if with_usage:
        envelope = _envelope("chat.completion.chunk", ask, answer, created_s)
        yield f"data: {json.dumps({**envelope, 'choices': [], 'usage': usage(answer)})}\n\n", 0
    yield "data: [DONE]\n\n", 0


def _logprobs(ask: Ask, answer: Answer) -> list[dict[str, Any]] | None:
    if ask.top_logprobs is None or not answer.text:
        return None
    return token_logprobs(answer.text, answer.answer_id, ask.top_logprobs)


def _told(tokens: list[dict[str, Any]]) -> dict[str, Any]:
    return {"content": tokens, "refusal": None}


def _envelope(kind: str, ask: Ask, answer: Answer, created_s: int) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{answer.answer_id}",
        "object": kind,
        "created": created_s,
        "model": snapshot_name(ask.model),
        "service_tier": "default",
        "system_fingerprint": "fp_stub",
    }


def _calls(answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{call.call_id}",
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
        }
        for call in answer.tool_calls
    ]


SNAPSHOTS = {
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
}
"""Alias of a model -> the dated name that answers for it."""


def snapshot_name(model: str) -> str:
    """The dated name of the model that answers; a name that is no alias is its own."""
    return SNAPSHOTS.get(model, model)
