"""Requests as clients write them: parameters, tools offered, and numbers that came as text."""

import math
from collections.abc import Mapping
from typing import Any

from watchglass.conventions.parts import from_json

_COLUMNS: Mapping[str, str] = {
    "temperature": "request_temperature",
    "top_p": "request_top_p",
    "topP": "request_top_p",
    "top_k": "request_top_k",
    "topK": "request_top_k",
    "max_tokens": "request_max_tokens",
    "max_completion_tokens": "request_max_tokens",
    "max_output_tokens": "request_max_tokens",
    "max_tokens_to_sample": "request_max_tokens",
    "maxTokens": "request_max_tokens",
    "maxOutputTokens": "request_max_tokens",
    "frequency_penalty": "request_frequency_penalty",
    "frequencyPenalty": "request_frequency_penalty",
    "presence_penalty": "request_presence_penalty",
    "presencePenalty": "request_presence_penalty",
    "seed": "request_seed",
    "n": "request_choice_count",
    "candidate_count": "request_choice_count",
    "dimensions": "embedding_dimensions",
}
"""Column of each parameter that is a number."""

_STOPS = ("stop", "stop_sequences", "stopSequences")


def number(value: Any) -> float | int | None:
    """Read a number, or one that came as text; None for anything else, infinities and NaN."""
    if isinstance(value, str):
        try:
            value = float(value) if not value.strip().lstrip("+-").isdecimal() else int(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def parameters_of(request: Any) -> dict[str, Any]:
    """The request_* columns of a map of parameters (or its JSON text); what it does not say is absent."""
    request = from_json(request)
    if not isinstance(request, dict):
        return {}
    columns: dict[str, Any] = {}
    for name, value in request.items():
        column = _COLUMNS.get(name)
        if column is not None:
            columns[column] = number(value)
        elif name in _STOPS and isinstance(value, str | list) and value:
            columns["request_stop_sequences"] = value
        elif name == "stream" and isinstance(value, bool):
            columns["is_streaming"] = value
    return {column: value for column, value in columns.items() if value is not None}


def tools_of(tools: Any) -> list[Any]:
    """Tools offered to a model as OpenTelemetry lists them: [{type, name, description, parameters}]."""
    tools = from_json(tools)
    return [_tool(from_json(tool)) for tool in tools] if isinstance(tools, list) else []


def _tool(tool: Any) -> Any:
    if not isinstance(tool, dict):
        return tool
    function = tool.get("function")
    flat = {key: value for key, value in tool.items() if key != "function"}
    if isinstance(function, dict):
        flat.update(function)
    schema = next((flat.pop(key) for key in ("parameters", "input_schema", "inputSchema") if key in flat), None)
    named = {"type": flat.pop("type", "function"), **flat}
    return named if schema is None else {**named, "parameters": from_json(schema)}
