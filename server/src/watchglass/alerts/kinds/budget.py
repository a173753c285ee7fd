"""The kind `budget`: what was spent since the day, week or month began."""

from typing import Literal

from pydantic import Field

from watchglass.alerts.kinds.condition import Condition
from watchglass.query.asked import Finite


class BudgetCondition(Condition):
    """What a sum has come to since the day, the week (from Monday) or the month began, in UTC."""

    kind: Literal["budget"] = Field(description="What was spent since the day, week or month began")
    limit: Finite = Field(gt=0, description="What may be spent in the period, in the query's unit")
    period: Literal["day", "week", "month"] = Field("month", description="What it may be spent in")
    at_ratio: Finite = Field(1.0, gt=0, le=10, description="Share of the limit from which on it is told: 0.8 tells before it is gone")
