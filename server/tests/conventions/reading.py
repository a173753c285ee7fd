"""Rows as tests of conventions read them: JSON columns parsed, what is empty left out."""

import json
from collections.abc import Mapping
from typing import Any

from doubles.spans import decode_span

JSON_COLUMNS = ("input_messages", "output_messages", "system_instructions", "tool_definitions", "retrieval_documents")
MAPS = ("attributes", "attributes_int", "attributes_double", "attributes_bool")


def read(attributes: Mapping[str, Any], *, scope: str = "", **span: Any) -> dict[str, Any]:
    """The columns that were filled for a span with these attributes, messages as plain values."""
    row = decode_span(attributes, scope=scope, **span)
    filled = {name: value for name, value in row.items() if value not in (None, "", [], {})}
    return {name: json.loads(value) if name in JSON_COLUMNS else value for name, value in filled.items()}


def picked(row: Mapping[str, Any], *names: str) -> tuple[Any, ...]:
    """Some columns of a row, None where empty."""
    return tuple(row.get(name) for name in names)


def text(role: str, content: str, **more: Any) -> dict[str, Any]:
    """A message of one text part."""
    return {"role": role, "parts": [{"type": "text", "content": content}], **more}


def kept(row: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that stayed attributes."""
    return {key: value for name in MAPS for key, value in row.get(name, {}).items()}
