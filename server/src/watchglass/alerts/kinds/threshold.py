"""The kind `threshold`: a value over or under a bound."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from watchglass.alerts.kinds.condition import Bounds, known, little_traffic
from watchglass.alerts.measured import measure
from watchglass.alerts.reading import Reading
from watchglass.alerts.watch import Watch
from watchglass.alerts.windows import Labels, Values, windows


class ThresholdCondition(Bounds):
    """A value over `above` or under `below`."""

    kind: Literal["threshold"] = Field(description="A value over or under a bound")

    def read(self, watch: Watch, ends_ns: Sequence[int]) -> list[list[Reading]]:
        """Hold each value against the bounds."""
        found = measure(watch.asked, watch.query, windows(ends_ns, watch.window_s))
        return [
            [self._reading(labels, values, place, end_ns, watch.minimum_traffic) for labels, values in found.items() if values.is_there[place]]
            for place, end_ns in enumerate(ends_ns)
        ]

    def _reading(self, labels: Labels, values: Values, place: int, end_ns: int, minimum_traffic: int) -> Reading:
        value = known(values.values[place])
        bound = self.bound_for(value)
        if values.traffic is not None and values.traffic[place] < minimum_traffic:
            return Reading(dict(labels), end_ns, value, None, False, bound, note=little_traffic(values.traffic[place], minimum_traffic))
        if value is None:
            return Reading(dict(labels), end_ns, None, None, False, bound, note="no value in the window")
        return Reading(dict(labels), end_ns, value, self.is_breached(value), self.is_recovered(value), bound)
