"""Rows by the value of each of several fields, in one statement over a rollup or over a stretch of rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import Sql, both, in_scope
from watchglass.query.usage_groups import Group
from watchglass.query.usage_source import Piece

MOST_VALUES = 500
"""Most values of a field that one statement gives, those with the most rows."""

TOTAL = -1
"""What stands for the field's position where a row of an answer counts all rows."""

_HAS_FAILED = {"spans": "spans.status_code = 'error'", "logs": "logs.severity_number >= 17"}


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted.

    Attributes:
        table: `spans` or `logs`.
        expr: Which rows count.
        groups: Fields, in the order of their positions.
        containing: Text that a value must contain, in whatever case; empty for any.
        now_ns: The present, nanoseconds since 1970 UTC.
    """

    table: str
    expr: Expr
    groups: tuple[Group, ...]
    containing: str
    now_ns: int


@dataclass(slots=True)
class Tally:
    """Counts that add up over statements.

    Attributes:
        rows: Rows by position and value.
        failed: Rows with an error, likewise; what `is_cut` is about is missing in both.
        total: All rows, whatever their values; total_failed those of them with an error.
        is_cut: Positions of which a statement had more than MOST_VALUES values.
    """

    rows: Counter[tuple[int, str]] = field(default_factory=Counter)
    failed: Counter[tuple[int, str]] = field(default_factory=Counter)
    total: int = 0
    total_failed: int = 0
    is_cut: set[int] = field(default_factory=set)


def count_stretch(reader: Reader, counted: Counted, scope: Scope, tally: Tally) -> None:
    """Add the rows of `scope` to `tally`.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    rows = _selected(counted, counted.table, "1", _HAS_FAILED[counted.table], in_scope(scope, counted.table))
    _count(reader, counted, [rows], tally)


def count_pieces(
    reader: Reader, counted: Counted, project_id: str, pieces: Sequence[Piece], tally: Tally, *, only_failed: bool
) -> None:
    """Add the spans of rollups to `tally`, only those with an error where that is asked; raises as count_stretch."""
    selected = []
    for index, piece in enumerate(pieces):
        within = in_scope(Scope(project_id, piece.start_ns, piece.end_ns), piece.table)
        names = {name: f"{name}_{index}" for name in ("start_ns", "end_ns")}
        text = within.text
        for name, numbered in names.items():
            text = text.replace(f"{{{name}:", f"{{{numbered}:")
        bound = {names.get(name, name): value for name, value in within.parameters.items()}
        failed = f"{piece.table}.error_count"
        rows = failed if only_failed else f"{piece.table}.span_count"
        selected.append(_selected(counted, piece.table, rows, failed, Sql(text, bound)))
    _count(reader, counted, selected, tally)


def _selected(counted: Counted, table: str, rows: str, failed: str, within: Sql) -> Sql:
    """The rows that count, with each field's value as text and how many spans or records each stands for."""
    where = both(within, condition(counted.expr, table, counted.now_ns))
    values = [group.sql.format(t=table) for group in counted.groups]
    columns = [f"{sql} AS g{index}" for index, sql in enumerate(values)]
    parameters = dict(where.parameters)
    for group in counted.groups:
        parameters.update(group.parameters)
    text = f"SELECT {', '.join([*columns, f'{rows} AS row_count', f'{failed} AS failed_count'])} FROM {table} WHERE {where.text}"
    return Sql(text, parameters)


def _count(reader: Reader, counted: Counted, selected: Sequence[Sql], tally: Tally) -> None:
    """Group the selected rows by each field apart, and by nothing."""
    keys = [f"g{index}" for index in range(len(counted.groups))]
    position = "".join(f"if(grouping({key}) = 0, {index}, " for index, key in enumerate(keys)) + str(TOTAL)
    value = "".join(f"if(grouping({key}) = 0, {key}, " for key in keys) + "''"
    ends = ")" * len(keys)
    sets = ", ".join([*(f"({key})" for key in keys), "()"])
    having, parameters = "", {name: value for sql in selected for name, value in sql.parameters.items()}
    if counted.containing:
        parameters["containing"] = counted.containing
        having = f"HAVING position = {TOTAL} OR positionCaseInsensitiveUTF8(value, {{containing:String}}) > 0 "
    rows = reader.query(
        f"SELECT {position}{ends} AS position, {value}{ends} AS value, "
        "toUInt64(sum(row_count)) AS rows, toUInt64(sum(failed_count)) AS failed "
        f"FROM ({' UNION ALL '.join(sql.text for sql in selected)}) GROUP BY GROUPING SETS ({sets}) {having}"
        f"ORDER BY rows DESC, value LIMIT {MOST_VALUES + 1} BY position",
        parameters,
    ).to_pylist()
    met: Counter[int] = Counter()
    for row in rows:
        if row["position"] == TOTAL:
            tally.total += row["rows"]
            tally.total_failed += row["failed"]
        elif row["rows"]:
            met[row["position"]] += 1
            tally.rows[row["position"], row["value"]] += row["rows"]
            tally.failed[row["position"], row["value"]] += row["failed"]
    tally.is_cut.update(position for position, values in met.items() if values > MOST_VALUES)
