"""Rows split into bodies that keep a target's limits."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def within(items: Sequence[T], size_of: Callable[[T], int], max_bytes: int, max_count: int) -> Iterator[list[T]]:
    """Split `items` in their order into lists of at most `max_count`, of at most `max_bytes` unless one alone is larger."""
    chunk: list[T] = []
    size = 0
    for item in items:
        item_bytes = size_of(item)
        if chunk and (size + item_bytes > max_bytes or len(chunk) >= max_count):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += item_bytes
    if chunk:
        yield chunk
