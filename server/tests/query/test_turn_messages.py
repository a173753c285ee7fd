"""What was said in a turn: where it begins, and how much of it is kept."""

import json
from typing import Any

from doubles.rows import messages
from watchglass.query.turn_messages import CUT, MAX_CHARACTERS, MAX_MESSAGES, said_in_turn


def written(said: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Role and first text of each message."""
    return [(message["role"], message["parts"][0].get("content", message["parts"][0]["type"])) for message in said]


def test_a_turn_begins_with_the_users_last_words() -> None:
    """What was said before is not told again; two messages of the user in a row are both new."""
    asked = messages(("system", "be kind"), ("user", "old"), ("assistant", "old answer"), ("user", "hello?"), ("user", "refund!"))
    said, is_cut = said_in_turn(asked, messages(("assistant", "Of course.")))
    assert written(said) == [("user", "hello?"), ("user", "refund!"), ("assistant", "Of course.")]
    assert not is_cut


def test_tools_of_the_turn_are_told_also_where_their_result_is_said_to_be_the_users() -> None:
    """A tool's result in a message of the user's, as Anthropic's API has it, does not begin a turn."""
    call = {"type": "tool_call", "id": "1", "name": "look_up", "arguments": {"order": 7}}
    asked = [
        {"role": "user", "parts": [{"type": "text", "content": "Where is it?"}]},
        {"role": "assistant", "parts": [call]},
        {"role": "user", "parts": [{"type": "tool_call_response", "id": "1", "response": "in transit"}]},
    ]
    said, _ = said_in_turn(json.dumps(asked), messages(("assistant", "On its way.")))
    assert written(said) == [("user", "Where is it?"), ("assistant", "tool_call"), ("user", "tool_call_response"), ("assistant", "On its way.")]
    assert said[1]["parts"] == [call]


def test_text_that_is_no_message_is_the_users_and_the_answer() -> None:
    """A step's plain input and output stand for a question and an answer; nothing stands for nothing."""
    said, _ = said_in_turn('{"question": "Why?"}', "Because.")
    assert written(said) == [("user", "Why?"), ("assistant", "Because.")]
    assert said_in_turn("", "") == ([], False)
    assert written(said_in_turn("[1, 2", "")[0]) == [("user", "[1, 2")]


def test_a_huge_turn_is_cut() -> None:
    """Text is cut to the budget and says so, an image that is too large is named, and of many messages the last are kept."""
    said, is_cut = said_in_turn("", messages(("assistant", "x" * (MAX_CHARACTERS + 1))))
    assert is_cut
    assert said[0]["parts"][0]["content"] == "x" * MAX_CHARACTERS + CUT
    image = {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "A" * MAX_CHARACTERS}
    said, is_cut = said_in_turn(json.dumps([{"role": "user", "parts": [image, {"type": "text", "content": "What is it?"}]}]), "")
    assert is_cut
    assert "blob of 100," in said[0]["parts"][0]["content"]
    assert said[0]["parts"][1]["content"] == "What is it?"
    said, is_cut = said_in_turn(messages(("user", "go"), *[("assistant", f"step {at}") for at in range(100)]), "")
    assert is_cut
    assert len(said) == MAX_MESSAGES
    assert written(said)[-1] == ("assistant", "step 99")
