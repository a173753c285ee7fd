"""The kind `ratio`: one query over another."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from watchglass.alerts.kinds.condition import Bounds, known, little_traffic
from watchglass.alerts.measured import measure
from watchglass.alerts.reading import Reading
from watchglass.alerts.watch import AnyQuery, Watch
from watchglass.alerts.windows import Labels, Measured, Values, windows
from watchglass.query.asked import Query, UsageQuery


class RatioCondition(Bounds):
    """The rule's query over another one; groups meet by equal labels, or one of the two has none."""

    kind: Literal["ratio"] = Field(description="One query over another")
    over: Query = Field(description="What the rule's query is divided by; one value a series, read over the same window")

    def refusal(self, query: AnyQuery, window_s: int) -> str | None:
        """Refuse windows that usage is not kept by."""
        del query
        return "window_s must be whole minutes, as usage is kept by the minute" if isinstance(self.over, UsageQuery) and window_s % 60 else None

    def queries(self, query: AnyQuery) -> tuple[AnyQuery, ...]:
        """Return what is divided and what by."""
        return (query, self.over)

    def read(self, watch: Watch, ends_ns: Sequence[int]) -> list[list[Reading]]:
        """Divide each value and hold it against the bounds."""
        stretches = windows(ends_ns, watch.window_s)
        tops, bottoms = measure(watch.asked, watch.query, stretches), measure(watch.asked, self.over, stretches)
        pairs = _pairs(tops, bottoms)
        return [
            [self._reading(labels, top, bottom, place, end_ns, watch.minimum_traffic) for labels, (top, bottom) in pairs.items() if top.is_there[place]]
            for place, end_ns in enumerate(ends_ns)
        ]

    def _reading(self, labels: Labels, top: Values, bottom: Values, place: int, end_ns: int, minimum_traffic: int) -> Reading:
        one, other = known(top.values[place]), known(bottom.values[place])
        value = None if one is None or not other else one / other
        bound = self.bound_for(value)
        if other is not None and other < minimum_traffic:
            return Reading(dict(labels), end_ns, value, None, False, bound, note=little_traffic(other, minimum_traffic))
        if value is None:
            return Reading(dict(labels), end_ns, None, None, False, bound, note="nothing to divide by" if one is not None else "no value in the window")
        return Reading(dict(labels), end_ns, value, self.is_breached(value), self.is_recovered(value), bound)


def _pairs(tops: Measured, bottoms: Measured) -> dict[Labels, tuple[Values, Values]]:
    """What is divided by what."""
    if set(tops) == {()}:
        return {labels: (tops[()], bottom) for labels, bottom in bottoms.items()}
    if set(bottoms) == {()}:
        return {labels: (top, bottoms[()]) for labels, top in tops.items()}
    by_name = {tuple(sorted(labels)): values for labels, values in bottoms.items()}
    return {labels: (top, by_name[tuple(sorted(labels))]) for labels, top in tops.items() if tuple(sorted(labels)) in by_name}
