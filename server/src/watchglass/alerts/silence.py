"""Silences and maintenance windows: what is not told for now. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchglass.alerts.matchers import Matcher, match_all
from watchglass.errors import InvalidInput

S = 10**9
MAX_WINDOW_S = 7 * 86_400

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a maintenance window opens, again and again.

    Attributes:
        days: Days of the week on which it opens.
        start: When it opens, on the clock of the time zone, such as 22:30. Where the clocks skip that time it opens at the
            moment that they skip to; where it comes twice, at the first.
        duration_s: How long it stays open, in seconds that pass, whatever the clocks do meanwhile.
        time_zone: Name of the time zone, such as Europe/Berlin.
    """

    days: tuple[Day, ...]
    start: str
    duration_s: int
    time_zone: str

    def is_open(self, at_ns: int) -> bool:
        """Whether the window is open at a moment."""
        zone = ZoneInfo(self.time_zone)
        opens = time.fromisoformat(self.start)
        today = datetime.fromtimestamp(at_ns // S, zone).date()
        for back in range(self.duration_s // 86_400 + 2):
            day = today - timedelta(days=back)
            if DAYS[day.weekday()] not in self.days:
                continue
            opened_ns = int(datetime.combine(day, opens, zone).timestamp()) * S
            if opened_ns <= at_ns < opened_ns + self.duration_s * S:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Silence:
    """What is not told, and for how long.

    Attributes:
        id: Names it.
        matchers: All of them hold of what is not told.
        starts_at_ns: From when on, nanoseconds since 1970 UTC.
        ends_at_ns: Until when, not included; None for one with a schedule that goes on until somebody ends it.
        schedule: When it is open between the two; None for all the time.
    """

    id: str
    matchers: tuple[Matcher, ...]
    starts_at_ns: int
    ends_at_ns: int | None
    schedule: Schedule | None = None

    def is_active(self, at_ns: int) -> bool:
        """Whether it silences at a moment."""
        if at_ns < self.starts_at_ns or (self.ends_at_ns is not None and at_ns >= self.ends_at_ns):
            return False
        return self.schedule is None or self.schedule.is_open(at_ns)


def silence_of(silences: Iterable[Silence], labels: Mapping[str, str], at_ns: int) -> Silence | None:
    """The first silence that is active and matches; None when there is none."""
    return next((it for it in silences if it.is_active(at_ns) and match_all(it.matchers, labels)), None)


def checked_schedule(schedule: Schedule) -> Schedule:
    """Return a schedule that can be followed.

    Raises:
        InvalidInput: It cannot; the field is named.
    """
    if not schedule.days or len(set(schedule.days)) != len(schedule.days):
        raise InvalidInput("schedule.days", "must name at least one day, each once")
    if not 60 <= schedule.duration_s <= MAX_WINDOW_S:
        raise InvalidInput("schedule.duration_s", f"must be 60 to {MAX_WINDOW_S} s")
    try:
        opens = time.fromisoformat(schedule.start)
    except ValueError:
        raise InvalidInput("schedule.start", "must be a time of the day such as 22:30") from None
    if opens.tzinfo is not None or len(schedule.start) != 5:
        raise InvalidInput("schedule.start", "must be a time of the day such as 22:30")
    try:
        ZoneInfo(schedule.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("schedule.time_zone", "must be the name of a time zone, such as Europe/Berlin") from None
    return schedule
