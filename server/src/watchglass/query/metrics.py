"""The metrics that were reported: names with their type, unit, and how many series they have."""

from dataclasses import dataclass
from typing import Literal

from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import both, in_scope

MetricType = Literal["gauge", "sum", "histogram", "exponential_histogram", "summary"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: a name with one type, as services may disagree about a name.

    Attributes:
        name: Name as sent.
        type: How its points are to be read.
        temporality: delta, cumulative or unspecified.
        is_monotonic: Whether it is a sum that only grows.
        unit: Unit as sent.
        description: Description as sent.
        series_count: Distinct series in the range, about.
        point_count: Points in the range.
        last_time_ns: Time of the newest point, nanoseconds since 1970 UTC.
    """

    name: str
    type: MetricType
    temporality: str
    is_monotonic: bool
    unit: str
    description: str
    series_count: int
    point_count: int
    last_time_ns: int


def list_metrics(reader: Reader, scope: Scope, expr: Expr, limit: int, now_ns: int) -> list[Metric]:
    """List the metrics with points in the range, by name; at most `limit`.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    fits = both(in_scope(scope, "metric_points"), condition(expr, "metric_points", now_ns))
    rows = reader.query(
        "SELECT metric_name AS name, metric_type AS type, temporality, is_monotonic, argMax(unit, time) AS unit, "
        "argMax(description, time) AS description, uniq(series_id) AS series_count, count() AS point_count, "
        "toUnixTimestamp64Nano(max(metric_points.time)) AS last_time_ns "
        f"FROM metric_points WHERE {fits.text} GROUP BY name, type, temporality, is_monotonic "
        f"ORDER BY name, last_time_ns DESC, type LIMIT {int(limit)}",
        fits.parameters,
    )
    return [Metric(**row) for row in rows.to_pylist()]
