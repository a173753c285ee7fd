"""What was said in one turn of a conversation: the user's new words, what the tools gave, the answer; bounded. Pure."""

from collections.abc import Iterable
from typing import Any

import orjson

from watchglass.query.previews import plain

MAX_CHARACTERS = 100_000
"""Most characters of a turn; what goes beyond is cut."""

MAX_MESSAGES = 60
"""Most messages of a turn, the last."""

CUT = "… (cut: the trace has the whole)"

Message = dict[str, Any]


def said_in_turn(input_text: str, output_text: str) -> tuple[list[Message], bool]:
    """Return the messages of a turn, and whether anything was cut.

    A call to a model repeats the whole conversation before it; what is new begins with the user's last words. After them
    come the calls of tools and their results, where the model was asked again with these.

    Args:
        input_text: Input messages of the turn's last call (canonical JSON), or any text.
        output_text: Its output messages, or any text.

    >>> said_in_turn('[{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]', "Hello")[0][1]
    {'role': 'assistant', 'parts': [{'type': 'text', 'content': 'Hello'}]}
    """
    asked = _messages(input_text, "user")
    new = asked[_start_of_turn(asked) :] + _messages(output_text, "assistant")
    budget = _Budget()
    kept = [_bounded(message, budget) for message in new[-MAX_MESSAGES:]]
    return kept, budget.is_spent or len(new) > MAX_MESSAGES


def _start_of_turn(messages: list[Message]) -> int:
    """Index of the first of the user's last words."""
    last = next((at for at in range(len(messages) - 1, -1, -1) if _is_users_word(messages[at])), 0)
    while last and _is_users_word(messages[last - 1]):
        last -= 1
    return last


def _is_users_word(message: Message) -> bool:
    """Whether the user speaks; some APIs send a tool's result as a message of the user's."""
    return message.get("role") == "user" and any(
        part.get("type") not in ("tool_call_response", "tool_result") for part in _parts(message)
    )


def _messages(text: str, role: str) -> list[Message]:
    value = _read(text)
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [{"role": str(item.get("role") or role), "parts": list(_parts(item))} for item in value]
    words = plain(text)
    return [{"role": role, "parts": [{"type": "text", "content": words}]}] if words else []


def _read(text: str) -> Any:
    try:
        return orjson.loads(text) if text[:1] == "[" else None
    except orjson.JSONDecodeError:
        return None


def _parts(message: Message) -> Iterable[dict[str, Any]]:
    parts = message.get("parts", message.get("content"))
    if isinstance(parts, str):
        return [{"type": "text", "content": parts}]
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


class _Budget:
    """Characters that a turn may still take."""

    def __init__(self) -> None:
        self.left = MAX_CHARACTERS
        self.is_spent = False

    def take(self, characters: int) -> bool:
        """Take so many, or none when there are not enough."""
        if characters > self.left:
            self.is_spent = True
            return False
        self.left -= characters
        return True


def _bounded(message: Message, budget: _Budget) -> Message:
    return {"role": message["role"], "parts": [_bounded_part(part, budget) for part in message["parts"]]}


def _bounded_part(part: dict[str, Any], budget: _Budget) -> dict[str, Any]:
    """The part as it is, or the beginning of its text, or a word on what was left out."""
    size = len(orjson.dumps(part))
    if budget.take(size):
        return part
    content = part.get("content")
    if part.get("type") in ("text", "reasoning") and isinstance(content, str):
        kept = content[: budget.left]
        budget.left -= len(kept)
        return {"type": part["type"], "content": kept + CUT}
    return {"type": "text", "content": f"[{part.get('type', 'part')} of {size:,} bytes is not replayed here]"}
