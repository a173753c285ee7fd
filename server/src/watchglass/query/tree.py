"""Spans of a trace in the order of its tree. Pure, without recursion, and for any parents: absent, cyclic, doubled."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """A span as the tree sees it.

    Attributes:
        span_id: Its id; several spans may have the same.
        parent_span_id: Its parent's id, empty for a root.
        start_ns: Its start, nanoseconds since 1970 UTC.
    """

    span_id: str
    parent_span_id: str
    start_ns: int


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a span stands.

    Attributes:
        index: Its position among the spans given.
        depth: 0 for what hangs at the root.
        is_orphan: It names a parent and hangs at the root, as that parent never came or is its own descendant.
    """

    index: int
    depth: int
    is_orphan: bool


def in_tree_order(nodes: Sequence[Node]) -> list[Placed]:
    """Place every span exactly once: depth first, children by start.

    Children of an id that several spans have hang below the first of them. Of a cycle, the earliest span hangs at the root.
    """
    by_start = sorted(range(len(nodes)), key=lambda index: (nodes[index].start_ns, nodes[index].span_id, index))
    owner: dict[str, int] = {}
    children: dict[str, list[int]] = {}
    for index in by_start:
        owner.setdefault(nodes[index].span_id, index)
        children.setdefault(nodes[index].parent_span_id, []).append(index)
    placed: list[Placed] = []
    seen: set[int] = set()
    at_root = [index for index in by_start if nodes[index].parent_span_id not in owner]
    # what no root reaches is a cycle or hangs below one: it is begun at its earliest span
    for root in [*at_root, *by_start]:
        waiting = [(root, 0)]
        while waiting:
            index, depth = waiting.pop()
            if index in seen:
                continue
            seen.add(index)
            node = nodes[index]
            placed.append(Placed(index, depth, depth == 0 and node.parent_span_id != ""))
            if owner[node.span_id] == index:
                waiting.extend((child, depth + 1) for child in reversed(children.get(node.span_id, ())))
    return placed
