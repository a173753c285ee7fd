"""Log records counted over time by level, the newest first, for as long as somebody who looks at a page would wait."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from watchglass.errors import TooExpensive
from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import Sql, both, in_scope

LEVELS = ("trace", "debug", "info", "warn", "error", "fatal", "other")
"""OpenTelemetry's ranges of the severity number; `other` is a record with neither a number nor one of these words as its text."""

FIRST_SHARE = 100
"""The newest stretch that is counted first is this part of the range; what it took says how much more there is time for."""

WIDER = 8
"""How much wider a next stretch is at most, as older records may lie denser."""

FEW_ROWS = 50_000
"""So few records are counted at once: even a search through their texts takes no longer than to divide the range."""

OVERHEAD_S = 0.04
"""What a question takes however few records it counts, on a machine that has other work too; in seconds."""

_NAMED = ", ".join(f"'{level}'" for level in LEVELS[:-1])
_LEVEL = (
    "multiIf(logs.severity_number > 0, least(intDiv(logs.severity_number + 3, 4), 6), "
    f"indexOf([{_NAMED}], lowerUTF8(logs.severity_text)))"
)


@dataclass(frozen=True, slots=True)
class LogHistogram:
    """Log records over time.

    Attributes:
        times_ns: Start of each bucket, nanoseconds since 1970 UTC, a multiple of the interval.
        counts: By level, how many records are in each bucket; None in those that were not counted.
        counted_since_ns: First nanosecond that was counted; None when the whole range was.
    """

    times_ns: list[int]
    counts: dict[str, list[int | None]]
    counted_since_ns: int | None


def count_logs(
    reader: Reader, scope: Scope, expr: Expr, interval_s: int, now_ns: int, monotonic_s: Callable[[], float], budget_s: float | None
) -> LogHistogram:
    """Count the records that fit, from the newest on, until the range is counted or the time is used up.

    Args:
        reader: Where to look.
        scope: Project and range.
        expr: The filter, over columns of `logs`.
        interval_s: Length of a bucket, in seconds.
        now_ns: The present, nanoseconds since 1970 UTC.
        monotonic_s: Seconds from any start.
        budget_s: About how long to count, in seconds; None for the whole range, whatever it takes.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: The whole range was asked for and went over the limits.
        StoreError: The store failed.
    """
    step_ns = interval_s * 10**9
    first, last = scope.start_ns // step_ns, (scope.end_ns - 1) // step_ns
    size = last - first + 1
    counting = _Counting(reader, both(in_scope(scope, "logs"), condition(expr, "logs", now_ns)), step_ns, first, [])
    counted = 0
    if budget_s is None or _estimated_rows(reader, counting.fits) <= FEW_ROWS:
        counting.add(0, size, None)
        counted = size
    else:
        for width, allowed_s in _stretches(size, monotonic_s, budget_s):
            try:
                counting.add(size - counted - width, size - counted, allowed_s)
            except TooExpensive:
                break
            counted += width
    counts: dict[str, list[int | None]] = {
        level: [None if index < size - counted else 0 for index in range(size)] for level in LEVELS
    }
    for level, bucket, count in counting.rows:
        counts[level][bucket] = count
    since_ns = (last + 1 - counted) * step_ns if counted < size else None
    return LogHistogram([(first + index) * step_ns for index in range(size)], counts, since_ns)


def _estimated_rows(reader: Reader, fits: Sql) -> int:
    """How many records must be looked at, about, as the table's indexes say; nothing is read for it."""
    found = reader.query(f"EXPLAIN ESTIMATE SELECT count() FROM logs WHERE {fits.text}", fits.parameters)
    return sum(found.column("rows").to_pylist())


def _stretches(size: int, monotonic_s: Callable[[], float], budget_s: float) -> Iterator[tuple[int, float]]:
    """Give the number of buckets to count next, the newest first, and how many seconds that may take."""
    began_s = monotonic_s()
    width, left = max(1, size // FIRST_SHARE), size
    while left:
        width = min(width, left)
        before_s = monotonic_s()
        # a stretch that was foreseen wrongly is cut off at twice what there is time for
        yield width, max(0.05, 2 * (began_s + budget_s - before_s))
        left -= width
        now_s = monotonic_s()
        affordable = width * (began_s + budget_s - now_s) / max(now_s - before_s - OVERHEAD_S, 1e-3)
        if affordable < min(left, 1):
            return
        width = max(1, min(WIDER * width, int(affordable)))


@dataclass(frozen=True, slots=True)
class _Counting:
    """Counts stretches of buckets, and keeps (level, bucket, count) of each."""

    reader: Reader
    fits: Sql
    step_ns: int
    first: int
    rows: list[tuple[str, int, int]]

    def add(self, begin: int, end: int, allowed_s: float | None) -> None:
        """Count the buckets from `begin` to before `end`, counted from the first one of the range."""
        found = self.reader.query(
            f"SELECT intDiv(toUnixTimestamp64Nano(logs.time), {self.step_ns:d}) - {self.first:d} AS bucket, {_LEVEL} AS level, "
            f"count() AS row_count FROM logs WHERE {self.fits.text} "
            "AND logs.time >= fromUnixTimestamp64Nano({begin_ns:Int64}, 'UTC') "
            "AND logs.time < fromUnixTimestamp64Nano({finish_ns:Int64}, 'UTC') GROUP BY bucket, level",
            {
                **self.fits.parameters,
                "begin_ns": (self.first + begin) * self.step_ns,
                "finish_ns": (self.first + end) * self.step_ns,
            },
            {} if allowed_s is None else {"max_execution_time": min(allowed_s, self.reader.max_time_s)},
        )
        columns = (found.column(name).to_pylist() for name in ("level", "bucket", "row_count"))
        self.rows.extend((LEVELS[level - 1], bucket, count) for level, bucket, count in zip(*columns, strict=True))
