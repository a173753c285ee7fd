"""What belongs to a session or a user: the rows that say its id, and those of the same traces that say none.

Rows are of `trace_minute`, one for what a trace came to in a minute, so a range is counted in whole minutes.
"""

from dataclasses import dataclass
from typing import Literal

from watchglass.query.columns import ALIASES
from watchglass.query.expr import And, Compare, Expr, Has, Not, Or, Text
from watchglass.query.reader import Reader
from watchglass.query.scope import MAX_TIME_NS, UNITS_NS, Scope
from watchglass.query.sql import Sql, both, instant

Owner = Literal["session_id", "user_id"]

HASHES: dict[Owner, str] = {"session_id": "session_hash", "user_id": "user_hash"}
"""The column that stands for the owner in rows; 0 where they say none."""

NO_CALL_NS = 2**63 - 1
"""What `first_call_ns` is in rows without a call to a model."""

PRUNED = {"enable_join_runtime_filters": 1}
"""Settings of a question over `owned_rows`: rows of other traces are left out while they are read."""

EVERY = Sql("true")

MINUTE_NS = UNITS_NS["m"]

_COLUMNS = (
    "time", "trace_hash", "session_hash", "user_hash", "session_id", "user_id", "first_ns", "last_ns", "first_call_ns",
    "span_count", "error_count", "model_call_count", "tokens", "input_tokens", "output_tokens", "cost_usd", "unpriced_count",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Where it is looked, as rows that are called `spans`.

    Attributes:
        sql: What stands after SELECT and what it names, up to a condition that another may be joined to by AND.
        is_of_rows: Whether these are rows, not spans.
    """

    sql: Sql
    is_of_rows: bool

    @property
    def trace(self) -> str:
        """The column that tells traces apart."""
        return "spans.trace_hash" if self.is_of_rows else "spans.trace_id"


def in_spans(within: Sql) -> Source:
    """Look at spans themselves, those `within`."""
    return Source(Sql(f"FROM spans WHERE {within.text}", within.parameters), is_of_rows=False)


def in_rows(scope: Scope) -> Source:
    """Look at the rows of a scope."""
    found = rows(scope)
    return Source(Sql(f"FROM {found.text} AS spans WHERE true", found.parameters), is_of_rows=True)


def is_in_rows(expr: Expr) -> bool:
    """Whether a filter asks of nothing but sessions and users, which rows have too."""
    match expr:
        case And(items) | Or(items):
            return all(is_in_rows(item) for item in items)
        case Not(item):
            return is_in_rows(item)
        case Compare(field=name) | Has(name):
            return ALIASES.get(name, name) in HASHES
        case Text():
            return False


def rows(scope: Scope) -> Sql:
    """Write the rows of a scope, widened to whole minutes, which may stand after FROM."""
    names = ", ".join(f"trace_minute.{name} AS {name}" for name in _COLUMNS)
    return Sql(
        f"(SELECT {names} FROM trace_minute WHERE trace_minute.project_id = {{project_id:String}} "
        f"AND trace_minute.time >= {instant('{minutes_from:Int64}')} AND trace_minute.time < {instant('{minutes_to:Int64}')})",
        {
            "project_id": scope.project_id,
            "minutes_from": scope.start_ns // MINUTE_NS * MINUTE_NS,
            "minutes_to": min(-(-scope.end_ns // MINUTE_NS) * MINUTE_NS, MAX_TIME_NS),
        },
    )


def has_unowned(reader: Reader, owner: Owner, source: Source, condition: Sql = EVERY) -> bool:
    """Whether anything of the source says no id and fits; where nothing does, a trace need not be looked at as a whole.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    found = both(source.sql, condition)
    says_none = f"spans.{HASHES[owner]} = 0" if source.is_of_rows else f"spans.{owner} = ''"
    return reader.query(f"SELECT 1 {found.text} AND {says_none} LIMIT 1", found.parameters).num_rows > 0


def fitting(reader: Reader, owner: Owner, source: Source, fits: Sql, *, may_be_unowned: bool = True) -> Sql:
    """The condition that a row says an id, and fits itself or is of a trace in which a row fits that says none.

    Args:
        reader: Where it is looked whether there are any of the latter.
        owner: The column that holds the ids.
        source: What is looked at.
        fits: The condition itself.
        may_be_unowned: False where it is known already that everything says an id.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    says = f"spans.{owner} != ''"
    if not may_be_unowned or not has_unowned(reader, owner, source, fits):
        return Sql(f"{says} AND {fits.text}", fits.parameters)
    unsaid = both(source.sql, fits)
    traces = f"SELECT {source.trace} {unsaid.text} AND spans.{owner} = ''"
    return Sql(f"{says} AND ({fits.text} OR {source.trace} IN ({traces}))", unsaid.parameters)


def owned_rows(scope: Scope, owner: Owner, owners: Sql, *, with_unowned: bool) -> Sql:
    """Write the owners' rows, which may stand after FROM: those of `rows` with `owner`, the id, `owner_hash` and `is_said`.

    A row belongs to the id that it says. One that says none belongs to each id that another row of its trace says, as many
    instrumentations put the session on the root alone and the tokens elsewhere.

    Args:
        scope: Project and range.
        owner: The column that holds the ids.
        owners: Condition over rows called `spans` that the id is asked for.
        with_unowned: Whether there are rows that say no id (see has_unowned).
    """
    column = HASHES[owner]
    names = ", ".join(f"spans.{name} AS {name}" for name in _COLUMNS)
    chosen = both(in_rows(scope).sql, owners)
    said = f"SELECT {names}, spans.{owner} AS owner, spans.{column} AS owner_hash, true AS is_said {chosen.text}"
    if not with_unowned:
        return Sql(f"({said})", chosen.parameters)
    traces = (
        f"SELECT spans.trace_hash AS trace_hash, spans.{column} AS owner_hash, any(spans.{owner}) AS owner {chosen.text} "
        "GROUP BY trace_hash, owner_hash"
    )
    unsaid = (
        f"SELECT {names}, owned.owner AS owner, owned.owner_hash AS owner_hash, false AS is_said FROM {rows(scope).text} AS spans "
        f"INNER JOIN ({traces}) AS owned ON spans.trace_hash = owned.trace_hash WHERE spans.{column} = 0"
    )
    return Sql(f"({said} UNION ALL {unsaid})", chosen.parameters)
