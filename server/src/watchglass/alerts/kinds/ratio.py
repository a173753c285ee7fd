"""The kind `ratio`: one query over another."""

from typing import Literal

from pydantic import Field

from watchglass.alerts.kinds.condition import Bounds
from watchglass.query.asked import Query


class RatioCondition(Bounds):
    """The rule's query over another one; groups meet by equal labels, or one of the two has none."""

    kind: Literal["ratio"] = Field(description="One query over another")
    over: Query = Field(description="What the rule's query is divided by; one value, read over the same window")
