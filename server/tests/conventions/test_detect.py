"""Which convention a span is read by."""

from typing import Any

import pytest

from conventions.reading import read


@pytest.mark.parametrize(
    ("scope", "attributes", "convention"),
    [
        ("openinference.instrumentation.openai", {"gen_ai.system": "x"}, "openinference"),
        ("@arizeai/openinference-instrumentation-openai", {}, "openinference"),
        ("langfuse-sdk", {"openinference.span.kind": "LLM"}, "langfuse"),
        ("mlflow.openai.autolog", {}, "mlflow"),
        ("my.app", {"mlflow.spanType": '"LLM"'}, "mlflow"),
        ("my.app", {"traceloop.entity.name": "x", "gen_ai.system": "x"}, "traceloop"),
        ("opentelemetry.instrumentation.openai_v2", {"gen_ai.system": "x"}, "otel_genai"),
        ("", {"litellm.call_id": "x", "llm.is_streaming": "True"}, "litellm"),
        ("openinferences", {"gen_ai.system": "x"}, "otel_genai"),
    ],
)
def test_a_span_is_read_by_its_scope_first_and_by_its_keys_second(
    scope: str, attributes: dict[str, Any], convention: str
) -> None:
    """And the base is the last that is asked."""
    assert read({"x": 1, **attributes}, scope=scope).get("convention") == convention
