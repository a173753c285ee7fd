"""What nests in Langfuse: input, output, usage, cost and parameters as JSON, and the first token's time as a date."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from watchglass.conventions.exchange import documents_of, exchange
from watchglass.conventions.parts import from_json
from watchglass.conventions.request_parameters import number, parameters_of, tools_of
from watchglass.conventions.span_view import SpanView

PREFIX = "langfuse.observation."

_INPUT_DETAILS: Mapping[str, tuple[str, ...]] = {
    "cache_read_input_tokens": ("cache_read_input_tokens", "input_cached_tokens", "input_cache_read"),
    "cache_creation_input_tokens": ("cache_creation_input_tokens", "input_cache_creation"),
    "audio_input_tokens": ("input_audio_tokens", "input_audio"),
}
_OUTPUT_DETAILS: Mapping[str, tuple[str, ...]] = {
    "reasoning_output_tokens": ("output_reasoning_tokens", "output_reasoning"),
    "audio_output_tokens": ("output_audio_tokens", "output_audio"),
}


def build(view: SpanView) -> dict[str, object]:
    """Read an observation; see Build."""
    operation = view.fields.get("operation_name")
    given, answered = view.take(f"{PREFIX}input"), view.take(f"{PREFIX}output")
    columns = exchange(given, answered, is_model_call=operation == "chat")
    request = from_json(given)
    if isinstance(request, dict) and isinstance(request.get("tools"), list):
        columns["tool_definitions"] = tools_of(request["tools"])
    if operation == "execute_tool":
        columns["tool_name"] = view.name
    if operation == "invoke_agent":
        columns["agent_name"] = view.name
    if operation == "retrieval" and (documents := documents_of(answered)):
        columns["retrieval_documents"] = documents
    columns.update(parameters_of(view.attributes.get(f"{PREFIX}model.parameters")))
    columns.update(usage_columns(from_json(view.attributes.get(f"{PREFIX}usage_details"))))
    costs = from_json(view.attributes.get(f"{PREFIX}cost_details"))
    if isinstance(costs, dict):
        columns["client_cost_usd"] = _total(costs)
    columns.update(_first_token(view))
    return columns


def usage_columns(usage: Any) -> dict[str, Any]:
    """Token columns of usage_details.

    OpenAI's own form (prompt_tokens, input_tokens with *_details) counts the details inside the totals. In Langfuse's
    form (input, output, and keys like input_cached_tokens) the keys exclude each other, so they are added up.
    """
    if not isinstance(usage, dict):
        return {}
    counts = _numbers(usage)
    if "input" not in counts and "output" not in counts:
        return _openai_usage(usage)
    columns: dict[str, Any] = {}
    for total, details in (("input", _INPUT_DETAILS), ("output", _OUTPUT_DETAILS)):
        for column, names in details.items():
            name = next((name for name in names if name in counts), None)
            if name is not None:
                columns[column] = counts[name]
        apart = {name for names in details.values() for name in names}
        if total in counts:
            columns[f"{total}_tokens"] = counts[total] + sum(
                count for key, count in counts.items() if key in apart or key.startswith(f"{total}_")
            )
    return columns


def _openai_usage(usage: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for side, names in (("input", ("prompt", "input")), ("output", ("completion", "output"))):
        for name in names:
            if number(usage.get(f"{name}_tokens")) is not None:
                columns[f"{side}_tokens"] = number(usage[f"{name}_tokens"])
            details = usage.get(f"{name}_tokens_details")
            if isinstance(details, dict):
                columns[f"audio_{side}_tokens"] = number(details.get("audio_tokens"))
                if side == "input":
                    columns["cache_read_input_tokens"] = number(details.get("cached_tokens"))
                else:
                    columns["reasoning_output_tokens"] = number(details.get("reasoning_tokens"))
    return columns


def _total(costs: Mapping[str, Any]) -> float | int | None:
    known = _numbers(costs)
    return known.get("total", sum(known.values())) if known else None


def _numbers(values: Mapping[str, Any]) -> dict[str, float | int]:
    read = {key: number(value) for key, value in values.items()}
    return {key: value for key, value in read.items() if value is not None}


def _first_token(view: SpanView) -> dict[str, Any]:
    """completion_start_time is an ISO date written as a JSON string; only streams have it."""
    said = from_json(view.attributes.get(f"{PREFIX}completion_start_time"))
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        moment = None
    if moment is None:
        return {}
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since_1970 = moment - datetime(1970, 1, 1, tzinfo=UTC)
    reached_ns = (since_1970.days * 86_400 + since_1970.seconds) * 1_000_000_000 + since_1970.microseconds * 1_000
    # the date has microseconds, the start has nanoseconds: a first token at once may seem to come before it
    waited_ns = reached_ns - view.start_time_ns
    if waited_ns < -1_000:
        return {}
    return {"time_to_first_token_ns": max(waited_ns, 0), "is_streaming": True}
