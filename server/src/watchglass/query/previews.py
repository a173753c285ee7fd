"""Messages as one line of plain text for lists: the last thing the user said, the answer."""

from collections.abc import Iterable
from typing import Any

import orjson

PREVIEW_CHARACTERS = 200
"""Longest preview, in characters."""


def input_preview(text: str) -> str:
    """The last user message of input messages (canonical JSON), else the last message, else `text` itself.

    >>> input_preview('[{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]')
    'Hi'
    """
    messages = _messages(text)
    said = [message for message in messages if message.get("role") == "user"]
    for message in [*reversed(said), *reversed(messages)]:
        if words := _words(message):
            return cut(words)
    return "" if messages else cut(plain(text))


def output_preview(text: str) -> str:
    """The text of the answer (canonical JSON), the tools that it calls when it says nothing, else `text` itself."""
    messages = _messages(text)
    if words := " ".join(filter(None, map(_words, messages))):
        return cut(words)
    calls = [
        str(part.get("name", "")) for message in messages for part in _parts(message) if part.get("type") == "tool_call"
    ]
    return cut("calls " + ", ".join(calls)) if calls else "" if messages else cut(plain(text))


def plain(text: str) -> str:
    """Text as it is; a JSON string or an object with one obvious text without its JSON."""
    value = _read(text) if text[:1] in '{["' else None
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        for key in ("input", "question", "query", "prompt", "output", "answer", "text", "content", "result"):
            if isinstance(value.get(key), str):
                return str(value[key])
    return text


def cut(text: str, characters: int = PREVIEW_CHARACTERS) -> str:
    """One line of at most `characters` characters; an ellipsis stands for what is left out."""
    line = " ".join(text[: characters * 20].split())
    return line if len(line) <= characters else line[: characters - 1] + "…"


def _messages(text: str) -> list[dict[str, Any]]:
    value = _read(text) if text[:1] == "[" else None
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict) and ("role" in item or "parts" in item)]


def _read(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _parts(message: dict[str, Any]) -> Iterable[dict[str, Any]]:
    parts = message.get("parts")
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _words(message: dict[str, Any]) -> str:
    if isinstance(message.get("content"), str):
        return str(message["content"])
    texts = [part.get("content") for part in _parts(message) if part.get("type") == "text"]
    return " ".join(text for text in texts if isinstance(text, str))
