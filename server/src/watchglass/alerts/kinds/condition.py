"""What all kinds share: bounds that a value must keep within, and how a kind looks to a rule."""

from typing import Self

from pydantic import Field, model_validator

from watchglass.query.asked import Finite, MetricQuery, Part, SqlQuery, UsageQuery


class Condition(Part):
    """When a rule is breached; the base of every kind."""

    def refusal(self, query: UsageQuery | MetricQuery | SqlQuery, window_s: int) -> str | None:
        """Say why this kind cannot watch `query` read over `window_s`; None when it can."""
        del query, window_s
        return None


class Bounds(Condition):
    """Bounds that a value must keep within, with a third that it must come back to."""

    above: Finite | None = Field(None, description="Breached over this value")
    below: Finite | None = Field(None, description="Breached under this value")
    recover: Finite | None = Field(None, description="What the value must come back to before an alert ends, at most `above` or at least `below`; null for the bound itself")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.above is None and self.below is None:
            raise ValueError("above or below is needed")
        if self.above is not None and self.below is not None:
            if self.below >= self.above:
                raise ValueError("below must be less than above")
            if self.recover is not None:
                raise ValueError("recover goes with above or with below, not with both")
        elif self.recover is not None:
            if self.above is not None and self.recover > self.above:
                raise ValueError("recover must not be over above")
            if self.below is not None and self.recover < self.below:
                raise ValueError("recover must not be under below")
        return self

    def is_breached(self, value: float) -> bool:
        """Whether a value is out of bounds."""
        return (self.above is not None and value > self.above) or (self.below is not None and value < self.below)

    def is_recovered(self, value: float) -> bool:
        """Whether a value that was out of bounds counts as back within them."""
        if self.recover is None:
            return not self.is_breached(value)
        return value <= self.recover if self.above is not None else value >= self.recover

    def bound_for(self, value: float | None) -> float | None:
        """The bound that matters for `value`: the one that it is beyond, else the only one, else the nearer one."""
        if self.above is None or self.below is None:
            return self.above if self.above is not None else self.below
        if value is None:
            return self.above
        return self.above if abs(value - self.above) <= abs(value - self.below) else self.below
