"""The kind `change`: a value against that of the same time yesterday or last week."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from watchglass.alerts.fields import DAY_S
from watchglass.alerts.kinds.condition import Bounds, known, little_traffic
from watchglass.alerts.measured import measure
from watchglass.alerts.reading import Reading
from watchglass.alerts.watch import Watch
from watchglass.alerts.windows import Labels, Values, windows

_BACK_S = {"yesterday": DAY_S, "last_week": 7 * DAY_S}
_WORDS = {"yesterday": "yesterday", "last_week": "last week"}


class ChangeCondition(Bounds):
    """The change of a value since the same time a day or a week ago, as a ratio (1.5: half as much again) or a difference."""

    kind: Literal["change"] = Field(description="A value against the same time yesterday or last week")
    against: Literal["yesterday", "last_week"] = Field("last_week", description="What it is compared with")
    by: Literal["ratio", "difference"] = Field("ratio", description="What the bounds are of: the value over the earlier one, or less the earlier one")

    def read(self, watch: Watch, ends_ns: Sequence[int]) -> list[list[Reading]]:
        """Hold each value against the one before, times or plus the bounds."""
        now = measure(watch.asked, watch.query, windows(ends_ns, watch.window_s))
        before = measure(watch.asked, watch.query, windows(ends_ns, watch.window_s, _BACK_S[self.against]))
        return [
            [self._reading(labels, values, before.get(labels), place, end_ns, watch.minimum_traffic) for labels, values in now.items() if values.is_there[place]]
            for place, end_ns in enumerate(ends_ns)
        ]

    def _reading(self, labels: Labels, values: Values, earlier: Values | None, place: int, end_ns: int, minimum_traffic: int) -> Reading:
        value = known(values.values[place])
        expected = None if earlier is None or not earlier.is_there[place] else known(earlier.values[place])
        note = self._obstacle(value, expected, values, earlier, place, minimum_traffic)
        if note or value is None or expected is None:
            return Reading(dict(labels), end_ns, value, None, False, expected=expected, note=note)
        change = value / expected if self.by == "ratio" else value - expected
        bound = self.bound_for(change)
        assert bound is not None
        threshold = expected * bound if self.by == "ratio" else expected + bound
        said = f"{change:.3g} times {_WORDS[self.against]}" if self.by == "ratio" else f"{change:+.3g} since {_WORDS[self.against]}"
        return Reading(dict(labels), end_ns, value, self.is_breached(change), self.is_recovered(change), threshold, expected=expected, note=said)

    def _obstacle(self, value: float | None, expected: float | None, values: Values, earlier: Values | None, place: int, minimum_traffic: int) -> str:
        """Why it cannot be told; empty when it can."""
        if value is None:
            return "no value in the window"
        for side in (values, earlier):
            if side is not None and side.traffic is not None and side.traffic[place] < minimum_traffic:
                return little_traffic(side.traffic[place], minimum_traffic)
        if expected is None:
            return f"no value at the same time {_WORDS[self.against]}"
        return f"nothing at the same time {_WORDS[self.against]} to be a ratio of" if self.by == "ratio" and not expected else ""
