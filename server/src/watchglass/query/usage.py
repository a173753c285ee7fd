"""Usage over time: counts, tokens, cost and latencies by bucket and group, from the rollups where they suffice."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.measures import MEASURES, PARTIALS, Measure, merged_sql, needed_partials, time_of_bucket
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import instant
from watchglass.query.usage_groups import Group
from watchglass.query.usage_source import SECOND_NS, Kept, Piece, Source, choose_source, is_in_rollups
from watchglass.store.engine import Parameter

Number = int | float | None


@dataclass(frozen=True, slots=True)
class UsageQuestion:
    """What is asked of usage.

    Attributes:
        scope: Project and range.
        expr: Which spans count, over the columns of spans.
        groups: What to tell apart.
        measures: What to measure.
        interval_s: Length of a bucket, in seconds; None for totals alone.
        limit: Most groups; the others are taken together.
        order_by: Measure by which groups are the largest; one that adds up.
    """

    scope: Scope
    expr: Expr
    groups: tuple[Group, ...]
    measures: tuple[Measure, ...]
    interval_s: int | None
    limit: int
    order_by: str


@dataclass(frozen=True, slots=True)
class Series:
    """One group.

    Attributes:
        group: Value of each thing that is grouped by; empty for the rest and where nothing is grouped by.
        is_other: Whether it is the rest: all groups beyond the largest.
        total: Each measure over the whole range.
        values: Each measure in each bucket.
    """

    group: dict[str, str | float | bool | None]
    is_other: bool
    total: dict[str, Number]
    values: dict[str, list[Number]]


@dataclass(frozen=True, slots=True)
class Usage:
    """The answer.

    Attributes:
        source: What was read, and which range it covers.
        times_ns: Start of each bucket, nanoseconds since 1970 UTC; a multiple of the interval, so the first and the last
            bucket may lie partly outside of the range and are counted within it alone.
        series: The largest group first, the rest last.
    """

    source: Source
    times_ns: list[int]
    series: list[Series]


def measure_usage(reader: Reader, question: UsageQuestion, kept: Kept, now_ns: int) -> Usage:
    """Measure usage.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    can_use_rollups = is_in_rollups(question.expr) and all(group.is_dimension for group in question.groups)
    source = choose_source(question.scope, question.interval_s, can_use_rollups=can_use_rollups, kept=kept)
    steps = _Steps(reader, question, source, now_ns)
    times_ns = _times(source, question.interval_s)
    rows = None if source.name == "spans" and question.groups else steps.measure_if_few(len(times_ns))
    if rows is None:
        largest = steps.largest_groups()
        rows = steps.measure(None if len(largest) <= question.limit else largest[: question.limit])
    return Usage(source, times_ns, _series(rows, question, times_ns))


class _Steps:
    """The statements of one question."""

    def __init__(self, reader: Reader, question: UsageQuestion, source: Source, now_ns: int) -> None:
        self._reader = reader
        self._question = question
        self._source = source
        self._now_ns = now_ns
        self._is_of_spans = source.name == "spans"
        self._group_keys = [f"g{index}" for index in range(len(question.groups))]
        self._parameters: dict[str, Parameter] = {"project_id": question.scope.project_id}
        for group in question.groups:
            self._parameters.update(group.parameters)

    def largest_groups(self) -> list[tuple[str, ...]]:
        """The groups with the most, one more than the limit where there are more."""
        names, measure = ", ".join(self._group_keys), MEASURES[self._question.order_by]
        sql = (
            f"SELECT {names} FROM ({self._parts([measure], None, has_buckets=False)}) AS part "
            f"GROUP BY {names} ORDER BY {self._merged(measure)} DESC, {names} LIMIT {self._question.limit + 1}"
        )
        rows = self._reader.query(sql, self._parameters).to_pylist()
        return [tuple(row[name] for name in self._group_keys) for row in rows]

    def measure_if_few(self, points: int) -> list[dict[str, Any]] | None:
        """The rows of all groups where these are no more than the limit, which then takes one statement; else None.

        Not for groups of spans, of which there may be as many as spans, each with its percentiles.

        Args:
            points: How many buckets there are.
        """
        most = self._question.limit * (points + 1)
        rows = self.measure(None, most + 1)
        group_count = sum(row["is_total"] for row in rows)
        return rows if len(rows) <= most and group_count <= self._question.limit else None

    def measure(
        self, kept_groups: Sequence[tuple[str, ...]] | None, most_rows: int | None = None
    ) -> list[dict[str, Any]]:
        """A row a group and bucket, and one a group over all buckets, with each measure under its name.

        Args:
            kept_groups: Groups that are told apart; None for all of them.
            most_rows: Most rows, of whatever groups and buckets; None for all of them.
        """
        has_buckets = self._question.interval_s is not None
        keys = ", ".join(["is_other", *self._group_keys])
        measured = {it.name: it for it in (*self._question.measures, MEASURES[self._question.order_by])}.values()
        measures = ", ".join(f"{self._merged(it)} AS {it.name}" for it in measured)
        parts = self._parts(measured, kept_groups, has_buckets=has_buckets)
        sets = f"({keys})" + (f", ({keys}, bucket)" if has_buckets else "")
        sql = (
            f"SELECT {keys}, {'bucket, grouping(bucket) AS is_total' if has_buckets else '1 AS is_total'}, {measures} "
            f"FROM ({parts}) AS part GROUP BY GROUPING SETS ({sets}){f' LIMIT {most_rows}' if most_rows else ''}"
        )
        return self._reader.query(sql, self._parameters).to_pylist()

    def _merged(self, measure: Measure) -> str:
        return merged_sql(measure, "part", is_of_spans=self._is_of_spans)

    def _parts(
        self, measures: Collection[Measure], kept_groups: Sequence[tuple[str, ...]] | None, *, has_buckets: bool
    ) -> str:
        """The rows that are merged: keys and partials, of spans or of each rollup that is read."""
        self._parameters.update(_bounds(self._source.pieces))
        selects = []
        for table in dict.fromkeys(piece.table for piece in self._source.pieces):
            keys = self._keys(table, kept_groups)
            if has_buckets:
                seconds = f"toUnixTimestamp64Second({table}.start_time)" if table == "spans" else f"toUnixTimestamp({table}.time)"
                keys["bucket"] = f"intDiv({seconds}, {self._question.interval_s})"
            partials = {name: PARTIALS[name] for name in needed_partials(measures)}
            columns = {name: (it.raw if table == "spans" else it.rollup).format(t=table) for name, it in partials.items()}
            selected = ", ".join(f"{sql} AS {name}" for name, sql in {**keys, **columns}.items())
            fits = condition(self._question.expr, table, self._now_ns)
            self._parameters.update(fits.parameters)
            grouped = f" GROUP BY {', '.join(keys)}" if self._is_of_spans and keys else ""
            selects.append(f"SELECT {selected} FROM {table} WHERE {_within(table, self._source.pieces)} AND {fits.text}{grouped}")
        return " UNION ALL ".join(selects)

    def _keys(self, table: str, kept_groups: Sequence[tuple[str, ...]] | None) -> dict[str, str]:
        values = dict(zip(self._group_keys, [group.sql.format(t=table) for group in self._question.groups], strict=True))
        if kept_groups is None:
            return {"is_other": "false", **values}
        for index in range(len(values)):
            self._parameters[f"kept_{index}"] = [group[index] for group in kept_groups]
        arrays = ", ".join(f"{{kept_{index}:Array(String)}}" for index in range(len(values)))
        is_kept = f"tuple({', '.join(values.values())}) IN (SELECT arrayJoin(arrayZip({arrays})))"
        folded = {name: f"if({is_kept}, {sql}, '')" for name, sql in values.items()}
        return {"is_other": f"NOT ({is_kept})", **folded}


def _bounds(pieces: Sequence[Piece]) -> dict[str, Parameter]:
    """The parameters that `_within` names."""
    return {
        name: value
        for index, piece in enumerate(pieces)
        for name, value in ((f"start_{index}", piece.start_ns), (f"end_{index}", piece.end_ns))
    }


def _within(table: str, pieces: Sequence[Piece]) -> str:
    """The condition that rows of `table` are the project's, within the pieces that are read from it."""
    time = f"{table}.{'start_time' if table == 'spans' else 'time'}"
    stretches = [
        f"({time} >= {instant(f'{{start_{index}:Int64}}')} AND {time} < {instant(f'{{end_{index}:Int64}}')})"
        for index, piece in enumerate(pieces)
        if piece.table == table
    ]
    return f"{table}.project_id = {{project_id:String}} AND ({' OR '.join(stretches)})"


def _times(source: Source, interval_s: int | None) -> list[int]:
    if interval_s is None:
        return []
    step_ns = interval_s * SECOND_NS
    return list(range(source.start_ns // step_ns * step_ns, source.end_ns, step_ns))


def _series(rows: list[dict[str, Any]], question: UsageQuestion, times_ns: list[int]) -> list[Series]:
    """Put rows into series, the one with the most first, the rest last."""
    found: dict[tuple[bool, tuple[str, ...]], Series] = {}
    size: dict[tuple[bool, tuple[str, ...]], float] = {}
    first = times_ns[0] // (SECOND_NS * question.interval_s) if question.interval_s and times_ns else 0
    for row in rows:
        key = (bool(row["is_other"]), tuple(row[f"g{index}"] for index in range(len(question.groups))))
        series = found.get(key) or found.setdefault(key, _empty(question, key[1], key[0], len(times_ns)))
        if row["is_total"]:
            size[key] = row[question.order_by] or 0
        for measure in question.measures:
            value = _number(row[measure.name], measure)
            if row["is_total"]:
                series.total[measure.name] = value
            else:
                series.values[measure.name][row["bucket"] - first] = value
    if not found and not question.groups:
        return [_empty(question, (), False, len(times_ns))]
    return [found[key] for key in sorted(found, key=lambda key: (key[0], -size[key], key[1]))]


def _empty(question: UsageQuestion, texts: tuple[str, ...], is_other: bool, points: int) -> Series:
    """A group of which nothing is known yet: sums are 0, the rest is unknown."""
    named = zip(question.groups, texts, strict=True)
    nothing = {it.name: (0 if it.is_integer else 0.0) if it.is_sum else None for it in question.measures}
    return Series(
        group={} if is_other else {group.name: group.value(text) for group, text in named},
        is_other=is_other,
        total=dict(nothing),
        values={name: [value] * points for name, value in nothing.items()} if question.interval_s else {},
    )


def _number(value: Any, measure: Measure) -> Number:
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return None
    number = time_of_bucket(value) if measure.is_bucket else value
    return round(number) if measure.is_integer else float(number)
