"""Which of several spans of one call is the call, and which convention a span is read by."""

from typing import Any

import pytest

from conventions.reading import read
from doubles.spans import decode_spans

TRACE, OTHER_TRACE = (1).to_bytes(16, "big"), (2).to_bytes(16, "big")
WITH_USAGE = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5}
WITHOUT_USAGE = {"gen_ai.operation.name": "chat"}


def counted(*spans: dict[str, Any]) -> list[bool]:
    """is_model_call of spans that hang below each other, the first one outermost."""
    rows = decode_spans(
        [
            {
                "trace_id": TRACE,
                "span_id": number.to_bytes(8, "big"),
                "parent_span_id": (number - 1).to_bytes(8, "big") if number > 1 else b"",
                **span,
            }
            for number, span in enumerate(spans, start=1)
        ]
    )
    return [row["is_model_call"] for row in rows]


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        (WITH_USAGE, WITH_USAGE, [True, False]),
        (WITH_USAGE, WITHOUT_USAGE, [True, False]),
        (WITHOUT_USAGE, WITHOUT_USAGE, [True, False]),
        (WITHOUT_USAGE, WITH_USAGE, [False, True]),
    ],
)
def test_a_call_seen_twice_is_counted_once(outer: dict[str, Any], inner: dict[str, Any], expected: list[bool]) -> None:
    """The outer span, unless only the inner one knows the tokens: Anthropic's SDK traces itself below others."""
    assert counted({"attributes": outer}, {"attributes": inner}) == expected


def test_calls_below_a_step_are_all_counted() -> None:
    """An agent is no call, so what is below it is not a second sight of it."""
    agent = {"attributes": {"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 9}}
    assert counted(agent, {"attributes": WITH_USAGE}) == [False, True]


def test_a_chain_of_three_is_counted_once() -> None:
    """Framework, instrumentation and SDK."""
    assert counted(*[{"attributes": WITH_USAGE}] * 3) == [True, False, False]


def test_span_ids_are_only_meaningful_within_their_trace() -> None:
    """The same ids in another trace are other spans."""
    inner = {"attributes": WITH_USAGE, "trace_id": OTHER_TRACE}
    assert counted({"attributes": WITH_USAGE}, inner) == [True, True]


def test_a_span_that_is_its_own_parent_is_counted() -> None:
    """Odd, but it is a call."""
    assert counted({"attributes": WITH_USAGE, "parent_span_id": (1).to_bytes(8, "big")}) == [True]


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
