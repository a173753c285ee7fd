"""A dashboard's variables in a filter: `model:$model` becomes a condition on the chosen values, bound and never pasted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchglass.query.expr import EVERYTHING, And, Compare, Expr, Has, Not, Or, Text, Value
from watchglass.query.filter import invalid

_REFERENCE = re.compile(r"\$([a-z][a-z0-9_]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Variables:
    """What the variables stand for now.

    Attributes:
        values: Chosen values by name; none chosen means that the variable restricts nothing.
        filters: Filters by name, for variables that are a whole condition.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    filters: Mapping[str, Expr] = field(default_factory=dict)


def bind(expr: Expr, variables: Variables) -> Expr:
    """Put in what the variables stand for; a condition on one of which nothing is chosen is left out.

    Raises:
        InvalidInput: There is no variable of that name; the field is `filter`.

    >>> bind(Compare("model", "=", (Value("$model"),)), Variables({"model": ("a", "b")}))
    Compare(field='model', operator='=', values=(Value(text='a', is_pattern=False), Value(text='b', is_pattern=False)), position=0)
    """
    bound = _bound(expr, variables)
    return EVERYTHING if bound is None else bound


def _bound(expr: Expr, variables: Variables) -> Expr | None:
    """What `expr` says with the variables put in; None when that is nothing."""
    match expr:
        case And(items):
            return And(tuple(it for item in items if (it := _bound(item, variables)) is not None))
        case Or(items):
            either = [_bound(item, variables) for item in items]
            # one side that allows everything allows everything
            return None if None in either else Or(tuple(it for it in either if it is not None))
        case Not(item):
            inner = _bound(item, variables)
            return None if inner is None else Not(inner)
        case Compare():
            return _compared(expr, variables)
        case Text(text, is_phrase, position) if not is_phrase and (reference := _REFERENCE.fullmatch(text)):
            return _condition(reference[1], position, variables)
        case Text() | Has():
            return expr


def _compared(compare: Compare, variables: Variables) -> Expr | None:
    values: list[Value] = []
    for value in compare.values:
        reference = None if value.is_pattern else _REFERENCE.fullmatch(value.text)
        if reference is None:
            values.append(value)
            continue
        chosen = _values(reference[1], compare.position, variables)
        if not chosen:
            return None
        values += [Value(text) for text in chosen]
    if len(values) > 1 and compare.operator not in ("=", "!="):
        raise invalid(compare.position, f"{compare.field}{compare.operator} takes one value, and {len(values)} are chosen")
    return Compare(compare.field, compare.operator, tuple(values), compare.position)


def _condition(name: str, position: int, variables: Variables) -> Expr | None:
    """A variable that stands alone: its filter, or its values as words of the text."""
    if name in variables.filters:
        return None if variables.filters[name] == EVERYTHING else variables.filters[name]
    words = tuple(Text(text, False, position) for text in _values(name, position, variables))
    if not words:
        return None
    return words[0] if len(words) == 1 else Or(words)


def _values(name: str, position: int, variables: Variables) -> tuple[str, ...]:
    if name not in variables.values:
        raise invalid(position, f"there is no variable ${name}")
    return variables.values[name]
