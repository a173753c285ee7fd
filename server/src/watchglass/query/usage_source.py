"""Where a question of usage is answered from: the rollup by the minute, the one by the hour, both, or the spans."""

import re
from dataclasses import dataclass
from typing import Literal

from watchglass.errors import InvalidInput
from watchglass.query.columns import ALIASES
from watchglass.query.expr import And, Compare, Expr, Has, Not, Or, Text
from watchglass.query.scope import UNITS_NS, Scope
from watchglass.settings import Settings

SECOND_NS, MINUTE_NS, HOUR_NS, DAY_NS = UNITS_NS["s"], UNITS_NS["m"], UNITS_NS["h"], UNITS_NS["d"]

DIMENSIONS = (
    "service_name", "environment", "release", "operation_name", "is_model_call", "provider_name", "model", "prompt_name",
    "prompt_version", "agent_name", "tool_name",
)  # fmt: skip
"""What the rollups keep apart; a filter or a group of anything else needs the spans."""

AUTO_POINTS = 120
"""About how many points an interval that nobody chose gives; never more."""

MAX_POINTS = 2000
"""Most points of one series."""

NICE_INTERVALS_S = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600,
    2592000, 7776000, 31536000,
)  # fmt: skip
"""Intervals that are chosen from, in seconds."""

SHORT_RANGE_NS = 30 * MINUTE_NS
"""Up to this long, an interval that nobody chose may be shorter than a minute."""

SourceName = Literal["usage_minute", "usage_hour", "spans"]

Precision = Literal["exact", "quick"]
"""Whether a question that must read very many spans waits for all of them, or is estimated from a part of them."""

_INTERVAL = re.compile(r"(\d{1,9})([smhdw])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time read from one table.

    Attributes:
        table: The table.
        start_ns: First nanosecond since 1970 UTC.
        end_ns: First nanosecond after it.
    """

    table: SourceName
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from.

    Attributes:
        pieces: What is counted, in order of time, without gaps or overlaps.
        complete_since_ns: From when on all rows of the tables read are certainly kept; 0 when they are kept for ever.
        slices: What is read instead of the whole pieces, in order of time; empty where these are read whole.
    """

    pieces: tuple[Piece, ...]
    complete_since_ns: int
    slices: tuple[Piece, ...] = ()

    @property
    def name(self) -> SourceName:
        """The table of the longest piece."""
        return max(self.pieces, key=lambda piece: piece.end_ns - piece.start_ns).table

    @property
    def start_ns(self) -> int:
        """First nanosecond that is counted."""
        return self.pieces[0].start_ns

    @property
    def end_ns(self) -> int:
        """First nanosecond that is not counted any more."""
        return self.pieces[-1].end_ns

    @property
    def sampled_share(self) -> float | None:
        """How much of the range is read, 0 to 1; None for all of it."""
        if not self.slices:
            return None
        return sum(piece.end_ns - piece.start_ns for piece in self.slices) / (self.end_ns - self.start_ns)


@dataclass(frozen=True, slots=True)
class Kept:
    """Since when each table has all rows, nanoseconds since 1970 UTC; 0 for ever."""

    spans_ns: int
    minutes_ns: int
    hours_ns: int


def kept_since(settings: Settings, now_ns: int) -> Kept:
    """Return since when the tables are complete at `now_ns`; what is older may be gone or not."""

    def since(days: int) -> int:
        return max(0, now_ns - days * DAY_NS) if days else 0

    return Kept(
        since(settings.retention_spans_days),
        since(settings.retention_usage_minute_days),
        since(settings.retention_usage_hour_days),
    )


def read_interval(text: str, scope: Scope) -> int:
    """Return an interval in seconds: `auto`, or a number with s, m, h, d or w.

    Raises:
        InvalidInput: It is neither, or gives too many points; the field is `interval`.
    """
    if text == "auto":
        return auto_interval(scope)
    match = _INTERVAL.fullmatch(text)
    interval_s = int(match.group(1)) * UNITS_NS[match.group(2)] // SECOND_NS if match else 0
    if not interval_s:
        raise InvalidInput("interval", f"cannot read {text[:20]!r}: use auto, or a number with s, m, h, d or w such as 5m")
    if (scope.end_ns - scope.start_ns) // (interval_s * SECOND_NS) >= MAX_POINTS:
        raise InvalidInput("interval", f"{text} gives more than {MAX_POINTS} points in this range")
    return interval_s


def auto_interval(scope: Scope, least_s: int = 1) -> int:
    """Return the shortest nice interval, in seconds, that gives at most AUTO_POINTS points."""
    range_ns = scope.end_ns - scope.start_ns
    shortest_s = max(least_s, 1 if range_ns <= SHORT_RANGE_NS else 60)
    enough = (it for it in NICE_INTERVALS_S if it >= shortest_s and it * SECOND_NS * AUTO_POINTS >= range_ns)
    return next(enough, NICE_INTERVALS_S[-1])


def is_in_rollups(expr: Expr) -> bool:
    """Whether a filter asks of nothing but the rollups' dimensions."""
    match expr:
        case And(items) | Or(items):
            return all(is_in_rollups(item) for item in items)
        case Not(item):
            return is_in_rollups(item)
        case Compare(field=name) | Has(name):
            return ALIASES.get(name, name) in DIMENSIONS
        case Text():
            return False


def choose_source(scope: Scope, interval_s: int | None, *, can_use_rollups: bool, kept: Kept) -> Source:
    """Choose what to read.

    From rollups a range is widened to whole minutes (to whole hours where only hours are left), which the answer says. Whole
    hours are read from the hours where the interval allows, minutes serve the edges.

    Args:
        scope: The range.
        interval_s: Length of a bucket, in seconds; None for one answer over the whole range.
        can_use_rollups: Whether filter and groups are of dimensions alone.
        kept: Since when the tables are complete.
    """
    if not can_use_rollups or (interval_s is not None and interval_s % 60):
        return _spans(scope, kept)
    start_ns, end_ns = scope.start_ns // MINUTE_NS * MINUTE_NS, -(-scope.end_ns // MINUTE_NS) * MINUTE_NS
    if interval_s is not None and interval_s % 3600:
        if start_ns >= kept.minutes_ns or kept.spans_ns >= kept.minutes_ns:
            return Source((Piece("usage_minute", start_ns, end_ns),), kept.minutes_ns)
        return _spans(scope, kept)
    return _hours(start_ns, end_ns, kept)


def _spans(scope: Scope, kept: Kept) -> Source:
    return Source((Piece("spans", scope.start_ns, scope.end_ns),), kept.spans_ns)


def _hours(start_ns: int, end_ns: int, kept: Kept) -> Source:
    """Whole hours from the hours, the edges from the minutes where these are still there, else from whole hours."""
    first_ns, last_ns = -(-start_ns // HOUR_NS) * HOUR_NS, end_ns // HOUR_NS * HOUR_NS
    if start_ns < kept.minutes_ns:
        first_ns = start_ns = start_ns // HOUR_NS * HOUR_NS
    if end_ns <= kept.minutes_ns:
        last_ns = end_ns = -(-end_ns // HOUR_NS) * HOUR_NS
    if first_ns >= last_ns:
        return Source((Piece("usage_minute", start_ns, end_ns),), kept.minutes_ns)
    pieces = [Piece("usage_minute", start_ns, first_ns), Piece("usage_hour", first_ns, last_ns), Piece("usage_minute", last_ns, end_ns)]
    return Source(tuple(piece for piece in pieces if piece.start_ns < piece.end_ns), kept.hours_ns)
