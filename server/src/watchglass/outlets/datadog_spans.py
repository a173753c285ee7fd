"""Spans as LLM Observability's spans API has them."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from watchglass.outlets.datadog_tags import tag, tags_of
from watchglass.outlets.outlet import Row

ROOT = "undefined"
"""The parent of a span that has none."""

MAX_SPAN_BYTES = 1_000_000
DROPPED = "[left out: the span is larger than 1 MB]"

KINDS = {
    "chat": "llm", "text_completion": "llm", "generate_content": "llm", "embeddings": "embedding",
    "execute_tool": "tool", "invoke_agent": "agent", "create_agent": "agent", "retrieval": "retrieval",
    "workflow": "workflow",
}  # fmt: skip
"""Datadog's kind of span by operation; every other span is a task."""

METRICS = {
    "input_tokens": "input_tokens", "output_tokens": "output_tokens", "cache_read_input_tokens": "cache_read_input_tokens",
    "cache_creation_input_tokens": "cache_write_input_tokens", "reasoning_output_tokens": "reasoning_output_tokens",
}  # fmt: skip
"""Datadog's name of each count of tokens, by column."""


def span_items(rows: Iterable[Row]) -> list[tuple[Row, bytes]]:
    """Write each span; one larger than MAX_SPAN_BYTES loses its input and output and says so."""
    items = []
    for row in rows:
        span = _span(row)
        written = orjson.dumps(span)
        if len(written) > MAX_SPAN_BYTES:
            for side in ("input", "output"):
                if side in span["meta"]:
                    span["meta"][side] = {"value": DROPPED}
            written = orjson.dumps(span)
        items.append((row, written))
    return items


def _span(row: Row) -> dict[str, Any]:
    kind = KINDS.get(row["operation_name"], "task")
    if kind in ("llm", "embedding") and not row["is_model_call"]:
        kind = "workflow"  # repeats a model call of its own below it, whose tokens would count twice
    span = {
        "trace_id": row["trace_id"],
        "span_id": row["span_id"],
        "parent_id": row["parent_span_id"] or ROOT,
        "name": row["name"],
        "start_ns": row["start_time"],
        "duration": row["duration_ns"],
        "status": "error" if row["status_code"] == "error" else "ok",
        "meta": _meta(row, kind),
        "metrics": _metrics(row) if row["is_model_call"] else {},
        "tags": [*tags_of(row), *(tag("tag", text) for text in row["tags"])],
    }
    if row["session_id"]:
        span["session_id"] = row["session_id"]
    if row["user_id"]:
        span["tags"].append(tag("user_id", row["user_id"]))
    return span


def _meta(row: Row, kind: str) -> dict[str, Any]:
    meta: dict[str, Any] = {"kind": kind, "metadata": _metadata(row)}
    if kind in ("llm", "embedding"):
        meta["model_name"], meta["model_provider"] = row["model"], row["provider_name"]
    if kind == "llm":
        instructions = [{"role": "system", "content": _text(row["system_instructions"])}] if row["system_instructions"] else []
        given, answered = [*instructions, *_messages(row["input_messages"])], _messages(row["output_messages"])
        meta.update(_io("input", given, row["input_value"]), **_io("output", answered, row["output_value"]))
    else:
        input_value = row["tool_call_arguments"] or row["retrieval_query"] or row["input_value"] or row["input_messages"]
        output_value = row["tool_call_result"] or row["retrieval_documents"] or row["output_value"] or row["output_messages"]
        meta.update(_io("input", [], input_value), **_io("output", [], output_value))
    if row["status_code"] == "error":
        meta["error"] = {"message": row["status_message"], "type": row["error_type"]}
    return meta


def _io(side: str, messages: list[dict[str, str]], value: str) -> dict[str, Any]:
    if messages:
        return {side: {"messages": messages}}
    return {side: {"value": value}} if value else {}


def _messages(text: str) -> list[dict[str, str]]:
    try:
        messages = orjson.loads(text) if text else []
    except orjson.JSONDecodeError:
        return []
    if not isinstance(messages, list):
        return []
    return [
        {"role": str(message.get("role", "")), "content": _parts(message.get("parts"))}
        for message in messages
        if isinstance(message, dict)
    ]


def _text(parts_json: str) -> str:
    try:
        return _parts(orjson.loads(parts_json))
    except orjson.JSONDecodeError:
        return parts_json


def _parts(parts: Any) -> str:
    """The text of a message's parts; a part that is no text as JSON, so that nothing is lost."""
    if not isinstance(parts, Sequence) or isinstance(parts, str):
        return "" if parts is None else str(parts)
    texts = []
    for part in parts:
        content = part.get("content") if isinstance(part, dict) and part.get("type") == "text" else None
        texts.append(content if isinstance(content, str) else orjson.dumps(part).decode())
    return "\n".join(texts)


def _metadata(row: Row) -> dict[str, Any]:
    names = ("request_temperature", "request_top_p", "request_max_tokens", "response_id", "finish_reasons",
             "prompt_name", "prompt_version", "agent_name", "tool_name")  # fmt: skip
    return {name.removeprefix("request_"): row[name] for name in names if row[name] not in (None, "", [])}


def _metrics(row: Row) -> dict[str, float]:
    metrics = {name: float(row[column]) for column, name in METRICS.items() if row[column] is not None}
    if row["input_tokens"] is not None and row["output_tokens"] is not None:
        metrics["total_tokens"] = float(row["input_tokens"] + row["output_tokens"])
    if row["time_to_first_token_ns"] is not None:
        metrics["time_to_first_token"] = row["time_to_first_token_ns"] / 1e9
    if row["cost_usd"] is not None:
        metrics["total_cost"] = row["cost_usd"]
    return metrics
