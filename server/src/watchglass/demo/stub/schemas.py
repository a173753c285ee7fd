"""A JSON schema and a conversation in, a value that fits the schema out: tool arguments and structured answers."""

import random
import re
from collections.abc import Mapping
from typing import Any

from watchglass.demo.stub.words import words_of

_CODE = re.compile(r"\b[A-Z]{1,4}-\d{3,8}\b")
_NUMBER = re.compile(r"\b\d{1,6}\b")
_ADDRESS = re.compile(r"[\w.]+@[\w.]+\.\w+")


def fill(schema: Mapping[str, Any], text: str, draw: random.Random) -> Any:
    """Return a value that fits `schema`, with what can be found in `text` put where it belongs."""
    if "enum" in schema:
        return _chosen(list(schema["enum"]), text, draw)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "object":
        properties: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
        required = schema.get("required", list(properties))
        return {name: _property(name, properties[name], text, draw) for name in properties if name in required}
    if kind == "array":
        return [fill(schema.get("items", {}), text, draw) for _ in range(2)]
    if kind == "integer":
        return int(_first(_NUMBER, text, str(draw.randint(1, 5))))
    if kind == "number":
        return round(draw.uniform(0.4, 0.98), 2)
    if kind == "boolean":
        return draw.random() < 0.5
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if not line.endswith(":")]  # what ends so is an instruction
    return (told or lines or [""])[0][:120]


def _property(name: str, schema: Mapping[str, Any], text: str, draw: random.Random) -> Any:
    if schema.get("type") == "string" and "enum" not in schema:
        if name == "id" or name.endswith(("_id", "_number", "_code")):
            return _first(_CODE, text, f"A-{draw.randint(10_000, 99_999)}")
        if "mail" in name:
            return _first(_ADDRESS, text, "customer@example.com")
    return fill(schema, text, draw)


def _chosen(choices: list[Any], text: str, draw: random.Random) -> Any:
    """The choice that shares most words with the text; drawn when none shares any."""
    said = set(words_of(text))
    scores = [len(said & set(words_of(str(choice).replace("_", " ")))) for choice in choices]
    return choices[scores.index(max(scores))] if any(scores) else draw.choice(choices)


def _first(pattern: re.Pattern[str], text: str, otherwise: str) -> str:
    """The last match: what was said last counts."""
    found = pattern.findall(text)
    return found[-1] if found else otherwise
