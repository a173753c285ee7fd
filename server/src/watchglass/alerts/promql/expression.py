"""A whole expression of an alert as a query, a condition and a window."""

import math
from dataclasses import dataclass, replace
from typing import Any

import promql_parser
from promql_parser import BinaryExpr, Call, MatrixSelector, NumberLiteral, ParenExpr, UnaryExpr, VectorSelector

from watchglass.alerts.promql.unmapped import Unmapped
from watchglass.alerts.promql.vector import Vector, read_vector
from watchglass.query.asked import MetricQuery

COMPARISONS = {">": ">", ">=": ">=", "<": "<", "<=": "<=", "==": "==", "!=": "!="}
_TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}
ABSENT_S = 300
"""How long a series may be silent for Prometheus before it is absent, in seconds."""

_AGO = {86_400: "yesterday", 604_800: "last_week"}
MAX_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class Mapped:
    """What an expression means here.

    Attributes:
        query: What is watched.
        when: The condition, as a rule says it.
        window_s: How much time one value is read over, in seconds.
        remarks: What is not exactly the same.
    """

    query: MetricQuery
    when: dict[str, Any]
    window_s: int
    remarks: tuple[str, ...]


def map_expression(text: str) -> Mapped:
    """Read an expression of PromQL.

    Raises:
        Unmapped: It is none, or has no counterpart here.
    """
    if len(text) > MAX_LENGTH:
        raise Unmapped(f"an expression longer than {MAX_LENGTH} characters")
    try:
        expr = promql_parser.parse(text)
    except ValueError as error:
        raise Unmapped(f"it is not PromQL: {str(error)[:200]}") from error
    expr = _plain(expr)
    if isinstance(expr, Call) and expr.func.name in ("absent", "absent_over_time"):
        return _absence(expr)
    if not isinstance(expr, BinaryExpr):
        raise Unmapped("an expression without a comparison")
    operator = str(expr.op)
    if operator not in COMPARISONS:
        raise Unmapped(f"the operator {operator} between alerts")
    if expr.modifier is not None and expr.modifier.return_bool:
        raise Unmapped("bool, which makes an alert of every series")
    left, right = _constant(expr.lhs), _constant(expr.rhs)
    if (left is None) == (right is None):
        raise Unmapped("a comparison of two series" if left is None else "a comparison of two numbers")
    if right is None:
        assert left is not None
        return _compared(expr.rhs, _TURNED[operator], left)
    return _compared(expr.lhs, operator, right)


def _compared(expr: Any, operator: str, bound: float) -> Mapped:
    """A comparison with a number, once sums and factors are on the number's side."""
    expr, operator, bound = _solved(_plain(expr), operator, bound)
    # 1 - 0.9 is meant to be 0.1
    bound = float(f"{bound:.12g}")
    if isinstance(expr, Call) and expr.func.name in ("absent", "absent_over_time") and operator == "==" and bound == 1:
        return _absence(expr)
    bounds, remarks = _bounds(operator, bound)
    is_low_bad = "below" in bounds and "above" not in bounds
    if not isinstance(expr, BinaryExpr):
        vector = read_vector(expr)
        _refuse_offset(vector)
        query, more = vector.query(is_low_bad)
        return Mapped(query, {"kind": "threshold", **bounds}, vector.window_s, (*remarks, *more))
    if str(expr.op) not in ("/", "-"):
        raise Unmapped(f"the operator {expr.op} between series")
    top, bottom = read_vector(expr.lhs), read_vector(expr.rhs)
    _refuse_matching(expr, top, bottom)
    if top == replace(bottom, offset_s=0) and bottom.offset_s in _AGO and not top.offset_s:
        query, more = top.query(is_low_bad)
        by = "ratio" if str(expr.op) == "/" else "difference"
        return Mapped(query, {"kind": "change", "against": _AGO[bottom.offset_s], "by": by, **bounds}, top.window_s, (*remarks, *more))
    if str(expr.op) == "-":
        raise Unmapped("a difference of two series")
    return _divided(top, bottom, bounds, is_low_bad, remarks)


def _divided(top: Vector, bottom: Vector, bounds: dict[str, float], is_low_bad: bool, remarks: tuple[str, ...]) -> Mapped:
    _refuse_offset(top)
    _refuse_offset(bottom)
    if top.window_s != bottom.window_s:
        raise Unmapped("a ratio of values over ranges of different lengths")
    family = top.name.removesuffix("_sum")
    if family != top.name and bottom == replace(top, name=f"{family}_count") and top.aggregation in ("rate", "increase"):
        # the sum over the count of a histogram is its mean
        query, more = replace(top, name=family, aggregation="avg", over_series=None).query(is_low_bad)
        return Mapped(query, {"kind": "threshold", **bounds}, top.window_s, (*remarks, *more))
    query, more = top.query(is_low_bad)
    over, more_over = bottom.query(is_low_bad)
    when = {"kind": "ratio", "over": over.model_dump(mode="json", exclude_defaults=True) | {"source": "metrics"}, **bounds}
    return Mapped(query, when, top.window_s, tuple(dict.fromkeys((*remarks, *more, *more_over))))


def _absence(call: Call) -> Mapped:
    inner = call.args[0]
    if isinstance(inner, MatrixSelector):
        vector = replace(read_vector(inner.vector_selector), window_s=int(inner.range.total_seconds()))
    else:
        vector = replace(read_vector(inner), window_s=ABSENT_S)
        if not isinstance(_plain(inner), VectorSelector):
            raise Unmapped(f"{call.func.name} of more than a selector")
    _refuse_offset(vector)
    query, _ = replace(vector, group_by=()).query(False)
    # any value is as good as another one: what is asked is whether there is one, of whatever type
    query = query.model_copy(update={"aggregation": None, "quantiles": [0.5]})
    return Mapped(query, {"kind": "absence", "seen_within_s": max(86_400, 2 * vector.window_s)}, vector.window_s, ())


def _bounds(operator: str, bound: float) -> tuple[dict[str, float], tuple[str, ...]]:
    """What a value must keep within for the comparison to be false."""
    match operator:
        case ">":
            return {"above": bound}, ()
        case ">=":
            return {"above": math.nextafter(bound, -math.inf)}, ()
        case "<":
            return {"below": bound}, ()
        case "<=":
            return {"below": math.nextafter(bound, math.inf)}, ()
        case "!=":
            return {"above": bound, "below": math.nextafter(bound, -math.inf)}, ()
    if bound == 0:
        return {"below": math.nextafter(0, math.inf)}, ("== 0 is read as <= 0",)
    raise Unmapped(f"equality with {bound:g}")


def _solved(expr: Any, operator: str, bound: float) -> tuple[Any, str, float]:
    """Bring numbers that a series is multiplied by or added to over to the other side."""
    if isinstance(expr, UnaryExpr):
        return _solved(_plain(expr.expr), _TURNED[operator], -bound)
    if not isinstance(expr, BinaryExpr):
        return expr, operator, bound
    left, right, sign = _constant(expr.lhs), _constant(expr.rhs), str(expr.op)
    if (left is None) == (right is None):
        return expr, operator, bound
    series = _plain(expr.lhs if left is None else expr.rhs)
    number = right if left is None else left
    assert number is not None
    if sign in ("*", "/") and number != 0 and not (sign == "/" and left is not None):
        moved = bound / number if sign == "*" else bound * number
        return _solved(series, operator if number > 0 else _TURNED[operator], moved)
    if sign == "+":
        return _solved(series, operator, bound - number)
    if sign == "-":
        return _solved(series, *((operator, bound + number) if left is None else (_TURNED[operator], number - bound)))
    raise Unmapped(f"the operator {sign} with a number")


def _constant(expr: Any) -> float | None:
    """The value of an expression of numbers; None for one with series."""
    expr = _plain(expr)
    if isinstance(expr, NumberLiteral):
        return float(expr.val) if math.isfinite(expr.val) else None
    if isinstance(expr, UnaryExpr):
        inner = _constant(expr.expr)
        return None if inner is None else -inner
    if not isinstance(expr, BinaryExpr) or str(expr.op) not in "+-*/":
        return None
    left, right = _constant(expr.lhs), _constant(expr.rhs)
    if left is None or right is None or (str(expr.op) == "/" and right == 0):
        return None
    return {"+": left + right, "-": left - right, "*": left * right, "/": left / (right or 1)}[str(expr.op)]


def _plain(expr: Any) -> Any:
    while isinstance(expr, ParenExpr):
        expr = expr.expr
    return expr


def _refuse_offset(vector: Vector) -> None:
    if vector.offset_s:
        raise Unmapped("an offset that is not what the same is compared with, a day or a week before")


def _refuse_matching(expr: BinaryExpr, top: Vector, bottom: Vector) -> None:
    """Refuse series that meet otherwise than by all their labels."""
    if expr.modifier is not None and expr.modifier.matching is not None:
        raise Unmapped("on (...) and ignoring (...)")
    if top.group_by != bottom.group_by:
        raise Unmapped("a ratio of series with different labels")


