"""One whole span as plain values: what a convention's builder reads."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of a span.

    Attributes:
        name: Event name.
        time_ns: When, nanoseconds since 1970.
        attributes: Plain values: str, bool, int, float, list, dict or None; bytes as base64 text.
    """

    name: str
    time_ns: int
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SpanView:
    """One span.

    Attributes:
        name: Span name.
        scope_name: Instrumentation scope.
        kind: unspecified, internal, server, client, producer or consumer.
        start_time_ns: Start, nanoseconds since 1970.
        attributes: Plain values, as in EventView.
        events: The span's events in the order sent.
        fields: Canonical columns that the data file filled already.
        taken: Keys of attributes that the builder took; they are left out of the attribute maps.
    """

    name: str
    scope_name: str
    kind: str
    start_time_ns: int
    attributes: dict[str, Any]
    events: list[EventView] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def take(self, key: str) -> Any:
        """Return an attribute whose whole meaning goes into columns, None where it is missing.

        What a builder only looks at, or uses in part, it reads from `attributes`, so that it stays in the maps.
        """
        value = self.attributes.get(key)
        if value is not None:
            self.taken.add(key)
        return value
