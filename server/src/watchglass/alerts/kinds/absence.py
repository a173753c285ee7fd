"""The kind `absence`: what reported has stopped."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from watchglass.alerts.fields import DAY_S, Seconds
from watchglass.alerts.kinds.condition import Condition, known
from watchglass.alerts.measured import measure
from watchglass.alerts.reading import Reading
from watchglass.alerts.watch import AnyQuery, Watch
from watchglass.alerts.windows import Measured, S, Values, windows
from watchglass.query.asked import SqlQuery


class AbsenceCondition(Condition):
    """Nothing came within the window, of all or, where the query groups, of a group that came before."""

    kind: Literal["absence"] = Field(description="What reported has stopped")
    seen_within_s: Seconds = Field(DAY_S, ge=60, le=30 * DAY_S, description="How far back a group must have reported to be missed, in seconds or as 1d")

    def refusal(self, query: AnyQuery, window_s: int) -> str | None:
        """Refuse a past that is no longer than the window, and statements, of which an empty answer may mean anything."""
        if isinstance(query, SqlQuery):
            return "absence goes with queries of usage and metrics"
        if self.seen_within_s <= window_s:
            return "when.seen_within_s must be more than window_s"
        return "when.seen_within_s must be whole minutes" if self.seen_within_s % 60 else None

    def read(self, watch: Watch, ends_ns: Sequence[int]) -> list[list[Reading]]:
        """Find what came before and not within the window."""
        assert not isinstance(watch.query, SqlQuery)
        now, seen = self._measured(watch, ends_ns)
        listed = list(dict.fromkeys((*seen, *now, *([] if watch.query.group_by else [()]))))
        found: list[list[Reading]] = []
        for place, end_ns in enumerate(ends_ns):
            readings = []
            for labels in listed:
                is_there = labels in now and _reports(now[labels], place)
                was_there = labels in seen and _reports(seen[labels], place)
                if is_there or was_there or not labels:
                    value = known(now[labels].values[place]) if is_there else None
                    readings.append(Reading(dict(labels), end_ns, value, not is_there, is_there, note="" if is_there else f"nothing for {watch.window_s} s"))
            found.append(readings)
        return found

    def _measured(self, watch: Watch, ends_ns: Sequence[int]) -> tuple[Measured, Measured]:
        """What the windows have, and what the time has in which a group must have come."""
        if len(ends_ns) == 1:
            return tuple(measure(watch.asked, watch.query, windows(ends_ns, width_s)) for width_s in (watch.window_s, self.seen_within_s))  # type: ignore[return-value]
        # windows from as far back on, so that what was seen before is a matter of looking back among them
        step_ns = ends_ns[1] - ends_ns[0]
        back = -(-self.seen_within_s * S // step_ns)
        longer = [max(step_ns, ends_ns[0] - (back - count) * step_ns) for count in range(back)]
        listed = np.array([*sorted({it for it in longer if it >= watch.window_s * S}), *ends_ns], np.int64)
        first = len(listed) - len(ends_ns)
        every = measure(watch.asked, watch.query, windows(listed, watch.window_s))
        now = {labels: Values(it.values[first:], None if it.traffic is None else it.traffic[first:], it.is_there[first:]) for labels, it in every.items()}
        return now, {labels: _seen(it, first, back) for labels, it in every.items()}


def _reports(values: Values, place: int) -> bool:
    """Whether a series has something in a window: a count of 0, and a sum of nothing, is nothing."""
    if not values.is_there[place]:
        return False
    value = values.values[place]
    return bool(value == value and (values.traffic is None or value != 0))


def _seen(values: Values, first: int, back: int) -> Values:
    """What each window from `first` on has, or one of the `back` windows before it."""
    reports = np.array([_reports(values, place) for place in range(len(values.values))])
    running = np.concatenate([[0], np.cumsum(reports)])
    places = np.arange(first, len(reports))
    seen = running[places + 1] - running[np.maximum(places - back, 0)] > 0
    return Values(seen.astype(np.float64), None, seen)
