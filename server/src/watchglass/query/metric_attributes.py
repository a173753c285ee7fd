"""What the points of one metric can be told apart by: attributes, resource and columns, with some values."""

from dataclasses import dataclass

from watchglass.query.conditions import condition
from watchglass.query.expr import Compare, Value
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import both, in_scope

MAX_ATTRIBUTES = 100
"""Most names of one answer, those on the most series."""

MAX_VALUES = 20
"""Most values of one name, those on the most series."""

MAX_SERIES = 20_000
"""Most series that are looked at."""

COLUMNS = ("service_name", "service_instance_id", "environment", "release", "host_name", "scope_name")
"""Columns that points can be told apart by."""


@dataclass(frozen=True, slots=True)
class MetricAttribute:
    """One thing that a metric's points say.

    Attributes:
        name: As a filter writes it: `attributes.KEY`, `resource.KEY` or a column.
        series_count: Series that say it.
        value_count: Distinct values in the range.
        values: Those on the most series, each with how many these are.
    """

    name: str
    series_count: int
    value_count: int
    values: list[tuple[str, int]]


def list_metric_attributes(reader: Reader, scope: Scope, name: str) -> list[MetricAttribute]:
    """List what the points of the metric `name` say, own attributes first, then columns, then the resource; none when unknown.

    Of each, what is on the most series comes first. A series says the same in each of its points, so that one is read for all.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    fits = both(in_scope(scope, "metric_points"), condition(Compare("metric_name", "=", (Value(name),)), "metric_points"))
    maps = [
        f"arrayMap((key, value) -> ('{prefix}.' || key, value), mapKeys({column}), mapValues({column}))"
        for prefix, column in (("attributes", "attributes"), ("resource", "resource_attributes"))
    ]
    columns = ", ".join(f"('{column}', toString({column}))" for column in COLUMNS)
    said = ", ".join(f"any({column}) AS {column}" for column in ("attributes", "resource_attributes", *COLUMNS))
    rows = reader.query(
        "SELECT name, sum(series) AS series_count, count() AS value_count, "
        f"arraySlice(groupArray((value, series)), 1, {MAX_VALUES}) AS values FROM ("
        "SELECT pair.1 AS name, pair.2 AS value, count() AS series FROM ("
        f"SELECT {said} FROM metric_points WHERE {fits.text} GROUP BY series_id LIMIT {MAX_SERIES}) "
        f"ARRAY JOIN arrayConcat({maps[0]}, [{columns}], {maps[1]}) AS pair WHERE value != '' "
        "GROUP BY name, value ORDER BY series DESC, value) "
        "GROUP BY name ORDER BY multiIf(startsWith(name, 'attributes.'), 0, startsWith(name, 'resource.'), 2, 1), "
        f"series_count DESC, name LIMIT {MAX_ATTRIBUTES}",
        fits.parameters,
    ).to_pylist()
    return [
        MetricAttribute(
            row["name"], row["series_count"], row["value_count"], [tuple(pair.values()) for pair in row["values"]]
        )
        for row in rows
    ]
