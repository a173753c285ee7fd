"""The kind `budget`: what was spent since the day, week or month began."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
from pydantic import Field

from watchglass.alerts.kinds.condition import Condition, known
from watchglass.alerts.measured import measure
from watchglass.alerts.reading import Reading
from watchglass.alerts.usage_windows import adds_up
from watchglass.alerts.watch import AnyQuery, Watch
from watchglass.alerts.windows import S, Stretches
from watchglass.query.asked import Finite, UsageQuery

Period = Literal["day", "week", "month"]


class BudgetCondition(Condition):
    """What a sum has come to since the day, the week (from Monday) or the month began, in UTC."""

    kind: Literal["budget"] = Field(description="What was spent since the day, week or month began")
    limit: Finite = Field(gt=0, description="What may be spent in the period, in the query's unit")
    period: Period = Field("month", description="What it may be spent in")
    at_ratio: Finite = Field(1.0, gt=0, le=10, description="Share of the limit from which on it is told: 0.8 tells before it is gone")

    def refusal(self, query: AnyQuery, window_s: int) -> str | None:
        """Refuse what does not add up."""
        del window_s
        if not isinstance(query, UsageQuery) or query.per is not None or not adds_up(query):
            return "a budget needs a query of usage whose measure adds up, such as cost_usd"
        return None

    def read(self, watch: Watch, ends_ns: Sequence[int]) -> list[list[Reading]]:
        """Hold what was spent so far against the budget."""
        ends = np.asarray(ends_ns, np.int64)
        starts = np.array([period_start_ns(end_ns, self.period) for end_ns in ends_ns], np.int64)
        found = measure(watch.asked, watch.query, Stretches(starts, ends))
        threshold = self.limit * self.at_ratio
        readings: list[list[Reading]] = []
        for place, end_ns in enumerate(ends_ns):
            listed = []
            for labels, values in found.items():
                value = known(values.values[place])
                if not values.is_there[place]:
                    continue
                is_breached = None if value is None else value > threshold
                note = "no call had a price" if value is None else f"{value / self.limit:.0%} of the {self.period}'s budget"
                listed.append(Reading(dict(labels), end_ns, value, is_breached, is_breached is False, threshold, note=note))
            readings.append(listed)
        return readings


def period_start_ns(end_ns: int, period: Period) -> int:
    """When the period began that the moment before `end_ns` lies in, nanoseconds since 1970 UTC.

    >>> period_start_ns(86400 * 10**9, "day"), period_start_ns(86460 * 10**9, "day")
    (0, 86400000000000)
    """
    moment = datetime.fromtimestamp((end_ns - 1) // S, UTC).replace(hour=0, minute=0, second=0)
    if period == "week":
        moment -= timedelta(days=moment.weekday())
    elif period == "month":
        moment = moment.replace(day=1)
    return max(0, int(moment.timestamp())) * S
