"""A request's body read and checked, whichever API it came by."""

import json
from collections.abc import Mapping
from typing import Any

from watchglass.errors import InvalidInput


def parse_body(body: bytes) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        InvalidInput: It is none.
    """
    try:
        data = json.loads(body)
    except ValueError as error:
        raise InvalidInput("body", f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise InvalidInput("body", "must be a JSON object")
    return data


def text_field(data: Mapping[str, Any], name: str) -> str:
    """Return a required text field.

    Raises:
        InvalidInput: It is missing, empty or no text.
    """
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidInput(name, "Missing required parameter, or not a non-empty string.")
    return value


def list_field(data: Mapping[str, Any], name: str) -> list[Any]:
    """Return a required list field.

    Raises:
        InvalidInput: It is missing, empty or no list.
    """
    value = data.get(name)
    if not isinstance(value, list) or not value:
        raise InvalidInput(name, "Expected an array with minimum length 1.")
    return value


def number_field(data: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    """Return an optional number, None when absent.

    Raises:
        InvalidInput: It is no number or out of [low, high].
    """
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InvalidInput(name, f"Expected a number between {low:g} and {high:g}.")
    return float(value)
