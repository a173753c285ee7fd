"""The filter language as frozen data, and how it is written back as text."""

import dataclasses
import re
from dataclasses import dataclass
from typing import Literal

Operator = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Value:
    """What a field is compared with.

    Attributes:
        text: The value as written, without quotes.
        is_pattern: Whether each `*` in it stands for any text.
    """

    text: str
    is_pattern: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """A field held against values: true when any one of them fits (for `!=`, when none is equal).

    Attributes:
        field: Name as written: a column, an alias, or `attributes.KEY` and `resource.KEY`.
        operator: How; only `=` and `!=` take several values.
        values: One or more.
        position: Where in the text it was, from 0; not part of what it means.
    """

    field: str
    operator: Operator
    values: tuple[Value, ...]
    position: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Has:
    """The field is there and not empty."""

    field: str
    position: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """The row's text holds this word (or, when it was quoted, exactly this phrase), whatever the case."""

    text: str
    is_phrase: bool = False
    position: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    item: "Expr"


@dataclass(frozen=True, slots=True)
class And:
    """All of them; none given means everything."""

    items: tuple["Expr", ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """Any one of them, two or more."""

    items: tuple["Expr", ...]


Expr = And | Or | Not | Compare | Has | Text
EVERYTHING = And()

_BREAKS = r"\s()\",:=!<>"
_PLAIN_WORD = re.compile(rf"[^{_BREAKS}\-][^{_BREAKS}]*")
_PLAIN_FIELD = re.compile(rf"[A-Za-z_][^{_BREAKS}]*")
_PLAIN_VALUE = re.compile(rf"[^{_BREAKS}~*][^\s()\",*]*")
_PLAIN_PATTERN = re.compile(rf"(?!\*+$)[^{_BREAKS}~][^\s()\",]*")
KEYWORDS = {"AND", "OR", "NOT"}


def write(expr: Expr) -> str:
    """Write `expr` as text that parses to an equal expression.

    >>> write(And((Compare("model", "=", (Value("gpt-4o"),)), Not(Text("refund")))))
    'model:gpt-4o -refund'
    """
    match expr:
        case And(items):
            return " ".join(_inner(item) for item in items)
        case Or(items):
            return " OR ".join(_inner(item) for item in items)
        case Not(item):
            return "-" + _inner(item)
        case Has(name):
            return "has:" + _field(name)
        case Text(text, is_phrase):
            if is_phrase:
                return _quoted(text)
            return text if _PLAIN_WORD.fullmatch(text) and text not in KEYWORDS else "text:" + _quoted(text)
        case Compare(name, operator, values):
            sign = ":" if operator == "=" else operator
            written = ",".join(_value(value) for value in values)
            return _field(name) + sign + (written if len(values) == 1 else f"({written})")


def _inner(expr: Expr) -> str:
    return f"({write(expr)})" if isinstance(expr, And | Or) else write(expr)


def _field(name: str) -> str:
    return name if _PLAIN_FIELD.fullmatch(name) else _quoted(name)


def _value(value: Value) -> str:
    if value.is_pattern:
        is_plain = "*" in value.text and _PLAIN_PATTERN.fullmatch(value.text)
        return value.text if is_plain else "~" + _quoted(value.text)
    return value.text if _PLAIN_VALUE.fullmatch(value.text) else _quoted(value.text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
