"""YAML read with the line of every value, so that what is wrong can be pointed at."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import yaml

from watchglass.errors import InvalidInput

Value = TypeVar("Value")

_DURATION = re.compile("".join(rf"(?:(\d{{1,9}}){unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms")), re.ASCII)
_SECONDS = (31_536_000, 604_800, 86_400, 3_600, 60, 1, 0.001)
MAX_PROBLEMS = 20
"""Most problems that are told at once."""


@dataclass(slots=True)
class Problems:
    """What is wrong with one file.

    Attributes:
        found: One sentence each, with line and field.
    """

    found: list[str] = field(default_factory=list)

    def add(self, node: yaml.Node, path: str, detail: str) -> None:
        """Note that what stands at `path` is wrong."""
        self.found.append(f"line {node.start_mark.line + 1}: {path or 'the file'} {detail}")

    def refuse(self, name: str) -> None:
        """End when anything is wrong.

        Raises:
            InvalidInput: Something is; the field is `name`.
        """
        if self.found:
            more = len(self.found) - MAX_PROBLEMS
            rest = f"; and {more} more" if more > 0 else ""
            raise InvalidInput(name, "; ".join(self.found[:MAX_PROBLEMS]) + rest)


def compose(text: str, name: str) -> yaml.Node | None:
    """Parse YAML (of which JSON is a part); None when it is empty.

    Raises:
        InvalidInput: It is not YAML; the field is `name`, and the line is told.
    """
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise InvalidInput(name, f"{line}not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidInput(name, f"not YAML: {str(error)[:200]}") from error


class Reading:
    """Reads values of a composed file; what is wrong is noted, and the default taken."""

    def __init__(self, problems: Problems) -> None:
        """Note what is wrong in `problems`."""
        self.problems = problems

    def fields(self, node: yaml.Node, path: str) -> Iterator[tuple[str, yaml.Node, str]]:
        """The entries of a map: key, value, and the value's path."""
        if not isinstance(node, yaml.MappingNode):
            self.problems.add(node, path, "must be a map")
            return
        seen: set[str] = set()
        for key_node, value in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.add(key_node, path, "must have keys of text")
                continue
            key = key_node.value
            inner = f"{path}.{key}" if path else key
            if key in seen:
                self.problems.add(key_node, inner, "is there twice")
            seen.add(key)
            # the line that is told is the key's: a value may begin on another
            value.start_mark = key_node.start_mark if isinstance(value, yaml.ScalarNode) else value.start_mark
            yield key, value, inner

    def map_of(self, node: yaml.Node, path: str, readers: Mapping[str, Callable[[yaml.Node, str], object]], unknown: str) -> dict[str, object]:
        """Read a map with a reader a key; a key without one is a problem, told with `unknown`."""
        found: dict[str, object] = {}
        for key, value, inner in self.fields(node, path):
            reader = readers.get(key)
            if reader is None:
                self.problems.add(value, inner, unknown)
            else:
                found[key] = reader(value, inner)
        return found

    def items(self, node: yaml.Node, path: str, read: Callable[[yaml.Node, str], Value]) -> list[Value]:
        """Read each item of a list."""
        if not isinstance(node, yaml.SequenceNode):
            self.problems.add(node, path, "must be a list")
            return []
        return [read(item, f"{path}[{place}]") for place, item in enumerate(node.value)]

    def text(self, node: yaml.Node, path: str) -> str:
        """Read text; numbers and so on are taken as they are written."""
        if not isinstance(node, yaml.ScalarNode) or node.tag.endswith(":null"):
            self.problems.add(node, path, "must be text")
            return ""
        return str(node.value)

    def truth(self, node: yaml.Node, path: str) -> bool:
        """Read true or false."""
        if not isinstance(node, yaml.ScalarNode) or node.value not in ("true", "false"):
            self.problems.add(node, path, "must be true or false")
            return False
        return bool(node.value == "true")

    def duration_s(self, node: yaml.Node, path: str) -> float:
        """Read a duration as Prometheus writes it (`15s`, `1m30s`), in seconds."""
        text = self.text(node, path)
        seconds = read_duration_s(text)
        if not seconds:
            self.problems.add(node, path, f"must be a duration such as 15s or 1m30s, not {text[:40]!r}")
            return 1.0
        return seconds


def read_duration_s(text: str) -> float:
    """A duration as Prometheus writes it, in seconds; 0 when it is none."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return 0.0
    return float(sum(int(count) * unit for count, unit in zip(match.groups(), _SECONDS, strict=True) if count))
