"""Attributes that spell out nested values key by key (`llm.input_messages.0.message.role`), put together again."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from watchglass.conventions.span_view import SpanView

Shapes = Mapping[str, frozenset[str]]
"""What the keys begin with, before `.N`, and the rests that are understood, every number written as N
(`N.message.role`). Keys with other rests stay attributes."""

WORDS = ("role", "type")
"""Last steps whose value is one word; anything else under them is not understood."""


def unflatten(view: SpanView, shapes: Shapes) -> dict[str, list[Any]]:
    """Gather the attributes of `shapes` into lists, and take them.

    Returns:
        By prefix the items, by ascending number, maps and lists nested as the keys say; absent when there are none.
    """
    roots: dict[str, dict[str, Any]] = {}
    for key, value in view.attributes.items():
        prefix, path, pattern = _parsed(key)
        known = shapes.get(prefix)
        if known is None or pattern not in known or value is None:
            continue
        if path[-1] in WORDS and not isinstance(value, str):
            continue
        view.taken.add(key)
        node = roots.setdefault(prefix, {})
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node[path[-1]] = value
    return {prefix: _listed(root) for prefix, root in roots.items()}


@lru_cache(maxsize=16_384)
def _parsed(key: str) -> tuple[str, tuple[str, ...], str]:
    """What comes before the first number, the steps from it on, and those with every number written as N."""
    steps = key.split(".")
    first = next((position for position, step in enumerate(steps) if step.isdecimal()), 0)
    if not first:
        return "", (), ""
    path = steps[first:]
    pattern = ".".join("N" if step.isdecimal() else step for step in path)
    return ".".join(steps[:first]), tuple(path), pattern


def _listed(node: Any) -> Any:
    """Turn maps whose keys are all numbers into lists, all the way down."""
    if not isinstance(node, dict):
        return node
    if all(key.isdecimal() for key in node):
        return [_listed(node[key]) for key in sorted(node, key=int)]
    return {key: _listed(inner) for key, inner in node.items()}
