"""A piece of SQL with its bound parameters, and the condition that keeps a question within its scope."""

from dataclasses import dataclass, field

from watchglass.query.scope import Scope
from watchglass.store.engine import Parameter

TIME_COLUMN = {
    "spans": "start_time",
    "logs": "time",
    "metric_points": "time",
    "scores": "time",
    "readings": "time",
    "usage_minute": "time",
    "usage_hour": "time",
    "trace_minute": "time",
}
"""The column of each table that a scope's range is about."""


@dataclass(frozen=True, slots=True)
class Sql:
    """SQL text and the values of its `{name:Type}` placeholders.

    Attributes:
        text: One expression, safe to stand between ANDs.
        parameters: Value of each placeholder by name.
    """

    text: str
    parameters: dict[str, Parameter] = field(default_factory=dict)


class Parameters:
    """Names parameters p0, p1, ... in the order in which they are bound."""

    def __init__(self) -> None:
        self.values: dict[str, Parameter] = {}

    def bind(self, value: Parameter, type_name: str) -> str:
        """Keep `value` and return its placeholder, `{p0:String}` and so on."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{type_name}}}"


def instant(placeholder: str) -> str:
    """Write a bound Int64 of nanoseconds since 1970 UTC as a DateTime64(9)."""
    return f"fromUnixTimestamp64Nano({placeholder}, 'UTC')"


def in_scope(scope: Scope, table: str) -> Sql:
    """The condition that rows of `table` are of the scope's project and time range.

    Columns are written as `table.column`, so that an alias of the same name in the SELECT does not stand for them.
    """
    time = f"{table}.{TIME_COLUMN[table]}"
    return Sql(
        f"{table}.project_id = {{project_id:String}} AND {time} >= {instant('{start_ns:Int64}')}"
        f" AND {time} < {instant('{end_ns:Int64}')}",
        {"project_id": scope.project_id, "start_ns": scope.start_ns, "end_ns": scope.end_ns},
    )


def both(first: Sql, second: Sql) -> Sql:
    """The condition that both hold; their parameters must have different names."""
    return Sql(f"{first.text} AND {second.text}", {**first.parameters, **second.parameters})
