"""The kinds that there are; one more is one file and one word here."""

from typing import Annotated

from pydantic import Field

from watchglass.alerts.kinds.absence import AbsenceCondition
from watchglass.alerts.kinds.anomaly import AnomalyCondition
from watchglass.alerts.kinds.budget import BudgetCondition
from watchglass.alerts.kinds.change import ChangeCondition
from watchglass.alerts.kinds.objective import ObjectiveCondition
from watchglass.alerts.kinds.ratio import RatioCondition
from watchglass.alerts.kinds.threshold import ThresholdCondition

When = Annotated[
    ThresholdCondition | ChangeCondition | AbsenceCondition | RatioCondition | ObjectiveCondition | BudgetCondition | AnomalyCondition,
    Field(discriminator="kind"),
]
