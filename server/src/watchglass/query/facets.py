"""Facets: how many rows have each value of some fields under a filter, exact where rollups suffice, else as far back as time allows."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from watchglass.clock import Clock
from watchglass.errors import InvalidInput
from watchglass.query.columns import ALIASES
from watchglass.query.expr import And, Compare, Expr, Has, Not, Value
from watchglass.query.facet_counts import Counted, Tally, count_pieces, count_stretch
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.stretches import count_by_time, read_back
from watchglass.query.usage_groups import read_group
from watchglass.query.usage_source import Kept, choose_source, is_in_rollups

MAX_FIELDS = 20
"""Most fields of one question."""

MOST_S = 0.15
"""How long rows are read for one question, in seconds; the last statement may take a little longer."""

ERROR = "error"
"""The field that rollups have as a count of their own instead of a dimension."""

TableName = Literal["spans", "logs"]

LONG_TEXTS = frozenset({
    "input_messages", "output_messages", "system_instructions", "tool_definitions", "input_value", "output_value",
    "tool_call_arguments", "tool_call_result", "retrieval_query", "retrieval_documents", "links", "body", "status_message",
})  # fmt: skip
"""Columns of texts that hardly come twice and may be very long: they are searched, not counted."""


@dataclass(frozen=True, slots=True)
class FacetQuestion:
    """What is asked.

    Attributes:
        scope: Project and range.
        table: Whose rows are counted.
        expr: Which rows count. A field's own conditions at the top of the filter are left out for it, so that the values
            that could be chosen instead are seen with what they would give.
        fields: Names of columns, short names or keys of attributes.
        limit: Most values of a field.
        containing: Text that a value must contain, in whatever case; empty for any.
    """

    scope: Scope
    table: TableName
    expr: Expr
    fields: tuple[str, ...]
    limit: int
    containing: str = ""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value.

    Attributes:
        value: As text, `true` or `false` for truths.
        count: Rows that have it.
        error_count: Those of them with an error.
    """

    value: str
    count: int
    error_count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """One field.

    Attributes:
        name: As it was asked for.
        values: Those with the most rows first; of some that begin with what was looked for, these first.
        absent_count: Rows that have no value.
        other_count: Rows with a value that is not among `values`.
        start_ns: What was counted begins here, nanoseconds since 1970 UTC; in rollups up to an hour before the range.
        is_partial: Whether older rows of the range were left out, or values that are rare in every stretch of it.
        is_from_rollups: Whether it was read from rollups.
    """

    name: str
    values: list[FacetValue]
    absent_count: int
    other_count: int
    start_ns: int
    is_partial: bool
    is_from_rollups: bool


def read_fields(text: str, table: TableName) -> tuple[str, ...]:
    """Read a comma-separated list of names.

    Raises:
        InvalidInput: None or too many, or as read_field; the field is `fields`.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not 0 < len(names) <= MAX_FIELDS:
        raise InvalidInput("fields", f"name 1 to {MAX_FIELDS} fields, with commas")
    for name in names:
        _check(name, table, "fields")
    return names


def read_field(name: str, table: TableName) -> tuple[str, ...]:
    """Read one name.

    Raises:
        InvalidInput: An unknown name, or one whose values cannot be counted; the field is `name`.
    """
    _check(name, table, "name")
    return (name,)


def _check(name: str, table: TableName, parameter: str) -> None:
    read_group(name, 0, table, parameter)
    if name in LONG_TEXTS:
        raise InvalidInput(parameter, f"{name} holds long texts, whose values are not counted: search it for words")


def count_facets(reader: Reader, question: FacetQuestion, kept: Kept, clock: Clock) -> list[Facet]:
    """Count the rows of each field's values, in the order of the fields.

    Raises:
        InvalidInput: The filter names what is not there (the field is `filter`), or a field does (`fields`).
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    steps = _Steps(reader, question, kept, clock)
    together: dict[tuple[Expr, bool], list[str]] = defaultdict(list)
    for name in question.fields:
        rest = _without(question.expr, name)
        together[rest, _is_from_rollups(question.table, rest, name)].append(name)
    read_count = sum(not is_from_rollups for _, is_from_rollups in together)
    found: dict[str, Facet] = {}
    for (rest, is_from_rollups), names in together.items():
        facets = steps.from_rollups(rest, names) if is_from_rollups else steps.from_rows(rest, names, MOST_S / read_count)
        found.update((facet.name, facet) for facet in facets)
    return [found[name] for name in question.fields]


class _Steps:
    """The statements of one question."""

    def __init__(self, reader: Reader, question: FacetQuestion, kept: Kept, clock: Clock) -> None:
        self._reader = reader
        self._question = question
        self._kept = kept
        self._clock = clock

    def from_rollups(self, expr: Expr, names: list[str]) -> list[Facet]:
        """Count exactly, whole minutes and hours."""
        rest, only_failed = _split_errors(expr)
        dimensions = [name for name in names if name != ERROR]
        source = choose_source(self._question.scope, None, can_use_rollups=True, kept=self._kept)
        counted, tally = self._counted(rest, dimensions), Tally()
        project_id = self._question.scope.project_id
        count_pieces(self._reader, counted, project_id, source.pieces, tally, only_failed=only_failed)
        facets = self._facets(counted, tally, source.start_ns, is_partial=False, is_from_rollups=True)
        if ERROR in names:
            facets.append(self._error_facet(tally, source.start_ns))
        return facets

    def from_rows(self, expr: Expr, names: list[str], most_s: float) -> list[Facet]:
        """Count the newest rows, as far back as `most_s` seconds allow."""
        scope, table = self._question.scope, self._question.table
        counted, tally = self._counted(expr, names), Tally()

        def ask(start_ns: int, end_ns: int) -> None:
            count_stretch(self._reader, counted, Scope(scope.project_id, start_ns, end_ns), tally)

        start_ns = read_back(scope, count_by_time(self._reader, scope, table), self._clock, most_s, ask)
        return self._facets(counted, tally, start_ns, is_partial=start_ns > scope.start_ns, is_from_rollups=False)

    def _counted(self, expr: Expr, names: list[str]) -> Counted:
        table = self._question.table
        groups = tuple(read_group(name, index, table, "fields") for index, name in enumerate(names))
        return Counted(table, expr, groups, self._question.containing, self._clock.now_ns())

    def _facets(
        self, counted: Counted, tally: Tally, start_ns: int, *, is_partial: bool, is_from_rollups: bool
    ) -> list[Facet]:
        facets = []
        for index, group in enumerate(counted.groups):
            values = self._values(tally, index)
            absent = tally.rows[index, ""]
            listed = values[: self._question.limit]
            other = max(0, tally.total - absent - sum(value.count for value in listed))
            is_cut = is_partial or index in tally.is_cut
            facets.append(Facet(group.name, listed, absent, other, start_ns, is_cut, is_from_rollups))
        return facets

    def _values(self, tally: Tally, index: int) -> list[FacetValue]:
        """The values of one field, but for the absent one."""
        beginning = self._question.containing.lower()
        values = [
            FacetValue(value, count, tally.failed[position, value])
            for (position, value), count in tally.rows.items()
            if position == index and value
        ]
        return sorted(values, key=lambda it: (not it.value.lower().startswith(beginning), -it.count, it.value))

    def _error_facet(self, tally: Tally, start_ns: int) -> Facet:
        fine = tally.total - tally.total_failed
        values = [FacetValue("true", tally.total_failed, tally.total_failed), FacetValue("false", fine, 0)]
        asked = [it for it in values if it.count and self._question.containing.lower() in it.value]
        in_order = sorted(asked, key=lambda it: -it.count)[: self._question.limit]
        other = tally.total - sum(it.count for it in in_order)
        return Facet(ERROR, in_order, 0, other, start_ns, is_partial=False, is_from_rollups=True)


def _is_from_rollups(table: TableName, expr: Expr, name: str) -> bool:
    if table != "spans" or not is_in_rollups(_split_errors(expr)[0]):
        return False
    return name == ERROR or read_group(name, 0, table, "fields").is_dimension


def _split_errors(expr: Expr) -> tuple[Expr, bool]:
    """A filter without its condition at the top that there is an error, which rollups have as a count, and whether there was one."""
    items = expr.items if isinstance(expr, And) else (expr,)
    rest = tuple(item for item in items if not _asks_for_errors(item))
    return And(rest), len(rest) < len(items)


def _asks_for_errors(expr: Expr) -> bool:
    if not isinstance(expr, Compare) or expr.operator != "=":
        return False
    name = ALIASES.get(expr.field, expr.field)
    return (name == ERROR and [it.text.lower() for it in expr.values] == ["true"]) or (
        name == "status_code" and expr.values == (Value("error"),)
    )


def _without(expr: Expr, name: str) -> Expr:
    """A filter without its conditions at the top that are about `name`."""
    items = expr.items if isinstance(expr, And) else (expr,)
    return And(tuple(item for item in items if not _is_about(item, name)))


def _is_about(expr: Expr, name: str) -> bool:
    if isinstance(expr, Not):
        return _is_about(expr.item, name)
    if not isinstance(expr, Compare | Has):
        return False
    # whether there is an error and the status are two names of one thing
    same = {ERROR: "status_code"}
    asked, of_facet = ALIASES.get(expr.field, expr.field), ALIASES.get(name, name)
    return same.get(asked, asked) == same.get(of_facet, of_facet)
