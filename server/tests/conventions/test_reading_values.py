"""Single values: providers, parameters, tools and numbers."""

from typing import Any

import pytest

from watchglass.conventions.providers import canonical_provider
from watchglass.conventions.request_parameters import number, parameters_of, tools_of


@pytest.mark.parametrize(
    ("said", "canonical"),
    [
        ("openai", "openai"),
        ("OpenAI", "openai"),
        ("openai.chat", "openai"),
        ("anthropic.messages", "anthropic"),
        ("aws.bedrock", "aws.bedrock"),
        ("amazon-bedrock.chat", "aws.bedrock"),
        ("bedrock_converse", "aws.bedrock"),
        ("az.ai.openai", "azure.ai.openai"),
        ("azure", "azure.ai.openai"),
        ("azure_ai", "azure.ai.inference"),
        ("google.vertex.chat", "gcp.vertex_ai"),
        ("google.generative-ai", "gcp.gemini"),
        ("vertexai", "gcp.vertex_ai"),
        ("gcp.gemini", "gcp.gemini"),
        ("mistralai", "mistral_ai"),
        ("xai", "x_ai"),
        ("cohere_chat", "cohere"),
        ("My.House.Models", "my.house.models"),
        ("", ""),
    ],
)
def test_a_provider_has_one_name(said: str, canonical: str) -> None:
    """Whatever a dialect calls it; one that is not known keeps its own."""
    assert canonical_provider(said) == canonical


@pytest.mark.parametrize(
    ("said", "read"),
    [(1, 1), ("2", 2), ("2.5", 2.5), (" 3 ", 3), (True, None), ("x", None), (None, None), (float("inf"), None), ("NaN", None)],
)
def test_numbers_may_come_as_text(said: Any, read: Any) -> None:
    """What is none is None."""
    assert number(said) == read


def test_parameters_have_a_column_each() -> None:
    """By snake case or camel case; what is not known, or no number, is left out."""
    request = {"temperature": 1, "topP": "0.5", "maxOutputTokens": 9, "stop": "END", "stream": True, "n": None, "seed": "x", "odd": 1}
    assert parameters_of(request) == {
        "request_temperature": 1,
        "request_top_p": 0.5,
        "request_max_tokens": 9,
        "request_stop_sequences": "END",
        "is_streaming": True,
    }


@pytest.mark.parametrize("request_", [None, "x", "[]", 7, []])
def test_what_is_no_request_has_no_parameters(request_: Any) -> None:
    """It is not an error."""
    assert parameters_of(request_) == {}


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},
        {"name": "f", "input_schema": {"type": "object"}},
        {"type": "function", "name": "f", "inputSchema": {"type": "object"}},
        '{"name": "f", "parameters": "{\\"type\\": \\"object\\"}"}',
    ],
)
def test_a_tool_has_one_form(tool: Any) -> None:
    """OpenAI's, Anthropic's, Vercel's, and JSON text."""
    assert tools_of([tool]) == [{"type": "function", "name": "f", "parameters": {"type": "object"}}]


def test_what_is_no_list_of_tools_is_none() -> None:
    """It is not an error."""
    assert tools_of("x") == []
