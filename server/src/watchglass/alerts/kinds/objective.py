"""The kind `objective`: an error budget, or one of money, that burns too fast over a long and a short window at once."""

from typing import Literal, Self

from pydantic import Field, model_validator

from watchglass.alerts.kinds.condition import Condition
from watchglass.query.asked import Finite


class ObjectiveCondition(Condition):
    """A promise over many days: a share of what is good, or what all may come to.

    With `target`, the query is a share of what is bad, such as error_count per span_count; with `budget`, it is a sum,
    such as cost_usd.
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
