"""What a panel is drawn from, whatever it asked: lines over time, or rows, and in words what was aggregated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Number = int | float | None

_UNITS_S = ((604800, "week"), (86400, "day"), (3600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line over time.

    Attributes:
        name: What tells it apart, for people.
        group: Value of each thing that is grouped by.
        unit: Unit of its values: ns, tokens, USD, ratio or whatever was reported; empty for a count.
        total: The value over the whole range, None where there is none.
        values: Value in each bucket, aligned to the frame's times; None is not known.
    """

    name: str
    group: Mapping[str, Any]
    unit: str
    total: Number
    values: Sequence[Number]


@dataclass(frozen=True, slots=True)
class FrameColumn:
    """A column of rows.

    Attributes:
        name: Name, for people.
        unit: Unit of its values, empty for text and counts.
        is_number: Whether it holds numbers.
    """

    name: str
    unit: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The answer to a panel.

    Attributes:
        aggregates: In words, what was counted, by what and how often.
        interval_s: Length of a bucket, in seconds; None where there are none.
        times_ns: Start of each bucket, nanoseconds since 1970 UTC.
        lines: Lines over time, the most important first.
        columns: Columns of `rows`.
        rows: Rows, where a panel asks for them.
        is_truncated: Whether lines or rows were left out.
        sampled_share: Part of the spans that it was estimated from, 0 to 1; None where it is exact.
    """

    aggregates: str
    interval_s: int | None = None
    times_ns: Sequence[int] = ()
    lines: Sequence[Line] = ()
    columns: Sequence[FrameColumn] = ()
    rows: Sequence[Sequence[Any]] = field(default_factory=list)
    is_truncated: bool = False
    sampled_share: float | None = None


def group_name(group: Mapping[str, Any]) -> str:
    """Write a group's values for people.

    >>> group_name({"model": "gpt-4o", "is_model_call": True, "user_id": ""})
    'gpt-4o, is_model_call, (none)'
    """
    return ", ".join(_word(name, value) for name, value in group.items())


def _word(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    return "(none)" if value in (None, "") else str(value)


def span_words(seconds: int) -> str:
    """Write a length of time in its largest whole unit.

    >>> [span_words(seconds) for seconds in (1, 300, 3600, 172800)]
    ['1 s', '5 min', '1 h', '2 days']
    """
    size, unit = next((size, unit) for size, unit in _UNITS_S if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}{'s' if count > 1 and len(unit) > 3 else ''}"


def in_words(what: str, by: Sequence[str], interval_s: int | None) -> str:
    """Say what was aggregated: `Spans, by model and service, each 5 min`."""
    groups = f", by {' and '.join(by)}" if by else ""
    return f"{what}{groups}, {f'each {span_words(interval_s)}' if interval_s else 'over the whole range'}"
