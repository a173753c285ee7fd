"""What nests in OpenLLMetry: whose name an entity is, and what a vector database found."""

from typing import Any

from watchglass.conventions.exchange import documents_of
from watchglass.conventions.span_view import SpanView

RESULT_EVENTS = ("db.query.result", "db.search.result")


def build(view: SpanView) -> dict[str, object]:
    """Read the entity's name and the results that came as events; see Build."""
    columns: dict[str, Any] = {}
    kind, name = view.attributes.get("traceloop.span.kind"), view.attributes.get("traceloop.entity.name")
    if kind == "tool" and not view.fields.get("tool_name"):
        columns["tool_name"] = name
    if kind == "agent" and not view.fields.get("agent_name"):
        columns["agent_name"] = name
    found = [
        {key.rpartition(".")[2]: value for key, value in event.attributes.items()}
        for event in view.events
        if event.name in RESULT_EVENTS
    ]
    if found:
        columns["retrieval_documents"] = documents_of(found)
    return columns
