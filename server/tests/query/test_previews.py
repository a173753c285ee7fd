"""Messages as one line: the right words, and no text that makes it fall over."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.rows import messages
from watchglass.query.previews import PREVIEW_CHARACTERS, input_preview, output_preview


def test_input_is_the_last_thing_that_the_user_said() -> None:
    """Of a conversation the last user message is shown, not what tools or the model said since."""
    text = messages(("user", "first"), ("assistant", "well"), ("user", "where is\n my order?"), ("tool", "found"))
    assert input_preview(text) == "where is my order?"


def test_output_is_the_answer() -> None:
    """The answer's text parts are shown; a tool call is named when nothing is said."""
    assert output_preview(messages(("assistant", "On its way."))) == "On its way."
    call = [{"role": "assistant", "parts": [{"type": "tool_call", "name": "find_order", "arguments": {}}]}]
    assert output_preview(json.dumps(call)) == "calls find_order"


def test_image_is_no_text() -> None:
    """Of a message with an image its words are shown."""
    parts = [{"type": "blob", "content": "aGk="}, {"type": "text", "content": "what is this?"}]
    assert input_preview(json.dumps([{"role": "user", "parts": parts}])) == "what is this?"


@pytest.mark.parametrize(
    ("text", "preview"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ('"quoted"', "quoted"),
        ('{"question": "why?"}', "why?"),
        ('{"a": 1}', '{"a": 1}'),
        ("[1, 2]", "[1, 2]"),
        ('[{"role": "user", "parts"', '[{"role": "user", "parts"'),
        ("[" * 100_000, ("[" * (PREVIEW_CHARACTERS - 1)) + "…"),
        ('[{"role": "user", "parts": "x"}]', ""),
        ('[{"role": 5, "parts": [7, {"type": "text", "content": null}]}]', ""),
    ],
)
def test_any_text_has_a_preview(text: str, preview: str) -> None:
    """What is no messages is shown as it is, cut."""
    assert input_preview(text) == preview


def test_long_text_is_cut_between_characters() -> None:
    """A preview has at most 200 characters and says that it was cut."""
    preview = input_preview(messages(("user", "🦊" * 300)))
    assert preview == "🦊" * (PREVIEW_CHARACTERS - 1) + "…"


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["role", "parts", "type", "content", "name", "text"]), inner, max_size=4),
)


@given(_json.map(json.dumps) | st.text())
def test_nothing_makes_a_preview_fail(text: str) -> None:
    """Any JSON and any text gives one short line."""
    for preview in (input_preview(text), output_preview(text)):
        assert len(preview) <= PREVIEW_CHARACTERS
        assert "\n" not in preview
