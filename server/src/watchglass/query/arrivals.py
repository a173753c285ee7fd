"""Rows in the order of their arrival: the store read as a queue, from a place in it onwards."""

from dataclasses import dataclass
from typing import Any

from watchglass.model.fields import load_fields
from watchglass.model.records import Signal
from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.reader import Reader
from watchglass.query.sql import Sql

TIE_BREAK = {
    Signal.TRACES: "spans.trace_id, spans.span_id, spans.start_time",
    Signal.LOGS: "logs.time, logs.trace_id, logs.span_id, cityHash64(logs.body)",
    Signal.METRICS: "metric_points.time, metric_points.series_id",
}
"""What puts the rows of one commit in an order that each reading gives alike."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Which rows are read.

    Attributes:
        signal: Their table.
        project_id: Of this project; None for all.
        expr: That fit this filter.
    """

    signal: Signal
    project_id: str | None
    expr: Expr


@dataclass(frozen=True, slots=True)
class Commit:
    """What arrived at one moment: one commit of one server, and rarely one of another server beside it.

    Attributes:
        received_ms: When, milliseconds since 1970 UTC.
        row_count: Its rows among those that are read.
    """

    received_ms: int
    row_count: int


def list_commits(reader: Reader, arrivals: Arrivals, after_ms: int, until_ms: int | None, limit: int) -> list[Commit]:
    """The first `limit` commits after `after_ms`, up to and with `until_ms`, those without a row to read included.

    Raises:
        InvalidInput: The filter names what is not there.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    table, fits = arrivals.signal.value, _fits(arrivals)
    until = f"AND {table}.received_at <= {_moment('until_ms')}" if until_ms is not None else ""
    rows = reader.query(
        f"SELECT toUnixTimestamp64Milli({table}.received_at) AS received_ms, countIf({fits.text}) AS row_count "
        f"FROM {table} WHERE {table}.received_at > {_moment('after_ms')} {until} "
        f"GROUP BY received_ms ORDER BY received_ms LIMIT {limit:d}",
        {**fits.parameters, "after_ms": after_ms, **({} if until_ms is None else {"until_ms": until_ms})},
    )
    return [Commit(**row) for row in rows.to_pylist()]


def count_arrived(reader: Reader, arrivals: Arrivals, after_ms: int, until_ms: int) -> int:
    """How many rows to read arrived after `after_ms`, up to and with `until_ms`.

    Raises:
        InvalidInput: The filter names what is not there.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    table, fits = arrivals.signal.value, _fits(arrivals)
    rows = reader.query(
        f"SELECT count() AS n FROM {table} WHERE {table}.received_at > {_moment('after_ms')} "
        f"AND {table}.received_at <= {_moment('until_ms')} AND {fits.text}",
        {**fits.parameters, "after_ms": after_ms, "until_ms": until_ms},
    )
    return int(rows.column("n")[0].as_py())


def read_arrived(
    reader: Reader, arrivals: Arrivals, first_ms: int, last_ms: int, offset: int, limit: int
) -> list[dict[str, Any]]:
    """The rows of the commits from `first_ms` to `last_ms`, both included, without the first `offset` of them.

    Returns:
        At most `limit` rows: every column by its name, instants in nanoseconds since 1970 UTC, maps as dicts.

    Raises:
        InvalidInput: The filter names what is not there.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    table, fits = arrivals.signal.value, _fits(arrivals)
    fields = load_fields()[table]
    selected = ", ".join(_selected(table, field.name, field.type) for field in fields)
    rows = reader.query(
        f"SELECT {selected} FROM {table} WHERE {table}.received_at >= {_moment('first_ms')} "
        f"AND {table}.received_at <= {_moment('last_ms')} AND {fits.text} "
        f"ORDER BY {table}.received_at, {table}.batch_id, {TIE_BREAK[arrivals.signal]} "
        f"LIMIT {limit:d} OFFSET {offset:d}",
        {**fits.parameters, "first_ms": first_ms, "last_ms": last_ms},
    ).to_pylist()
    maps = [field.name for field in fields if field.type.startswith("Map(")]
    return [{**row, **{name: dict(row[name]) for name in maps}} for row in rows]


def _fits(arrivals: Arrivals) -> Sql:
    table, fits = arrivals.signal.value, condition(arrivals.expr, arrivals.signal.value)
    if arrivals.project_id is None:
        return Sql(f"({fits.text})", fits.parameters)
    own = f"{table}.project_id = {{project_id:String}}"
    return Sql(f"({own} AND {fits.text})", {**fits.parameters, "project_id": arrivals.project_id})


def _moment(name: str) -> str:
    return f"fromUnixTimestamp64Milli({{{name}:Int64}}, 'UTC')"


def _selected(table: str, name: str, type_name: str) -> str:
    if type_name.startswith("DateTime64"):
        return f"toUnixTimestamp64Nano(toDateTime64({table}.{name}, 9, 'UTC')) AS {name}"
    if type_name.startswith("Array(DateTime64"):
        return f"arrayMap(time -> toUnixTimestamp64Nano(time), {table}.{name}) AS {name}"
    return f"{table}.{name} AS {name}"
