"""How fine usage may be cut when nobody said: merging a digest costs microseconds, a busy day has 70,000 of them."""

from collections.abc import Iterable

from watchglass.query.measures import Measure
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import in_scope

AFFORDABLE_ROWS = 15_000
"""Rows of a rollup whose digests are merged in well under a second."""

HOUR_S = 3600


def affordable_interval(reader: Reader, scope: Scope, interval_s: int, measures: Iterable[Measure]) -> int:
    """Return `interval_s`, or an hour where finer percentiles would have to merge too many minutes' digests.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    needs_digests = any(name.endswith("_quantiles") for measure in measures for name in measure.partials)
    if not needs_digests or interval_s >= HOUR_S or scope.end_ns - scope.start_ns < 3 * HOUR_S * 10**9:
        return interval_s
    within = in_scope(scope, "usage_minute")
    rows = reader.query(f"SELECT count() AS n FROM usage_minute WHERE {within.text}", within.parameters)
    return HOUR_S if rows.column("n")[0].as_py() > AFFORDABLE_ROWS else interval_s
