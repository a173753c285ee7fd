"""Rows of users' SQL as a panel shows them: which column is the time, which ones tell lines apart, which are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from watchglass.errors import InvalidInput
from watchglass.query.frames import Frame, FrameColumn, Line, Number
from watchglass.query.scope import Scope, format_time, parse_time
from watchglass.query.sql_sandbox import SqlAnswer
from watchglass.query.sql_values import json_rows, split_type

MAX_ROWS = 10_000
"""Most rows that a panel is drawn from."""

MAX_LINES = 100
"""Most lines of a panel."""

_TIMES = frozenset({"Date", "Date32", "DateTime", "DateTime32", "DateTime64"})
_NUMBERS = ("Int", "UInt", "Float", "BFloat")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which columns mean what; those not given are found by their types.

    Attributes:
        time: The column of times; None for the first of such a type.
        names: Columns that tell lines apart; empty for all that are neither times nor numbers.
        values: Columns that are drawn; empty for all numbers.
    """

    time: str | None
    names: Sequence[str]
    values: Sequence[str]


def sql_frame(answer: SqlAnswer, mapping: Mapping, scope: Scope, interval_s: int | None, *, has_rows: bool) -> Frame:
    """Turn the rows of a statement into a frame.

    Args:
        answer: The rows.
        mapping: Which columns mean what.
        scope: The range that was asked about.
        interval_s: The interval that the statement was given, None when it did not ask for one; then buckets without a
            row are filled in, as long as all times are multiples of it.
        has_rows: Whether rows are wanted as they are, and not lines.

    Raises:
        InvalidInput: The mapping names a column that is not there, or there is no time or no number; the field is
            `time`, `names` or `values`. Or several rows are of one time and line; the field is `query`.
    """
    rows = json_rows(answer.table, answer.types)
    kinds = {name: _kind(type_name) for name, type_name in zip(answer.table.column_names, answer.types, strict=True)}
    count = f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}{', more were left out' if answer.is_truncated else ''}"
    if has_rows:
        columns = [FrameColumn(name, "", is_number=kind == "number") for name, kind in kinds.items()]
        return Frame(f"SQL, {count}", columns=columns, rows=rows, is_truncated=answer.is_truncated)
    said = Frame(f"SQL, {count}", is_truncated=answer.is_truncated)
    return _with_lines(said, rows, kinds, _completed(mapping, kinds), scope, interval_s)


def _kind(type_name: str) -> str:
    name, arguments = split_type(type_name)
    while name in ("Nullable", "LowCardinality", "SimpleAggregateFunction"):
        name, arguments = split_type(arguments[-1])
    if name in _TIMES:
        return "time"
    return "number" if name.startswith(_NUMBERS) else "text"


def _completed(mapping: Mapping, kinds: dict[str, str]) -> Mapping:
    for field, names in (("time", [mapping.time] if mapping.time else []), ("names", mapping.names), ("values", mapping.values)):
        for name in names:
            if name not in kinds:
                raise InvalidInput(field, f"there is no column {name[:60]!r}; the statement has {', '.join(kinds)[:300]}")
    time = mapping.time or next((name for name, kind in kinds.items() if kind == "time"), None)
    if time is None:
        raise InvalidInput("time", "a panel over time needs a column of type Date or DateTime, such as toStartOfHour(start_time) AS time")
    values = mapping.values or [it for it, kind in kinds.items() if kind == "number" and it not in mapping.names]
    if not values:
        raise InvalidInput("values", "the statement has no column of numbers to draw")
    names = mapping.names or [it for it, kind in kinds.items() if kind == "text" and it not in (time, *values)]
    return Mapping(time, names, values)


def _with_lines(
    said: Frame, rows: list[list[Any]], kinds: dict[str, str], mapping: Mapping, scope: Scope, interval_s: int | None
) -> Frame:
    place = {name: index for index, name in enumerate(kinds)}
    time_at = place[mapping.time or ""]
    points = [(parse_time("time", str(row[time_at]), None), row) for row in rows if row[time_at] is not None]
    times_ns = _grid(sorted({time_ns for time_ns, _ in points}), scope, interval_s)
    at = {time_ns: index for index, time_ns in enumerate(times_ns)}
    lines: dict[tuple[str, ...], list[Number]] = {}
    for time_ns, row in points:
        key = tuple("(none)" if row[place[it]] in (None, "") else str(row[place[it]]) for it in mapping.names)
        for value in mapping.values:
            number = row[place[value]]
            line = lines.setdefault((*key, value), [None] * len(times_ns))
            if line[at[time_ns]] is not None:
                raise InvalidInput("query", f"has several rows for {format_time(time_ns)} and {', '.join(key) or value}: aggregate them by GROUP BY")
            line[at[time_ns]] = number if isinstance(number, int | float) else None
    has_label = len(mapping.values) > 1 or not mapping.names
    drawn = [
        Line(
            " · ".join([*([", ".join(key)] if key else []), *([value] if has_label else [])]),
            dict(zip(mapping.names, key, strict=True)), "", None, values,
        )
        for (*key, value), values in list(lines.items())[:MAX_LINES]
    ]  # fmt: skip
    is_truncated = said.is_truncated or len(lines) > MAX_LINES
    return replace(said, interval_s=interval_s, times_ns=times_ns, lines=drawn, is_truncated=is_truncated)


def _grid(times_ns: list[int], scope: Scope, interval_s: int | None) -> list[int]:
    """The times, with the buckets in between that no row has."""
    step_ns = (interval_s or 0) * 10**9
    if not step_ns or any(time_ns % step_ns for time_ns in times_ns):
        return times_ns
    full = range(scope.start_ns // step_ns * step_ns, scope.end_ns, step_ns)
    return sorted({*full, *times_ns})
