"""A selector of PromQL as a filter, and its labels as what points are told apart by."""

import re
from collections.abc import Iterable

from promql_parser import Matcher, MatchOp, VectorSelector

from watchglass.alerts.promql.unmapped import Unmapped
from watchglass.query.expr import EVERYTHING, And, Compare, Expr, Has, Not, Value, write
from watchglass.query.usage_groups import MAX_GROUPS_BY

COLUMNS = {"job": "service_name", "instance": "service_instance_id"}
"""Labels that are columns here; all others are attributes."""

_NAME = re.compile(r"(?:[\w:/@ -]|\\[.\-/+:]|\.\*)*", re.ASCII)
"""A regular expression that is a name with gaps, which can be said here without one."""

_CLASS = re.compile(r"(?P<digits>\d+)\.+", re.ASCII)
"""`5..`, which people write for codes that begin so."""


def filter_of(selector: VectorSelector) -> tuple[str, tuple[str, ...]]:
    """Write the label matchers as a filter, and what it does not say exactly.

    Raises:
        Unmapped: One of them cannot be said here.
    """
    if selector.at is not None:
        raise Unmapped("the modifier @")
    if selector.matchers.or_matchers:
        raise Unmapped("matchers with or")
    remarks: list[str] = []
    conditions = tuple(_condition(matcher, remarks) for matcher in selector.matchers.matchers if matcher.name != "__name__")
    return write(And(tuple(it for it in conditions if it != EVERYTHING))), tuple(remarks)


def metric_name(selector: VectorSelector) -> str:
    """Return the name of the metric.

    Raises:
        Unmapped: It is not one name.
    """
    named = [it for it in selector.matchers.matchers if it.name == "__name__"]
    if selector.name:
        return str(selector.name)
    if len(named) == 1 and named[0].op == MatchOp.Equal:
        return str(named[0].value)
    raise Unmapped("a selector of more than one metric")


def groups_of(labels: Iterable[str]) -> list[str]:
    """Return what points are told apart by.

    Raises:
        Unmapped: They are too many.
    """
    names = [field_of(label) for label in labels if label != "le"]
    if len(names) > MAX_GROUPS_BY:
        raise Unmapped(f"more than {MAX_GROUPS_BY} labels to group by")
    return names


def field_of(label: str) -> str:
    """Return the name under which points have a label."""
    return COLUMNS.get(label, f"attributes.{label}")


def _condition(matcher: Matcher, remarks: list[str]) -> Expr:
    field, text = field_of(matcher.name), str(matcher.value)
    is_not = matcher.op in (MatchOp.NotEqual, MatchOp.NotRe)
    is_expression = matcher.op in (MatchOp.Re, MatchOp.NotRe)
    if text == "" or (is_expression and text == ".+"):
        has = Has(field)
        return has if (text == "") == is_not else Not(has)
    if not is_expression:
        return Compare(field, "!=" if is_not else "=", (Value(text),))
    if text == ".*":
        return Not(EVERYTHING) if is_not else EVERYTHING
    inner = text.removeprefix("^").removesuffix("$")
    if inner.startswith("(") and inner.endswith(")"):
        inner = inner.removeprefix("(").removeprefix("?:").removesuffix(")")
    values = tuple(_value(part, remarks) for part in inner.split("|"))
    if None in values:
        raise Unmapped(f"the regular expression {text[:60]!r} of the label {matcher.name}: only names with .* beside one another can be said here")
    return Compare(field, "!=" if is_not else "=", tuple(it for it in values if it is not None))


def _value(part: str, remarks: list[str]) -> Value | None:
    """One alternative as a value; None when it is more than a name with gaps."""
    if code := _CLASS.fullmatch(part):
        remarks.append(f"{part} is read as {code['digits']}*")
        return Value(f"{code['digits']}*", True)
    if not part or not _NAME.fullmatch(part):
        return None
    is_pattern = ".*" in part
    return Value(re.sub(r"\\(.)", r"\1", part.replace(".*", "*")), is_pattern)
