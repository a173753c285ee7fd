"""What is asked of one metric, and what can be made of its points."""

from dataclasses import dataclass
from typing import Literal

from watchglass.errors import InvalidInput
from watchglass.query.expr import Expr
from watchglass.query.metrics import Metric
from watchglass.query.scope import Scope
from watchglass.query.usage_groups import Group

Aggregation = Literal["avg", "min", "max", "last", "sum", "rate", "increase", "quantile"]

_GAUGE: tuple[Aggregation, ...] = ("avg", "min", "max", "last", "sum")
LEVELS: tuple[Aggregation, ...] = ("sum", "avg", "min", "max", "last")
"""How a sum that rises and falls is read: as a level, which adds up over series."""

_COUNTER: tuple[Aggregation, ...] = ("rate", "increase")
_HISTOGRAM: tuple[Aggregation, ...] = ("quantile", "avg", "rate", "increase")

MAX_QUANTILES = 10
"""Most quantiles of one question."""


@dataclass(frozen=True, slots=True)
class SeriesQuestion:
    """What is asked of one metric.

    Attributes:
        scope: Project and range.
        name: Name of the metric.
        type: Its type, where the name has several; None for that of the newest point.
        expr: Which points count, over the columns of metric_points.
        groups: What to tell apart.
        interval_s: Length of a bucket, in seconds.
        aggregation: What to make of the points; None for what the type is usually read as.
        quantiles: Shares, 0 to 1, for the aggregation quantile.
        limit: Most groups; those with fewer points are left out.
    """

    scope: Scope
    name: str
    type: str | None
    expr: Expr
    groups: tuple[Group, ...]
    interval_s: int
    aggregation: Aggregation | None
    quantiles: tuple[float, ...]
    limit: int


def aggregations_of(metric: Metric) -> tuple[Aggregation, ...]:
    """Return what can be made of a metric's points, the usual first."""
    if metric.type == "gauge":
        return _GAUGE
    if metric.type != "sum":
        return _HISTOGRAM
    if metric.is_monotonic:
        return _COUNTER
    return ("increase", "rate") if metric.temporality == "delta" else LEVELS


def read_quantiles(text: str) -> tuple[float, ...]:
    """Read shares from 0 to 1, with commas.

    Raises:
        InvalidInput: Something else, or too many; the field is `quantiles`.
    """
    try:
        shares = tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidInput("quantiles", "must be numbers from 0 to 1, with commas: 0.5,0.95") from error
    if len(shares) > MAX_QUANTILES or not all(0 <= share <= 1 for share in shares):
        raise InvalidInput("quantiles", f"must be at most {MAX_QUANTILES} numbers from 0 to 1")
    return tuple(dict.fromkeys(shares))
