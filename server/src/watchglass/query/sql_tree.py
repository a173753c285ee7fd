"""ClickHouse's own reading of a statement (EXPLAIN AST) as a tree."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_LINE = re.compile(r"( *)(\S+)(?: (.*?))??(?: \(children \d+\))?", re.DOTALL)
_ALIAS = re.compile(r" ?\(alias .*\)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Node:
    """One node.

    Attributes:
        kind: Its class in ClickHouse: Function, Identifier, TableIdentifier, Literal and so on.
        text: What it names, without its alias; empty when it names nothing.
        has_alias: Whether the query gives it a name.
        children: What it is made of.
    """

    kind: str
    text: str
    has_alias: bool
    children: list["Node"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it, parents first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def read_tree(lines: Sequence[str]) -> Node:
    """Build the tree from EXPLAIN AST's lines, which are indented by one space a level.

    Raises:
        ValueError: The lines are not such a tree.
    """
    path: list[Node] = []
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"not a line of a tree: {line[:100]!r}")
        depth, text = len(match.group(1)), match.group(3) or ""
        node = Node(match.group(2), _ALIAS.sub("", text), "(alias " in text)
        if depth > len(path) or (depth == 0) != (not path):
            raise ValueError(f"a line without a parent: {line[:100]!r}")
        del path[depth:]
        if path:
            path[-1].children.append(node)
        path.append(node)
    if not path:
        raise ValueError("no lines")
    return path[0]
