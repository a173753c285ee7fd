"""The project and the stretch of time that every question is asked within."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from watchglass.errors import InvalidInput

DEFAULT_RANGE_NS = 24 * 3600 * 10**9
"""How far back a question looks when nobody says: a day."""

UNITS_NS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 86400 * 10**9,
    "w": 7 * 86400 * 10**9,
}
"""Nanoseconds in each unit of time that people may write."""

MAX_TIME_NS = 2**63 - 1
"""The last time that DateTime64(9) holds, in 2262."""

_RELATIVE = re.compile(r"now|(?:now)?-(?P<count>\d{1,9})(?P<unit>ns|us|ms|s|m|h|d|w)", re.ASCII)
_RFC_3339 = re.compile(
    r"(?P<second>\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9})\d*)?(?P<zone>[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may see.

    Attributes:
        project_id: The one project whose rows are seen.
        start_ns: First nanosecond since 1970 UTC that is seen.
        end_ns: First nanosecond after the ones that are seen; later than start_ns.
    """

    project_id: str
    start_ns: int
    end_ns: int

    def __post_init__(self) -> None:
        """Refuse an empty range: it would answer nothing and look like an answer."""
        if not 0 <= self.start_ns < self.end_ns <= MAX_TIME_NS:
            raise InvalidInput("start", "must be before end, both between 1970 and 2262")


def build_scope(project_id: str, start: str | None, end: str | None, now_ns: int) -> Scope:
    """Read the two ends of a time range; the last 24 hours when neither is given.

    Args:
        project_id: Project that is asked about.
        start: Start as `parse_time` reads it, 24 hours before the end when None.
        end: End as `parse_time` reads it, now when None.
        now_ns: The present, nanoseconds since 1970 UTC.

    Raises:
        InvalidInput: A time cannot be read, or start is not before end.
    """
    end_ns = now_ns if end is None else parse_time("end", end, now_ns)
    start_ns = max(0, end_ns - DEFAULT_RANGE_NS) if start is None else parse_time("start", start, now_ns)
    return Scope(project_id, start_ns, end_ns)


def parse_time(field: str, text: str, now_ns: int | None) -> int:
    """Return the nanoseconds since 1970 UTC that `text` means.

    Args:
        field: Name to use in an error.
        text: RFC 3339 (`2026-11-24T08:00:00.5Z`), a date, a Unix time in s, ms, us or ns (told apart by size), or
            relative to now (`-15m`, `now-1h`, `now`).
        now_ns: The present; None where relative times make no sense.

    Raises:
        InvalidInput: None of these, or outside 1970 to 2262.

    >>> parse_time("start", "1970-01-01T00:00:01.5Z", None)
    1500000000
    """
    text = text.strip()
    if now_ns is not None and (match := _RELATIVE.fullmatch(text)):
        back_ns = int(match["count"]) * UNITS_NS[match["unit"]] if match["count"] else 0
        return max(0, now_ns - back_ns)
    # a space is what is left of the + of an offset when nobody escaped it in an address
    if match := _RFC_3339.fullmatch(re.sub(r" (\d\d:\d\d)$", r"+\1", text)):
        return _in_range(field, _absolute(field, match))
    if _DATE.fullmatch(text):
        return parse_time(field, f"{text}T00:00:00Z", None)
    if text.isascii() and text.isdigit() and len(text) <= 19:
        return _in_range(field, _unix(int(text)))
    raise InvalidInput(field, f"cannot read {text[:60]!r} as a time: use RFC 3339, a Unix time, or -15m, -1h, -7d")


def _absolute(field: str, match: re.Match[str]) -> int:
    zone = "+00:00" if match["zone"] in "Zz" else match["zone"]
    try:
        moment = datetime.fromisoformat(match["second"].upper().replace(" ", "T") + zone)
        since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(field, f"{match.group()[:60]!r} is not a time: {error}") from error
    return (since.days * 86400 + since.seconds) * 10**9 + int((match["fraction"] or "0").ljust(9, "0"))


def _unix(count: int) -> int:
    for digits, factor in ((11, 10**9), (14, 10**6), (17, 10**3)):
        if count < 10**digits:
            return count * factor
    return count


def _in_range(field: str, time_ns: int) -> int:
    if not 0 <= time_ns <= MAX_TIME_NS:
        raise InvalidInput(field, "a time must be between 1970 and 2262")
    return time_ns


def format_time(time_ns: int) -> str:
    """Write nanoseconds since 1970 UTC as RFC 3339 with nine digits after the point.

    >>> format_time(1_500_000_000)
    '1970-01-01T00:00:01.500000000Z'
    """
    second, nanosecond = divmod(time_ns, 10**9)
    return f"{_second_text(second)}.{nanosecond:09d}Z"


@lru_cache(maxsize=1024)
def _second_text(second: int) -> str:
    """The part before the point; rows of one answer share it."""
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"
