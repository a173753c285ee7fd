"""What the kind of a rule is asked with."""

from dataclasses import dataclass

from watchglass.alerts.detector_states import DetectorStates
from watchglass.alerts.windows import Asked
from watchglass.query.asked import MetricQuery, SqlQuery, UsageQuery

AnyQuery = UsageQuery | MetricQuery | SqlQuery


@dataclass(frozen=True, slots=True)
class Watch:
    """What a kind is asked with.

    Attributes:
        asked: What windows are read with.
        query: The rule's query.
        window_s: How much time one value is read over, in seconds.
        every_s: Time between evaluations, in seconds.
        minimum_traffic: Spans (or whatever a value is divided by) from which on it counts.
        states: What detectors remember.
        state_key: Names what they remember for this rule.
    """

    asked: Asked
    query: AnyQuery
    window_s: int
    every_s: int
    minimum_traffic: int
    states: DetectorStates
    state_key: str
