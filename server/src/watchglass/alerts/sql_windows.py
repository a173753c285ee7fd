"""Users' SQL over windows: a statement that asks for {interval_s} gives all of them at once, any other one is run for each."""

import re
from dataclasses import replace

import numpy as np

from watchglass.alerts.windows import Asked, Labels, Measured, S, Stretches, Values, as_buckets
from watchglass.errors import InvalidInput
from watchglass.query.asked import SqlQuery, sql_answer
from watchglass.query.frames import Frame
from watchglass.query.scope import Scope
from watchglass.query.variables import Variables

MAX_RUNS = 300
"""Most times that one statement is run for one question."""

_INTERVAL = re.compile(r"\{\s*interval_s\s*:")


def is_by_time(query: SqlQuery) -> bool:
    """Whether a statement gives a row a bucket of `interval_s`, and so many windows at once."""
    return _INTERVAL.search(query.query) is not None


def read_sql(asked: Asked, query: SqlQuery, stretches: Stretches) -> Measured:
    """Read a statement over each window; see `measured.measure`."""
    if is_by_time(query):
        interval_s, _ = as_buckets(stretches)
        return _by_time(asked, query, stretches, interval_s)
    if len(stretches) > MAX_RUNS:
        raise InvalidInput("range", f"has {len(stretches)} steps, and the statement would be run for each: ask for {{interval_s:UInt32}} in it, or try a shorter range; the limit is {MAX_RUNS}")
    found: Measured = {}
    for place in range(len(stretches)):
        for labels, value in _one(asked, query, int(stretches.starts_ns[place]), int(stretches.ends_ns[place])).items():
            values = found.setdefault(labels, _nothing(len(stretches)))
            values.values[place], values.is_there[place] = value, True
    return found


def _by_time(asked: Asked, query: SqlQuery, stretches: Stretches, interval_s: int) -> Measured:
    scope = Scope(asked.project_id, int(stretches.starts_ns[0]), int(stretches.ends_ns[-1]))
    frame = sql_answer(asked.asking, scope, query, Variables(), interval_s, has_rows=False)
    place_of = {int(start_ns): place for place, start_ns in enumerate(stretches.starts_ns)}
    found: Measured = {}
    for line in _few(frame, asked.max_series).lines:
        values = _nothing(len(stretches))
        for time_ns, value in zip(frame.times_ns, line.values, strict=True):
            place = place_of.get(time_ns // (interval_s * S) * interval_s * S)
            if place is not None and value is not None:
                values.values[place], values.is_there[place] = value, True
        found[_labels(line.group)] = values
    return found


def _one(asked: Asked, query: SqlQuery, start_ns: int, end_ns: int) -> dict[Labels, float]:
    """One window: a row a series."""
    scope = Scope(asked.project_id, start_ns, end_ns)
    frame = sql_answer(asked.asking, scope, query, Variables(), (end_ns - start_ns) // S, has_rows=True)
    names = [column.name for column in frame.columns]
    numbers = [column.name for column in frame.columns if column.is_number]
    value = query.values[0] if query.values else _only([it for it in numbers if it not in query.names])
    for name in (value, *query.names):
        if name not in names:
            raise InvalidInput("query.values", f"there is no column {name[:60]!r}; the statement has {', '.join(names)[:300]}")
    kept = query.names or [column.name for column in frame.columns if not column.is_number and column.name != query.time]
    found: dict[Labels, float] = {}
    for row in frame.rows[: asked.max_series]:
        cells = dict(zip(names, row, strict=True))
        labels = _labels({name: "" if cells[name] is None else str(cells[name]) for name in kept})
        if labels in found:
            raise InvalidInput("query.query", f"has several rows for {', '.join(value for _, value in labels) or 'one window'}: aggregate them by GROUP BY")
        number = cells[value]
        found[labels] = float(number) if isinstance(number, int | float) else np.nan
    return found


def _only(numbers: list[str]) -> str:
    if len(numbers) != 1:
        raise InvalidInput("query.values", f"must name the one column to watch; the statement has {len(numbers)} of numbers")
    return numbers[0]


def _few(frame: Frame, limit: int) -> Frame:
    if len({tuple(line.group.items()) for line in frame.lines}) != len(frame.lines):
        raise InvalidInput("query.values", "must name the one column to watch; the statement has several of numbers")
    return replace(frame, lines=frame.lines[:limit])


def _labels(group: object) -> Labels:
    assert isinstance(group, dict)
    return tuple((name, "" if value == "(none)" else str(value)) for name, value in group.items())


def _nothing(count: int) -> Values:
    return Values(np.full(count, np.nan), None, np.zeros(count, np.bool_))
