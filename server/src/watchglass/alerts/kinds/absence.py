"""The kind `absence`: what reported has stopped."""

from typing import Literal

from pydantic import Field

from watchglass.alerts.fields import DAY_S, Seconds
from watchglass.alerts.kinds.condition import Condition


class AbsenceCondition(Condition):
    """Nothing came within the window, of all or, where the query groups, of a group that came before."""

    kind: Literal["absence"] = Field(description="What reported has stopped")
    seen_within_s: Seconds = Field(DAY_S, ge=60, le=30 * DAY_S, description="How far back a group must have reported to be missed, in seconds")
