"""What changed most against the stretch of time before: groups whose cost, errors, counts or latency moved the whole."""

from dataclasses import dataclass
from typing import Literal, get_args

from watchglass.errors import InvalidInput
from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage_groups import Group, read_groups
from watchglass.query.usage_parts import parts
from watchglass.query.usage_source import MINUTE_NS, Kept, Source, choose_source, is_in_rollups
from watchglass.store.engine import Parameter

MovingMeasure = Literal["cost_usd", "error_count", "span_count", "model_call_count", "input_tokens", "output_tokens", "duration_mean_ns"]
"""What can move: what adds up over groups, and the mean duration, whose parts add up too. A percentile has no parts."""

MOVING: tuple[MovingMeasure, ...] = get_args(MovingMeasure)

ANY_DIMENSION = ("service_name", "environment", "release", "operation_name", "model", "prompt_name", "agent_name", "tool_name")
"""What is looked at, each by itself, when nobody says."""

MAX_PAIR = 2
"""Most names whose combinations are looked at."""

LEAST_SPANS = 20
"""Spans that a group must have in both stretches for its mean duration to say anything."""


@dataclass(frozen=True, slots=True)
class MoversQuestion:
    """What is asked.

    Attributes:
        scope: Project and range; it is compared with the stretch of the same length before it.
        expr: Which spans count, over the columns of spans.
        groups: What to tell apart.
        is_together: Whether combinations of all `groups` are looked at; else each by itself.
        measure: What is to have moved.
        limit: Most groups of the answer.
    """

    scope: Scope
    expr: Expr
    groups: tuple[Group, ...]
    is_together: bool
    measure: MovingMeasure
    limit: int


@dataclass(frozen=True, slots=True)
class Mover:
    """One group.

    Attributes:
        group: Value of each thing that it is grouped by.
        value: The measure in the range; None when it is not known.
        before: The same in the stretch before.
        span_count: Spans in the range.
        contribution: What the group adds to the change of the whole, in the measure's unit.
        contribution_ratio: That as a part of all that moved among the groups of the same kind, -1 to 1.
    """

    group: dict[str, str | float | bool | None]
    value: float | None
    before: float | None
    span_count: int
    contribution: float
    contribution_ratio: float


@dataclass(frozen=True, slots=True)
class Movers:
    """The answer.

    Attributes:
        before: What was read for the stretch before.
        now: What was read for the range.
        total_value: The measure over the whole range.
        total_before: The same for the stretch before.
        movers: The largest contribution first, whatever its sign.
    """

    before: Source
    now: Source
    total_value: float | None
    total_before: float | None
    movers: list[Mover]


def read_mover_groups(group_by: str | None) -> tuple[tuple[Group, ...], bool]:
    """Return what to tell apart, and whether together: one name, a pair, or any dimension by itself when None.

    Raises:
        InvalidInput: An unknown name, or more than a pair; the field is `group_by`.
    """
    groups = read_groups(group_by)
    if len(groups) > MAX_PAIR:
        raise InvalidInput("group_by", f"at most {MAX_PAIR} names")
    if groups:
        return groups, True
    return tuple(group for name in ANY_DIMENSION for group in read_groups(name)), False


def find_movers(reader: Reader, question: MoversQuestion, kept: Kept, now_ns: int) -> Movers:
    """Compare the range with the stretch of the same length before it, in one statement.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    before, now = _sources(question, kept)
    statement = _Statement(question, now_ns)
    rows = reader.query(statement.write(before, now), statement.parameters).to_pylist()
    total = next((row for row in rows if row["is_total"]), {"now": None, "before": None})
    movers = [
        Mover(
            group=_named(question.groups, row),
            value=row["now"],
            before=row["before"],
            span_count=row["now_spans"],
            contribution=row["contribution"],
            contribution_ratio=row["contribution_ratio"],
        )
        for row in rows
        if not row["is_total"]
    ]
    return Movers(before, now, total["now"], total["before"], movers)


def _sources(question: MoversQuestion, kept: Kept) -> tuple[Source, Source]:
    """Where both stretches are read from; they meet at a whole minute, so that no row counts twice."""
    scope = question.scope
    start_ns, end_ns = scope.start_ns // MINUTE_NS * MINUTE_NS, -(-scope.end_ns // MINUTE_NS) * MINUTE_NS
    first_ns = max(0, 2 * start_ns - end_ns)
    can_use_rollups = is_in_rollups(question.expr) and all(group.is_dimension for group in question.groups)
    if first_ns == start_ns:
        raise InvalidInput("start", "there is no time before it")
    before, now = (
        choose_source(Scope(scope.project_id, first, last), None, can_use_rollups=can_use_rollups, kept=kept)
        for first, last in ((first_ns, start_ns), (start_ns, end_ns))
    )
    return before, now


def _named(groups: tuple[Group, ...], row: dict[str, object]) -> dict[str, str | float | bool | None]:
    return {group.name: group.value(str(row[f"g{i}"])) for i, group in enumerate(groups) if not row[f"folded_{i}"]}


class _Statement:
    """The one statement of a question, and the values of its placeholders."""

    def __init__(self, question: MoversQuestion, now_ns: int) -> None:
        self._question = question
        self._now_ns = now_ns
        self._partials = (
            ("duration_sum_ns", "span_count")
            if question.measure == "duration_mean_ns"
            else tuple(dict.fromkeys((question.measure, "span_count")))
        )
        self.parameters: dict[str, Parameter] = {"project_id": question.scope.project_id, "limit": question.limit}
        for group in question.groups:
            self.parameters.update(group.parameters)

    def write(self, before: Source, now: Source) -> str:
        """Write it: groups in both stretches, their contributions, and the largest of these."""
        keys = [f"g{index}" for index in range(len(self._question.groups))]
        sets = [f"({', '.join(keys)})"] if self._question.is_together else [f"({key})" for key in keys]
        folded = [f"folded_{index}" for index in range(len(keys))]
        said = " OR ".join(f"(NOT {fold} AND {key} != '')" for key, fold in zip(keys, folded, strict=True))
        value, weighed = self._value_sql(), self._contribution_sql()
        sums = ", ".join(
            f"sumIf(part.{name}, {'part.is_now' if when == 'now' else 'NOT part.is_now'}) AS {when}_{name}"
            for name in self._partials
            for when in ("now", "before")
        )
        grouped = (
            f"SELECT {', '.join(keys)}, {', '.join(f'grouping({key}) AS {fold}' for key, fold in zip(keys, folded, strict=True))}, "
            f"{' AND '.join(folded)} AS is_total, {sums} FROM ({self._union(before, now)}) AS part "
            f"GROUP BY GROUPING SETS ({', '.join(sets)}, ())"
        )
        kind = ", ".join(folded)
        # a group that is everything, such as the one environment there is, explains nothing that the whole does not say
        is_whole = " AND ".join(f"{when}_span_count = max({when}_span_count) OVER ()" for when in ("now", "before"))
        told = "true" if self._question.is_together else "NOT is_whole"
        contributed = f"SELECT *, {value}, {is_whole} AS is_whole, {weighed.format(kind=kind)} AS contribution FROM ({grouped}) WHERE is_total OR {said}"
        return (
            f"SELECT *, now_span_count AS now_spans, "
            f"if(moved = 0, 0, contribution / moved) AS contribution_ratio FROM ("
            f"SELECT *, sum(abs(contribution)) OVER (PARTITION BY {kind}) AS moved FROM ({contributed})) "
            f"WHERE is_total OR (contribution != 0 AND {told}) ORDER BY is_total DESC, abs(contribution) DESC, {', '.join(keys)} "
            f"LIMIT {{limit:UInt32}} + 1"
        )

    def _value_sql(self) -> str:
        if self._question.measure != "duration_mean_ns":
            return ", ".join(f"toFloat64({when}_{self._question.measure}) AS {when}" for when in ("now", "before"))
        return ", ".join(
            f"if({when}_span_count = 0, NULL, {when}_duration_sum_ns / {when}_span_count) AS {when}" for when in ("now", "before")
        )

    def _contribution_sql(self) -> str:
        """What a group adds to the change of the whole; of a mean: its own change, weighed by its part of the spans."""
        if self._question.measure != "duration_mean_ns":
            return "(now - before)"
        return (
            f"if(least(now_span_count, before_span_count) < {LEAST_SPANS}, 0, ifNull(now - before, 0) "
            "* now_span_count / greatest(1, sum(now_span_count) OVER (PARTITION BY {kind})))"
        )

    def _union(self, before: Source, now: Source) -> str:
        selects = []
        for source, is_now in ((before, False), (now, True)):
            for table in dict.fromkeys(piece.table for piece in source.pieces):
                values = {f"g{i}": group.sql.format(t=table) for i, group in enumerate(self._question.groups)}
                keys = {"is_now": str(is_now).lower(), **values}
                fits = condition(self._question.expr, table, self._now_ns)
                select = parts(table, source.pieces, keys, self._partials, fits, "now_" if is_now else "before_")
                self.parameters.update(select.parameters)
                selects.append(select.text)
        return " UNION ALL ".join(selects)
