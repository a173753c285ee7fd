"""What all kinds share: how a kind looks to a rule, and bounds that a value must keep within."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from watchglass.alerts.reading import Reading
from watchglass.alerts.watch import AnyQuery, Watch
from watchglass.query.asked import Finite, Part


class Condition(Part):
    """When a rule is breached; the base of every kind."""

    def refusal(self, query: AnyQuery, window_s: int) -> str | None:
        """Say why this kind cannot watch `query` read over `window_s`; None when it can."""
        del query, window_s
        return None

    def queries(self, query: AnyQuery) -> tuple[AnyQuery, ...]:
        """Return what is read: the rule's query, and others that the kind has."""
        return (query,)

    @property
    def is_of_whole_windows(self) -> bool:
        """Whether evaluations must lie a whole window apart, whatever the query."""
        return False

    @abstractmethod
    def read(self, watch: Watch, ends_ns: Sequence[int]) -> list[list[Reading]]:
        """Read the series at each evaluation.

        Args:
            watch: What to read, and with what.
            ends_ns: End of the window of each evaluation, nanoseconds since 1970 UTC, evenly spaced, oldest first.

        Returns:
            The readings of each evaluation, one a series.

        Raises:
            InvalidInput: The query cannot be answered as it is.
            TooExpensive: It went over the limits.
            StoreError: The store failed.
        """


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
        """The bound that matters for `value`: the only one, else the nearer one."""
        if self.above is None or self.below is None:
            return self.above if self.above is not None else self.below
        if value is None:
            return self.above
        return self.above if abs(value - self.above) <= abs(value - self.below) else self.below


def known(value: float) -> float | None:
    """A number of an array as a value: NaN is None."""
    return None if value != value else float(value)


def little_traffic(traffic: float, minimum: int) -> str:
    """Say that there was too little to tell."""
    return f"{traffic:,.0f} of {minimum:,} needed to tell"
