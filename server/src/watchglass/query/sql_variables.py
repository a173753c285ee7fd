"""What a panel's SQL is bound to: the range, the interval and a dashboard's variables, for the placeholders that ask."""

from collections.abc import Mapping

from watchglass.errors import InvalidInput
from watchglass.query.scope import Scope
from watchglass.query.sql_values import split_type
from watchglass.query.variables import Variables
from watchglass.store.engine import Parameter

START, END, INTERVAL = "start", "end", "interval_s"
RESERVED = (START, END, INTERVAL)
"""Names that no variable may have."""


def bound_parameters(
    wanted: Mapping[str, str], given: Mapping[str, Parameter], variables: Variables, scope: Scope, interval_s: int
) -> dict[str, Parameter]:
    """Return a value for each placeholder that has one here; which ones are missing the sandbox says.

    Args:
        wanted: Type of each placeholder.
        given: The panel's own values, which go first.
        variables: The dashboard's; a placeholder of type Array gets all chosen values, any other the one.
        scope: For `start` and `end`.
        interval_s: For `interval_s`, in seconds.

    Raises:
        InvalidInput: A placeholder takes one value and another number is chosen; the field is `parameters`.
    """
    bound: dict[str, Parameter] = dict(given)
    for name, type_name in wanted.items():
        if name in given:
            continue
        if name in (START, END):
            bound[name] = _instant(scope.start_ns if name == START else scope.end_ns, type_name)
        elif name == INTERVAL:
            bound[name] = interval_s
        elif name in variables.values:
            bound[name] = _chosen(name, type_name, variables.values[name])
    return bound


def _instant(time_ns: int, type_name: str) -> Parameter:
    """An instant as its type reads it in whatever time zone: seconds since 1970 for times, nanoseconds for numbers."""
    kind = split_type(type_name)[0]
    if kind == "DateTime64":
        return f"{time_ns // 10**9}.{time_ns % 10**9:09d}"
    return time_ns // 10**9 if kind in ("DateTime", "DateTime32") else time_ns


def _chosen(name: str, type_name: str, values: tuple[str, ...]) -> Parameter:
    if split_type(type_name)[0] == "Array":
        return list(values)
    if len(values) != 1:
        raise InvalidInput("parameters", f"{{{name}:{type_name}}} takes one value: choose one of ${name}, or write {{{name}:Array(String)}}")
    return values[0]
