"""How fine usage may be cut when nobody said: merging counts by bucket costs a few microseconds a row."""

from collections.abc import Iterable

from watchglass.query.measures import Measure
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import in_scope

AFFORDABLE_ROWS = 30_000
"""Rows of a rollup whose counts by bucket are merged in less than a tenth of a second."""

HOUR_S = 3600


def affordable_interval(reader: Reader, scope: Scope, interval_s: int, measures: Iterable[Measure]) -> int:
    """Return `interval_s`, or an hour where finer percentiles would have to merge too many minutes' counts.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    needs_buckets = any(name.endswith("_buckets") for measure in measures for name in measure.partials)
    if not needs_buckets or interval_s >= HOUR_S or scope.end_ns - scope.start_ns < 3 * HOUR_S * 10**9:
        return interval_s
    within = in_scope(scope, "usage_minute")
    rows = reader.query(f"SELECT count() AS n FROM usage_minute WHERE {within.text}", within.parameters)
    return HOUR_S if rows.column("n")[0].as_py() > AFFORDABLE_ROWS else interval_s
