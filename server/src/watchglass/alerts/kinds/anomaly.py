"""The kind `anomaly`: a value outside of what is usual for its series."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from watchglass.alerts.kinds.condition import Condition, Watch
from watchglass.alerts.reading import Reading
from watchglass.errors import InvalidInput
from watchglass.query.asked import Finite


class AnomalyCondition(Condition):
    """A value outside of the band in which its series usually is at that time; nothing has to be set."""

    kind: Literal["anomaly"] = Field(description="A value outside of what is usual for its series")
    detector: str = Field("ensemble", pattern="^[a-z][a-z0-9_]{0,30}$", description="Name of the detector")
    direction: Literal["both", "up", "down"] = Field("both", description="Which side of the band matters")
    false_alarms_a_week: Finite = Field(1.0, gt=0, le=10_000, description="Most false alarms a week over all series of the rule together; the threshold follows")
    history_days: int = Field(14, ge=1, le=90, description="How much history is learnt from, in days")

    def read(self, watch: Watch, ends_ns: Sequence[int]) -> list[list[Reading]]:
        """Not yet."""
        del watch, ends_ns
        raise InvalidInput("when.kind", "anomaly cannot be evaluated yet")
