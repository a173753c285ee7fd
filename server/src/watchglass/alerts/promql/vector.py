"""An expression of PromQL that has one value a series, as a question about one metric."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    Call,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    SubqueryExpr,
    VectorSelector,
)

from watchglass.alerts.promql.selector import filter_of, groups_of, metric_name
from watchglass.alerts.promql.unmapped import Unmapped
from watchglass.query.asked import MetricQuery

INSTANT_S = 120
"""What is read for a value of now, in seconds: two scrapes of the usual minute, of which each series' mean counts."""

_OVER_TIME = {"avg_over_time": "avg", "min_over_time": "min", "max_over_time": "max", "last_over_time": "last"}
_COUNTERS = {"rate": "rate", "increase": "increase", "irate": "rate"}
_OVER_SERIES = ("sum", "avg", "min", "max")


@dataclass(frozen=True, slots=True)
class Vector:
    """A question about one metric.

    Attributes:
        name: The metric.
        filter: Which points count.
        window_s: How much time one value is read over, in seconds.
        offset_s: How long ago that ended, in seconds.
        aggregation: What is made of the points; None for a plain selector.
        over_series: How series are put together; None where they are not.
        group_by: What is told apart; None for every series.
        quantile: Which quantile, for a histogram.
        remarks: What is not exactly the same here.
    """

    name: str
    filter: str
    window_s: int
    offset_s: int
    aggregation: str | None = None
    over_series: str | None = None
    group_by: tuple[str, ...] | None = None
    quantile: float | None = None
    remarks: tuple[str, ...] = field(default=())

    def query(self, is_low_bad: bool) -> tuple[MetricQuery, tuple[str, ...]]:
        """Return it as a query, with the remarks; of series that are not put together the worst counts.

        Raises:
            Unmapped: Series are put together in a way that counters are not here.
        """
        remarks, groups = self.remarks, self.group_by
        aggregation = self.aggregation or self.over_series
        if self.aggregation in ("rate", "increase") and self.over_series not in (None, "sum"):
            raise Unmapped(f"{self.over_series} of {self.aggregation}: counters are added up here")
        if self.aggregation in ("avg", "min", "max", "last") and self.over_series not in (None, self.aggregation):
            raise Unmapped(f"{self.over_series} of {self.aggregation}_over_time")
        if groups is None:
            groups = ("service_name", "service_instance_id")
            together = "added up" if self.aggregation in ("rate", "increase") else f"taken together by {'min' if is_low_bad else 'max'}"
            aggregation = aggregation or ("min" if is_low_bad else "max")
            remarks = (*remarks, f"series of one job and instance are {together}")
        found: dict[str, Any] = {"source": "metrics", "name": self.name, "filter": self.filter, "group_by": list(groups), "aggregation": aggregation}
        if self.quantile is not None:
            found |= {"aggregation": "quantile", "quantiles": [self.quantile]}
        return MetricQuery.model_validate(found), remarks


def read_vector(expr: Any) -> Vector:
    """Read an expression.

    Raises:
        Unmapped: It has no counterpart here.
    """
    match expr:
        case ParenExpr():
            return read_vector(expr.expr)
        case VectorSelector():
            return _selected(expr, INSTANT_S)
        case AggregateExpr():
            return _aggregated(expr)
        case Call():
            return _called(expr)
        case SubqueryExpr():
            raise Unmapped("a subquery")
        case MatrixSelector():
            raise Unmapped("a range without a function over it")
    raise Unmapped(f"the expression {str(expr)[:60]}")


def _selected(selector: VectorSelector, window_s: int) -> Vector:
    offset = selector.offset
    offset_s = 0 if offset is None else _seconds(offset)
    if offset_s < 0:
        raise Unmapped("an offset into the future")
    text, remarks = filter_of(selector)
    return Vector(metric_name(selector), text, window_s, offset_s, remarks=remarks)


def _aggregated(expr: AggregateExpr) -> Vector:
    operator = str(expr.op)
    if operator not in _OVER_SERIES:
        raise Unmapped(f"the aggregation {operator}")
    labels: list[str] = []
    if expr.modifier is not None:
        if expr.modifier.type != AggModifierType.By:
            raise Unmapped("without (...): say by which labels")
        labels = [str(it) for it in expr.modifier.labels]
    inner = read_vector(expr.expr)
    if inner.over_series is not None or inner.quantile is not None:
        raise Unmapped("an aggregation of an aggregation")
    return replace(inner, over_series=operator, group_by=tuple(groups_of(labels)))


def _called(call: Call) -> Vector:
    name = str(call.func.name)
    if name == "histogram_quantile":
        return _quantile(call)
    if name not in _OVER_TIME and name not in _COUNTERS:
        raise Unmapped(f"the function {name}")
    ranged = call.args[0]
    if not isinstance(ranged, MatrixSelector):
        raise Unmapped("a subquery" if isinstance(ranged, SubqueryExpr) else f"{name} of something else than a range")
    vector = _selected(ranged.vector_selector, _seconds(ranged.range))
    remarks = (*vector.remarks, *(["irate is read as rate over the whole range"] if name == "irate" else []))
    return replace(vector, aggregation=_OVER_TIME.get(name) or _COUNTERS[name], remarks=remarks)


def _quantile(call: Call) -> Vector:
    """A quantile of a histogram, which is one metric here and no series of buckets."""
    share, inner = call.args
    if not isinstance(share, NumberLiteral) or not 0 <= share.val <= 1:
        raise Unmapped("a quantile that is no number from 0 to 1")
    vector = read_vector(inner)
    if vector.aggregation not in ("rate", "increase") or vector.over_series not in (None, "sum"):
        raise Unmapped("histogram_quantile of something else than a sum of rates")
    name = vector.name.removesuffix("_bucket")
    return replace(vector, name=name, aggregation="quantile", over_series=None, quantile=float(share.val))


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
