"""Reading back through time in ever longer stretches until time is up, for counts that need no more than the newest rows."""

from collections.abc import Callable, Sequence

from watchglass.clock import Clock
from watchglass.query.reader import Reader
from watchglass.query.scope import UNITS_NS, Scope
from watchglass.query.sql import in_scope

FIRST_ROWS = 50_000
"""About how many rows the first stretch has: few enough for the dearest question, a phrase of frequent words."""

LONGER = 8
"""How many times as many rows the next stretch may have."""

LEAST_SHARE = 4
"""No stretch is begun for which there is time for less than this part of FIRST_ROWS."""

FINE_RANGE_NS = 2 * UNITS_NS["d"]
"""Up to this long a range is cut at minutes, a longer one at hours."""


def count_by_time(reader: Reader, scope: Scope, table: str) -> list[tuple[int, int]]:
    """Return about how many rows the project has in each minute or hour of the range, the newest first.

    Returns:
        Start of the minute or hour, nanoseconds since 1970 UTC, and rows; those without rows are left out.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    is_fine = scope.end_ns - scope.start_ns <= FINE_RANGE_NS
    source, rows = (("usage_minute" if is_fine else "usage_hour"), "sum(span_count)") if table == "spans" else (table, "count()")
    step_ns = UNITS_NS["m"] if is_fine else UNITS_NS["h"]
    # the rollup's row of the first minute or hour begins before the range does
    within = in_scope(Scope(scope.project_id, scope.start_ns // step_ns * step_ns, scope.end_ns), source)
    bucket = f"toStartOf{'Minute' if is_fine else 'Hour'}({source}.time)"
    table_of_counts = reader.query(
        f"SELECT toUnixTimestamp({bucket}) AS second, toUInt64({rows}) AS row_count FROM {source} WHERE {within.text} "
        "GROUP BY second ORDER BY second DESC",
        within.parameters,
    )
    return [(row["second"] * 10**9, row["row_count"]) for row in table_of_counts.to_pylist()]


def read_back(
    scope: Scope, counts: Sequence[tuple[int, int]], clock: Clock, most_s: float, ask: Callable[[int, int], None]
) -> int:
    """Call `ask` for one stretch after the other, the newest first, and return how far back that led.

    Each stretch is as long as the time that is left allows, by how long the one before took; there is always a first.

    Args:
        scope: The range.
        counts: What `count_by_time` gave.
        clock: Tells how long a stretch took.
        most_s: When to end, in seconds.
        ask: Reads the rows from its first argument to before its second, nanoseconds since 1970 UTC.

    Returns:
        Start of what was read, nanoseconds since 1970 UTC; that of the scope when all was.
    """
    began_s = clock.monotonic_s()
    end_ns, wanted = scope.end_ns, FIRST_ROWS
    while end_ns > scope.start_ns and wanted * LEAST_SHARE >= FIRST_ROWS:
        start_ns, rows = _stretch(scope, counts, end_ns, wanted)
        asked_s = clock.monotonic_s()
        ask(start_ns, end_ns)
        now_s = clock.monotonic_s()
        end_ns, left_s = start_ns, most_s - (now_s - began_s)
        affordable = rows * left_s / (now_s - asked_s) if now_s > asked_s else wanted * LONGER
        wanted = min(max(rows, FIRST_ROWS) * LONGER, int(affordable)) if left_s > 0 else 0
    return end_ns


def _stretch(scope: Scope, counts: Sequence[tuple[int, int]], end_ns: int, wanted: int) -> tuple[int, int]:
    """Start of the stretch before `end_ns` with about `wanted` rows, at least one minute or hour, and its rows."""
    start_ns, rows = end_ns, 0
    for time_ns, count in counts:
        if time_ns >= end_ns:
            continue
        if rows and rows + count > wanted:
            return start_ns, rows
        rows += count
        start_ns = max(time_ns, scope.start_ns)
    return scope.start_ns, rows
