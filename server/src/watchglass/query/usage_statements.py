"""The statements that a question of usage takes: which groups are the largest, and what they come to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.measures import MEASURES, Measure, merged_sql, needed_partials
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import both
from watchglass.query.usage_groups import Group
from watchglass.query.usage_parts import parts
from watchglass.query.usage_slices import in_slices
from watchglass.query.usage_source import Precision, Source
from watchglass.store.engine import Parameter


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
        precision: Whether the answer may be an estimate where it would take long to read all spans.
    """

    scope: Scope
    expr: Expr
    groups: tuple[Group, ...]
    measures: tuple[Measure, ...]
    interval_s: int | None
    limit: int
    order_by: str
    precision: Precision = "exact"


class Steps:
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
            f"GROUP BY {names} ORDER BY {self._merged(measure.partials[0])} DESC, {names} LIMIT {self._question.limit + 1}"
        )
        rows = self._reader.query(sql, self._parameters).to_pylist()
        return [tuple(row[name] for name in self._group_keys) for row in rows]

    def measure_if_few(self, points: int) -> list[dict[str, Any]] | None:
        """The rows of all groups where these are no more than the limit, which then takes one statement; else None.

        Not for groups of which there may be as many as spans, each with its percentiles.

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
        """A row a group and bucket, and one a group over all buckets, with each partial merged under its name.

        Args:
            kept_groups: Groups that are told apart; None for all of them.
            most_rows: Most rows, of whatever groups and buckets; None for all of them.
        """
        has_buckets = self._question.interval_s is not None
        keys = ", ".join(["is_other", *self._group_keys])
        measured = (*self._question.measures, MEASURES[self._question.order_by])
        merged = ", ".join(f"{self._merged(name)} AS {name}" for name in needed_partials(measured))
        parts = self._parts(measured, kept_groups, has_buckets=has_buckets)
        sets = f"({keys})" + (f", ({keys}, bucket)" if has_buckets else "")
        sql = (
            f"SELECT {keys}, {'bucket, grouping(bucket) AS is_total' if has_buckets else '1 AS is_total'}, {merged} "
            f"FROM ({parts}) AS part GROUP BY GROUPING SETS ({sets}){f' LIMIT {most_rows}' if most_rows else ''}"
        )
        return self._reader.query(sql, self._parameters).to_pylist()

    def _merged(self, partial: str) -> str:
        return merged_sql(partial, "part", is_of_spans=self._is_of_spans)

    def _parts(
        self, measures: Collection[Measure], kept_groups: Sequence[tuple[str, ...]] | None, *, has_buckets: bool
    ) -> str:
        """The rows that are merged: keys and partials, of spans or of each rollup that is read."""
        selects = []
        for table in dict.fromkeys(piece.table for piece in self._source.pieces):
            keys = self._keys(table, kept_groups)
            if has_buckets:
                seconds = f"toUnixTimestamp64Second({table}.start_time)" if table == "spans" else f"toUnixTimestamp({table}.time)"
                keys["bucket"] = f"intDiv({seconds}, {self._question.interval_s})"
            fits = condition(self._question.expr, table, self._now_ns)
            if self._source.slices:
                fits = both(in_slices(self._source.slices), fits)
            select = parts(table, self._source.pieces, keys, needed_partials(measures), fits)
            self._parameters.update(select.parameters)
            selects.append(select.text)
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
