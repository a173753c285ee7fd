"""The kind `objective`: an error budget, or one of money, that burns too fast over a long and a short window at once.

After the chapter "Alerting on SLOs" of Google's SRE workbook, with the windows of `prometheus.rules`, so that a promise is
kept by the same measure here and in Prometheus.
"""

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from watchglass.alerts.fields import DAY_S
from watchglass.alerts.kinds.condition import Condition, known, little_traffic
from watchglass.alerts.measured import measure
from watchglass.alerts.reading import Reading
from watchglass.alerts.usage_windows import adds_up
from watchglass.alerts.watch import AnyQuery, Watch
from watchglass.alerts.windows import Floats, Labels, Measured, windows
from watchglass.ingest.scrape.yaml_reading import read_duration_s
from watchglass.prometheus.rules import BURNS, WINDOWS, Burn
from watchglass.query.asked import Finite, UsageQuery

_SPEEDS = {"any": ("page", "ticket"), "fast": ("page",), "slow": ("ticket",)}


class ObjectiveCondition(Condition):
    """A promise over many days: a share of what is good, or what all may come to.

    With `target`, the query is a share of what is bad, such as error_count per span_count; with `budget`, it is a sum,
    such as cost_usd. The value is how many times too fast the budget burns: 1 spends it exactly in `window_days`.
    """

    kind: Literal["objective"] = Field(description="A budget that burns too fast")
    target: float | None = Field(None, gt=0, lt=1, description="Share that is to be good, 0 to 1: 0.99 lets 1 % be bad")
    budget: Finite | None = Field(None, gt=0, description="What all may come to over the whole of `window_days`, in the query's unit")
    window_days: int = Field(30, ge=7, le=365, description="How long the promise is counted over, in days")
    speed: Literal["any", "fast", "slow"] = Field("any", description="fast: within hours, what somebody must be woken for; slow: within days; any: both")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.target is None) == (self.budget is None):
            raise ValueError("either target or budget is needed")
        return self

    def refusal(self, query: AnyQuery, window_s: int) -> str | None:
        """Refuse what cannot be counted over many windows."""
        del window_s
        if not isinstance(query, UsageQuery) or not adds_up(query):
            return "an objective needs a query of usage whose measures add up"
        if (self.target is not None) != (query.per is not None):
            return "target goes with a share (query.per), and budget with a sum"
        return None

    def read(self, watch: Watch, ends_ns: Sequence[int]) -> list[list[Reading]]:
        """Hold the rates at which the budget burns against the limits of each pair of windows."""
        burns = [burn for burn in BURNS if burn.severity in _SPEEDS[self.speed]]
        asked = [it for it in WINDOWS if any(it in (burn.long, burn.short) for burn in burns)]
        rates: dict[str, Measured] = {it: measure(watch.asked, watch.query, windows(ends_ns, _length_s(it))) for it in asked}
        listed = list(dict.fromkeys(labels for burn in burns for labels in rates[burn.long]))
        return [
            [self._reading(labels, rates, burns, place, end_ns, watch.minimum_traffic) for labels in listed if _is_there(rates, burns, labels, place)]
            for place, end_ns in enumerate(ends_ns)
        ]

    def _reading(self, labels: Labels, rates: dict[str, Measured], burns: list[Burn], place: int, end_ns: int, minimum_traffic: int) -> Reading:
        """The pair of windows that is nearest to its limit, or furthest beyond it."""
        pairs = [(burn, self._burn(rates, burn.long, labels, place), self._burn(rates, burn.short, labels, place)) for burn in burns]
        told = [it for it in pairs if _traffic(rates[it[0].long], labels, place) >= minimum_traffic]
        if not told:
            most = max(_traffic(rates[burn.long], labels, place) for burn in burns)
            return Reading(dict(labels), end_ns, known(pairs[0][1]), None, False, note=little_traffic(most, minimum_traffic))
        burn, long, short = max(told, key=lambda it: min(it[1], it[2]) / it[0].factor(self.window_days))
        factor = burn.factor(self.window_days)
        is_breached = min(long, short) > factor
        note = f"burns {long:.3g} times as fast as it may over {burn.long}, {short:.3g} over {burn.short}"
        return Reading(dict(labels), end_ns, float(long), is_breached, not is_breached, factor, note=note)

    def _burn(self, rates: dict[str, Measured], window: str, labels: Labels, place: int) -> float:
        """How many times too fast the budget burns; what is not there burns nothing."""
        measured = rates[window].get(labels)
        value = 0.0 if measured is None else float(np.nan_to_num(measured.values[place]))
        if self.target is not None:
            return value / round(1 - self.target, 9)
        assert self.budget is not None
        return value * self.window_days * DAY_S / _length_s(window) / self.budget


def _length_s(window: str) -> int:
    return int(read_duration_s(window))


def _is_there(rates: dict[str, Measured], burns: list[Burn], labels: Labels, place: int) -> bool:
    return any(labels in rates[burn.long] and rates[burn.long][labels].is_there[place] for burn in burns)


def _traffic(measured: Measured, labels: Labels, place: int) -> float:
    traffic: Floats | None = measured[labels].traffic if labels in measured else None
    return 0.0 if traffic is None else float(traffic[place])
