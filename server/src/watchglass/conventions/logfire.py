"""What nests in Logfire: request and response as JSON, and the second record that a stream leaves at its end."""

from typing import Any

from watchglass.conventions.genai_messages import genai_conversation
from watchglass.conventions.messages import conversation, messages_of
from watchglass.conventions.parts import from_json
from watchglass.conventions.pydantic_ai import messages_of_events
from watchglass.conventions.request_parameters import parameters_of, tools_of
from watchglass.conventions.span_view import SpanView


def build(view: SpanView) -> dict[str, object]:
    """Read a request and its response; see Build."""
    request, response = from_json(view.attributes.get("request_data")), from_json(view.attributes.get("response_data"))
    columns: dict[str, Any] = {**_request(request), **_response(response)}
    if "events" in view.attributes:
        columns = {**columns, **messages_of_events(view, "events")}
    columns.update(genai_conversation(view))
    if _only_opened_a_stream(view):
        columns["is_model_call"] = False
    return columns


def _request(request: Any) -> dict[str, Any]:
    if not isinstance(request, dict):
        return {}
    columns = {**parameters_of(request)}
    if any(key in request for key in ("messages", "prompt")):
        columns.update(conversation(messages_of(request)))
    if isinstance(request.get("tools"), list):
        columns["tool_definitions"] = tools_of(request["tools"])
    return columns


def _response(response: Any) -> dict[str, Any]:
    if not isinstance(response, dict):
        return {}
    answer = response.get("message") or response.get("text") or response.get("combined_chunk_content")
    return conversation([], messages_of(answer, "assistant"))


def _only_opened_a_stream(view: SpanView) -> bool:
    """Whether the answer is in another record.

    The span of a streamed request ends when the stream opens; usage and answer come in a log record (a span of type
    `log`) when it ends, and that one is counted. A span that failed is the only record of its call.
    """
    if view.attributes.get("logfire.span_type") == "log":
        return False
    answered = ("response_id", "input_tokens", "output_messages")  # the model is said before it answered
    failed = "error_type" in view.fields or any(event.name == "exception" for event in view.events)
    return not failed and not any(view.fields.get(name) for name in answered)
