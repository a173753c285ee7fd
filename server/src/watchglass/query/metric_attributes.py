"""What the points of one metric can be told apart by: the attributes that they carry, with some values."""

from dataclasses import dataclass

from watchglass.query.conditions import condition
from watchglass.query.expr import Compare, Value
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import both, in_scope

MAX_ATTRIBUTES = 100
"""Most attributes of one answer, those on the most points."""

MAX_VALUES = 20
"""Most values of one attribute, about the most frequent."""


@dataclass(frozen=True, slots=True)
class MetricAttribute:
    """One attribute of a metric's points.

    Attributes:
        key: Its name.
        value_count: Distinct values in the range, about.
        values: Some of them, about the most frequent first.
    """

    key: str
    value_count: int
    values: list[str]


def list_metric_attributes(reader: Reader, scope: Scope, name: str) -> list[MetricAttribute]:
    """List the attributes of the points of the metric `name`, those on the most points first; none for an unknown metric.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    fits = both(in_scope(scope, "metric_points"), condition(Compare("metric_name", "=", (Value(name),)), "metric_points"))
    rows = reader.query(
        f"SELECT key, uniq(value) AS value_count, topK({MAX_VALUES})(value) AS values FROM metric_points "
        f"ARRAY JOIN mapKeys(attributes) AS key, mapValues(attributes) AS value WHERE {fits.text} "
        f"GROUP BY key ORDER BY count() DESC, key LIMIT {MAX_ATTRIBUTES}",
        fits.parameters,
    )
    return [MetricAttribute(**row) for row in rows.to_pylist()]
