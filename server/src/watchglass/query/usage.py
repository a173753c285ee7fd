"""Usage over time: counts, tokens, cost and latencies by bucket and group, from the rollups where they suffice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.measures import MEASURES, PARTIALS, Measure, merged_sql, needed_partials
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
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
    largest = steps.largest_groups() if question.groups else None
    rows = steps.measure(None if largest is None or len(largest) <= question.limit else largest[: question.limit])
    times_ns = _times(source, question.interval_s)
    return Usage(source, times_ns, _series(rows, question, largest or [], times_ns))


class _Steps:
    """The two statements of one question."""

    def __init__(self, reader: Reader, question: UsageQuestion, source: Source, now_ns: int) -> None:
        self._reader = reader
        self._question = question
        self._source = source
        self._now_ns = now_ns
        self._parameters: dict[str, Parameter] = {"project_id": question.scope.project_id}
        for group in question.groups:
            self._parameters.update(group.parameters)

    def largest_groups(self) -> list[tuple[str, ...]]:
        """The groups with the most, one more than the limit where there are more."""
        partials = needed_partials([MEASURES[self._question.order_by]])
        names = [f"g{index}" for index in range(len(self._question.groups))]
        sql = (
            f"SELECT {', '.join(names)} FROM ({self._partials(partials, None, has_buckets=False)}) AS part "
            f"GROUP BY {', '.join(names)} ORDER BY {merged_sql(MEASURES[self._question.order_by], 'part')} DESC, "
            f"{', '.join(names)} LIMIT {self._question.limit + 1}"
        )
        rows = self._reader.query(sql, self._parameters).to_pylist()
        return [tuple(row[name] for name in names) for row in rows]

    def measure(self, kept_groups: Sequence[tuple[str, ...]] | None) -> list[dict[str, Any]]:
        """A row a group and bucket, and one a group over all buckets, with each measure under its name.

        Args:
            kept_groups: Groups that are told apart; None for all of them.
        """
        has_buckets = self._question.interval_s is not None
        keys = ["is_other", *(f"g{index}" for index in range(len(self._question.groups)))]
        measures = ", ".join(f"{merged_sql(it, 'part')} AS {it.name}" for it in self._question.measures)
        partials = self._partials(needed_partials(self._question.measures), kept_groups, has_buckets=has_buckets)
        sets = f"({', '.join(keys)})" + (f", ({', '.join(keys)}, bucket)" if has_buckets else "")
        sql = (
            f"SELECT {', '.join(keys)}, {'bucket, grouping(bucket) AS is_total' if has_buckets else '1 AS is_total'}, {measures} "
            f"FROM ({partials}) AS part GROUP BY GROUPING SETS ({sets})"
        )
        return self._reader.query(sql, self._parameters).to_pylist()

    def _partials(
        self, names: Sequence[str], kept_groups: Sequence[tuple[str, ...]] | None, *, has_buckets: bool
    ) -> str:
        return " UNION ALL ".join(
            self._of_piece(piece, index, names, kept_groups, has_buckets=has_buckets)
            for index, piece in enumerate(self._source.pieces)
        )

    def _of_piece(
        self,
        piece: Piece,
        index: int,
        names: Sequence[str],
        kept_groups: Sequence[tuple[str, ...]] | None,
        *,
        has_buckets: bool,
    ) -> str:
        table = piece.table
        keys = self._keys(table, kept_groups)
        if has_buckets:
            time = f"{table}.{'start_time' if table == 'spans' else 'time'}"
            seconds = f"toUnixTimestamp64Second({time})" if table == "spans" else f"toUnixTimestamp({time})"
            keys["bucket"] = f"intDiv({seconds}, {self._question.interval_s})"
        columns = {
            name: (PARTIALS[name].raw if table == "spans" else PARTIALS[name].rollup).format(t=table) for name in names
        }
        selected = ", ".join(f"{sql} AS {name}" for name, sql in {**keys, **columns}.items())
        fits = condition(self._question.expr, table, self._now_ns)
        self._parameters.update(fits.parameters)
        self._parameters.update({f"start_{index}": piece.start_ns, f"end_{index}": piece.end_ns})
        grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
        return f"SELECT {selected} FROM {table} WHERE {_within(table, index)} AND {fits.text}{grouped}"

    def _keys(self, table: str, kept_groups: Sequence[tuple[str, ...]] | None) -> dict[str, str]:
        values = [group.sql.format(t=table) for group in self._question.groups]
        if kept_groups is None:
            return {"is_other": "false", **{f"g{index}": sql for index, sql in enumerate(values)}}
        for index in range(len(values)):
            self._parameters[f"kept_{index}"] = [group[index] for group in kept_groups]
        arrays = ", ".join(f"{{kept_{index}:Array(String)}}" for index in range(len(values)))
        is_kept = f"tuple({', '.join(values)}) IN (SELECT arrayJoin(arrayZip({arrays})))"
        folded = {f"g{index}": f"if({is_kept}, {sql}, '')" for index, sql in enumerate(values)}
        return {"is_other": f"NOT ({is_kept})", **folded}


def _within(table: str, index: int) -> str:
    """The condition that rows of `table` are the project's, within the piece of number `index`."""
    time = f"{table}.{'start_time' if table == 'spans' else 'time'}"
    instants = [f"fromUnixTimestamp64Nano({{{name}_{index}:Int64}}, 'UTC')" for name in ("start", "end")]
    return f"{table}.project_id = {{project_id:String}} AND {time} >= {instants[0]} AND {time} < {instants[1]}"


def _times(source: Source, interval_s: int | None) -> list[int]:
    if interval_s is None:
        return []
    step_ns = interval_s * SECOND_NS
    return list(range(source.start_ns // step_ns * step_ns, source.end_ns, step_ns))


def _series(
    rows: list[dict[str, Any]], question: UsageQuestion, largest: list[tuple[str, ...]], times_ns: list[int]
) -> list[Series]:
    """Put rows into series, in the order of `largest`."""
    found: dict[tuple[bool, tuple[str, ...]], Series] = {}
    first = times_ns[0] // (SECOND_NS * question.interval_s) if question.interval_s and times_ns else 0
    for row in rows:
        key = (bool(row["is_other"]), tuple(row[f"g{index}"] for index in range(len(question.groups))))
        series = found.get(key) or found.setdefault(key, _empty(question, key[1], key[0], len(times_ns)))
        for measure in question.measures:
            value = _number(row[measure.name], measure)
            if row["is_total"]:
                series.total[measure.name] = value
            else:
                series.values[measure.name][row["bucket"] - first] = value
    if not found and not question.groups:
        return [_empty(question, (), False, len(times_ns))]
    rank = {group: index for index, group in enumerate(largest)}
    return [found[key] for key in sorted(found, key=lambda key: (key[0], rank.get(key[1], len(rank)), key[1]))]


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
    return round(value) if measure.is_integer else float(value)
