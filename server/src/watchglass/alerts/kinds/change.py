"""The kind `change`: a value against that of the same time yesterday or last week."""

from typing import Literal

from pydantic import Field

from watchglass.alerts.kinds.condition import Bounds


class ChangeCondition(Bounds):
    """The change of a value since the same time a day or a week ago, as a ratio (1.5: half as much again) or a difference."""

    kind: Literal["change"] = Field(description="A value against the same time yesterday or last week")
    against: Literal["yesterday", "last_week"] = Field("last_week", description="What it is compared with")
    by: Literal["ratio", "difference"] = Field("ratio", description="What the bounds are of: the value over the earlier one, or less the earlier one")
