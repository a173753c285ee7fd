"""Messages of every known shape."""

import json
from typing import Any

import pytest

from conventions.reading import text
from watchglass.conventions.exchange import documents_of, exchange
from watchglass.conventions.messages import conversation, holds_more, looks_like_messages, messages_of

CALL = {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo"}}
IMAGE = {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "iVBO"}
ADDRESS = {"type": "uri", "modality": "image", "mime_type": None, "uri": "https://e.org/a.png"}


@pytest.mark.parametrize(
    "value",
    [
        "Hi",
        '"Hi"',
        ["Hi"],
        {"role": "user", "content": "Hi"},
        [{"role": "user", "content": "Hi"}],
        json.dumps(json.dumps([{"role": "user", "content": "Hi"}])),
        {"messages": [{"role": "user", "content": "Hi"}], "model": "m"},
        {"messages": [[{"role": "user", "content": "Hi"}]]},
        {"prompt": "Hi"},
        {"input": "Hi"},
        {"contents": "Hi"},
        {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]},
        [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}],
        [{"role": "user", "content": [{"text": "Hi"}]}],
        [{"type": "human", "content": "Hi"}],
        [{"type": "human", "data": {"content": "Hi", "type": "human"}}],
        [{"lc": 1, "type": "constructor", "id": ["langchain", "HumanMessage"], "kwargs": {"content": "Hi"}}],
        [["user", "Hi"]],
        [["human", "Hi"]],
        [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}],
        {"message": {"content": "Hi"}},
    ],
)
def test_one_question_in_every_shape(value: Any) -> None:
    """They all come out the same."""
    assert messages_of(value) == [text("user", "Hi")]


@pytest.mark.parametrize(
    "value",
    [
        "Hello",
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}]},
        {"choices": [{"text": "Hello"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]},
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}}]},
        {"generations": [[{"text": "Hello", "message": {"type": "ai", "content": "Hello"}}]]},
        {"output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}]},
        {"content": "Hello"},
    ],
)
def test_one_answer_in_every_shape(value: Any) -> None:
    """OpenAI's, Anthropic's, Gemini's, LangChain's and bare text."""
    assert messages_of(value, "assistant") == [text("assistant", "Hello")]


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Oslo"}}]},
        {"type": "ai", "content": "", "tool_calls": [{"id": "c1", "name": "weather", "args": {"city": "Oslo"}}]},
        {"role": "model", "parts": [{"function_call": {"id": "c1", "name": "weather", "args": {"city": "Oslo"}}}]},
        {"role": "model", "parts": [{"functionCall": {"id": "c1", "name": "weather", "args": {"city": "Oslo"}}}]},
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c1", "name": "weather", "input": {"city": "Oslo"}}}]},
        {
            "role": "assistant",
            "content": [{"type": "tool-call", "toolCallId": "c1", "toolName": "weather", "input": {"city": "Oslo"}}],
        },
        {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city":"Oslo"}'},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Oslo"}}],
            "tool_calls": [{"id": "c1", "name": "weather", "args": {"city": "Oslo"}}],
        },
    ],
)
def test_one_tool_call_in_every_shape(message: dict[str, Any]) -> None:
    """Arguments are read where they are JSON text; a call that is said twice is one."""
    assert messages_of([message]) == [{"role": "assistant", "parts": [CALL]}]


@pytest.mark.parametrize(
    "message",
    [
        {"role": "tool", "tool_call_id": "c1", "content": "12 C"},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "12 C"}]},
        {"type": "tool", "tool_call_id": "c1", "content": "12 C"},
        {"type": "function_call_output", "call_id": "c1", "output": "12 C"},
        {
            "role": "tool",
            "content": [{"type": "tool-result", "toolCallId": "c1", "output": {"type": "text", "value": "12 C"}}],
        },
    ],
)
def test_one_answer_of_a_tool_in_every_shape(message: dict[str, Any]) -> None:
    """It names the call that it answers."""
    parts = [{"type": "tool_call_response", "id": "c1", "response": "12 C"}]
    assert messages_of([message]) == [{"role": "tool", "parts": parts}]


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}}, IMAGE),
        ({"type": "image_url", "image_url": "data:image/png;base64,iVBO"}, IMAGE),
        ({"type": "input_image", "image_url": "data:image/png;base64,iVBO"}, IMAGE),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}, IMAGE),
        ({"type": "image", "base64": "iVBO", "mime_type": "image/png"}, IMAGE),
        ({"type": "file", "data": "iVBO", "mediaType": "image/png"}, IMAGE),
        ({"inline_data": {"mime_type": "image/png", "data": "iVBO"}}, IMAGE),
        ({"inlineData": {"mimeType": "image/png", "data": "iVBO"}}, IMAGE),
        ({"image": {"format": "png", "source": {"bytes": "iVBO"}}}, IMAGE),
        ({"type": "binary", "media_type": "image/png", "content": "iVBO"}, IMAGE),
        ({"type": "image_url", "image_url": {"url": "https://e.org/a.png"}}, ADDRESS),
        ({"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}}, ADDRESS),
        ({"type": "image", "image": "https://e.org/a.png"}, ADDRESS),
        ({"fileData": {"fileUri": "https://e.org/a.png"}}, ADDRESS),
        (
            {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
            {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "UklG"},
        ),
        (
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}},
            {"type": "blob", "modality": "document", "mime_type": "application/pdf", "content": "JVBE"},
        ),
        (
            {"type": "file", "file": {"file_id": "f1"}},
            {"type": "file", "modality": "image", "mime_type": None, "file_id": "f1"},
        ),
        (
            {"type": "image_url", "image_url": {"url": "@@@langfuseMedia:type=image/png|id=x|source=bytes@@@"}},
            {
                "type": "uri",
                "modality": "image",
                "mime_type": "image/png",
                "uri": "@@@langfuseMedia:type=image/png|id=x|source=bytes@@@",
            },
        ),
        ({"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "reasoning", "content": "hm"}),
        ({"type": "reasoning", "text": "hm"}, {"type": "reasoning", "content": "hm"}),
        ({"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}, {"type": "reasoning", "content": "hm"}),
        ({"reasoningContent": {"reasoningText": {"text": "hm"}}}, {"type": "reasoning", "content": "hm"}),
        ({"type": "server_tool_use", "x": 1}, {"type": "server_tool_use", "x": 1}),
        ({"odd": 1}, {"type": "text", "content": '{"odd":1}'}),
        (7, {"type": "text", "content": "7"}),
    ],
)
def test_content_blocks_become_parts(block: Any, part: dict[str, Any]) -> None:
    """What is of no known shape is kept as it came."""
    assert messages_of([{"role": "user", "content": [block]}]) == [{"role": "user", "parts": [part]}]


def test_reasoning_and_refusal_beside_the_content_are_parts() -> None:
    """As some providers of OpenAI's API write them."""
    message = {"role": "assistant", "reasoning_content": "hm", "content": "Hello", "refusal": "no"}
    assert messages_of([message])[0]["parts"] == [
        {"type": "reasoning", "content": "hm"},
        {"type": "text", "content": "Hello"},
        {"type": "refusal", "content": "no"},
    ]


@pytest.mark.parametrize(
    "choice",
    [
        {"message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"},
        {"role": "assistant", "content": "x", "stop_reason": "stop"},
        {"type": "ai", "content": "x", "response_metadata": {"finish_reason": "stop"}},
        {"content": {"parts": [{"text": "x"}]}, "finishReason": "stop"},
    ],
)
def test_finish_reasons_stay_with_their_message(choice: dict[str, Any]) -> None:
    """Wherever they stand."""
    assert messages_of([choice], "assistant") == [text("assistant", "x", finish_reason="stop")]


def test_instructions_of_a_request_are_a_system_message() -> None:
    """Anthropic's `system`, OpenAI's `instructions`."""
    for key in ("system", "instructions"):
        assert messages_of({key: "Be brief", "messages": [{"role": "user", "content": "Hi"}]}) == [
            text("system", "Be brief"),
            text("user", "Hi"),
        ]


def test_system_messages_are_told_apart_and_said_once() -> None:
    """Also where the instructions are said beside them."""
    columns = conversation([text("system", "Be brief"), text("user", "Hi")], (), [{"type": "text", "content": "Be brief"}])
    assert columns == {
        "input_messages": [text("user", "Hi")],
        "system_instructions": [{"type": "text", "content": "Be brief"}],
    }


@pytest.mark.parametrize("value", [None, "", [], {}, "[]", [None]])
def test_nothing_gives_no_messages(value: Any) -> None:
    """And an empty conversation has no columns."""
    assert messages_of(value) == []
    assert conversation(messages_of(value)) == {}


@pytest.mark.parametrize("value", ["text", {"query": "x"}, [1, 2], [{"a": 1}], {"type": "object"}, [], {"input": "x"}])
def test_other_values_do_not_look_like_messages(value: Any) -> None:
    """A chain's input stays a value."""
    assert not looks_like_messages(value)
    assert "input_messages" not in exchange(value, None, is_model_call=False)


def test_a_value_that_says_more_than_its_messages_is_kept() -> None:
    """Nothing of it is lost."""
    request = {"messages": [{"role": "user", "content": "Hi"}], "temperature": 1}
    assert holds_more(request)
    assert exchange(request, "Hello", is_model_call=True) == {
        "input_messages": [text("user", "Hi")],
        "output_messages": [text("assistant", "Hello")],
        "input_value": '{"messages":[{"role":"user","content":"Hi"}],"temperature":1}',
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"page_content": "x", "metadata": {"a": 1}}], [{"content": "x", "metadata": {"a": 1}}]),
        ([{"lc": 1, "kwargs": {"page_content": "x"}}], [{"content": "x"}]),
        ({"documents": [{"id": "1", "text": "x", "score": 0}]}, [{"id": "1", "content": "x", "score": 0}]),
        (["x"], [{"content": "x"}]),
        ('[{"content": "x", "relevance_score": 0.5}]', [{"content": "x", "score": 0.5}]),
        ("none", []),
        (None, []),
    ],
)
def test_documents_of_every_known_shape(value: Any, expected: list[dict[str, Any]]) -> None:
    """id, content, score and metadata, where they are there."""
    assert documents_of(value) == expected
