"""What nests in MLflow: every attribute is JSON, written by its span.set_attribute."""

from typing import Any

from watchglass.conventions.exchange import documents_of, exchange
from watchglass.conventions.parts import from_json
from watchglass.conventions.providers import canonical_provider
from watchglass.conventions.request_parameters import number, parameters_of
from watchglass.conventions.span_view import SpanView

MODEL_OPERATIONS = ("chat", "text_completion", "generate_content")

USAGE_COLUMNS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
"""Keys of mlflow.chat.tokenUsage that are columns; its autologging adds cached tokens to input_tokens itself."""


def build(view: SpanView) -> dict[str, object]:
    """Read a span's inputs, outputs, usage, cost and prompt; see Build."""
    operation = view.fields.get("operation_name")
    given, answered = view.take("mlflow.spanInputs"), view.take("mlflow.spanOutputs")
    columns = exchange(given, answered, is_model_call=operation in MODEL_OPERATIONS)
    if operation in MODEL_OPERATIONS or operation == "embeddings":
        columns.update(_request(from_json(given)))
        columns.update(_response(from_json(answered)))
    if operation == "execute_tool":
        columns["tool_name"] = view.name
    if operation == "invoke_agent":
        columns["agent_name"] = view.name
    if operation == "retrieval" and (documents := documents_of(answered)):
        columns["retrieval_documents"] = documents
    provider = from_json(view.attributes.get("mlflow.llm.provider"))
    if isinstance(provider, str):
        columns["provider_name"] = canonical_provider(provider)
    usage = from_json(view.attributes.get("mlflow.chat.tokenUsage"))
    if isinstance(usage, dict):
        columns.update({name: number(usage.get(name)) for name in USAGE_COLUMNS if name in usage})
    cost = from_json(view.attributes.get("mlflow.llm.cost"))
    if isinstance(cost, dict):
        columns["client_cost_usd"] = number(cost.get("total_cost"))
    columns.update(_prompt(from_json(view.attributes.get("mlflow.linkedPrompts"))))
    return columns


def _request(given: Any) -> dict[str, Any]:
    """Parameters and the model asked for; mlflow.llm.model is the one that answered where the answer says so."""
    if not isinstance(given, dict):
        return {}
    asked = given.get("model")
    return {**parameters_of(given), **({"request_model": asked} if isinstance(asked, str) else {})}


def _response(answered: Any) -> dict[str, Any]:
    """The response's id, model, finish reasons and an embedding's usage, where the output is the provider's own."""
    if not isinstance(answered, dict):
        return {}
    columns: dict[str, Any] = {}
    usage = answered.get("usage")
    if isinstance(usage, dict) and "prompt_tokens" in usage:
        columns["input_tokens"] = number(usage["prompt_tokens"])
    if isinstance(answered.get("id"), str):
        columns["response_id"] = answered["id"]
    if isinstance(answered.get("model"), str):
        columns["response_model"] = answered["model"]
    choices = answered.get("choices")
    ended = [choice for choice in (choices if isinstance(choices, list) else []) if isinstance(choice, dict)]
    reasons = [choice.get("finish_reason") for choice in ended] + [answered.get("stop_reason")]
    reasons = [reason for reason in reasons if isinstance(reason, str)]
    return {**columns, "finish_reasons": reasons} if reasons else columns


def _prompt(linked: Any) -> dict[str, Any]:
    """The first prompt that was loaded within the span."""
    first = linked[0] if isinstance(linked, list) and linked else None
    if not isinstance(first, dict) or not isinstance(first.get("name"), str):
        return {}
    version = first.get("version")
    return {"prompt_name": first["name"], **({} if version is None else {"prompt_version": str(version)})}
