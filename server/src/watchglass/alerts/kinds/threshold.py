"""The kind `threshold`: a value over or under a bound."""

from typing import Literal

from pydantic import Field

from watchglass.alerts.kinds.condition import Bounds


class ThresholdCondition(Bounds):
    """A value over `above` or under `below`."""

    kind: Literal["threshold"] = Field(description="A value over or under a bound")
