"""A rule: the one form in which it stands in a file, in the API and in the control database."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from watchglass.alerts.fields import DAY_S, HOUR_S, MINUTE_S, LabelName, Seconds, Slug
from watchglass.alerts.kinds.registry import When
from watchglass.query.asked import MetricQuery, Name, Part, Query, SqlQuery, Text, UsageQuery

MAX_SERIES = 1000
"""Most series that one rule tells apart."""

Severity = Literal["info", "warning", "critical"]
LongText = Annotated[Text, Field(max_length=2000)]


class Rule(Part):
    """What is watched, when it is told and to whom.

    A rule is evaluated every `every_s`: its query is read over the `window_s` that ended `delay_s` ago, which gives one
    value a series; what the value must be is in `when`. The query's `interval` and `limit` are for charts: here the
    window and `max_series` say that.
    """

    name: Slug = Field(description="Names the rule within the project")
    project: str | None = Field(None, pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="The one project that is watched; null for each of all")
    brief: LongText = Field("", description="What it means, in a sentence")
    query: Query = Field(description="What is watched: one value a series")
    when: When = Field(description="When it is breached")
    window_s: Seconds = Field(300, ge=10, le=30 * DAY_S, description="How much time one value is read over, in seconds or as 5m")
    every_s: Seconds = Field(MINUTE_S, ge=10, le=DAY_S, description="Time between evaluations, in seconds or as 1m")
    for_s: Seconds = Field(0, ge=0, le=7 * DAY_S, description="How long it must be breached before it fires, in seconds or as 5m")
    keep_firing_for_s: Seconds = Field(0, ge=0, le=7 * DAY_S, description="How long it must have recovered before it is resolved, in seconds or as 5m")
    delay_s: Seconds = Field(MINUTE_S, ge=0, le=DAY_S, description="How long is waited for late data, in seconds or as 1m")
    minimum_traffic: int = Field(0, ge=0, le=10**12, description="Fewest spans in the window (for a ratio: least of what is divided by) from which on a value counts")
    max_series: int = Field(100, ge=1, le=MAX_SERIES, description="Most series that are told apart; the largest are")
    severity: Severity = Field("warning", description="How bad it is")
    owner: Name = Field("", description="Team that it belongs to")
    labels: dict[LabelName, Name] = Field({}, max_length=20, description="Labels that are added to its alerts")
    annotations: dict[LabelName, LongText] = Field({}, max_length=20, description="Texts for people: summary, description")
    runbook: LongText = Field("", description="Address of what to do about it")
    notify: list[Slug] = Field([], max_length=20, description="Names of the targets that are told; empty for the default ones")
    group_by_incident: list[LabelName] = Field([], max_length=5, description="Labels whose values make an incident of their own; empty for one incident a rule")
    inhibited_by: list[Slug] = Field([], max_length=20, description="Names of rules; while one of them fires for the same values of the labels that both have, this one is not told")
    remind_every_s: Seconds = Field(4 * HOUR_S, ge=0, le=30 * DAY_S, description="Time between reminders while it fires and nobody acknowledged it, in seconds or as 4h; 0 for none")
    is_enabled: bool = Field(True, description="Whether it is evaluated")

    @model_validator(mode="after")
    def _can_be_watched(self) -> Self:
        problem = value_problem(self.query) or self.when.refusal(self.query, self.window_s)
        if problem is None and isinstance(self.query, UsageQuery):
            if self.window_s % MINUTE_S:
                problem = "window_s must be whole minutes, as usage is kept by the minute"
        elif problem is None and self.minimum_traffic and self.when.kind != "ratio":
            problem = "minimum_traffic goes with queries of usage and with ratios"
        if problem:
            raise ValueError(problem)
        return self


def value_problem(query: UsageQuery | MetricQuery | SqlQuery) -> str | None:
    """Say why a query does not give one value a series; None when it does."""
    match query:
        case UsageQuery(measures=measures) if len(measures) != 1:
            return "query.measures must be one measure"
        case MetricQuery(aggregation="heatmap"):
            return "query.aggregation must give one value: a heat map has one a bucket"
        case MetricQuery(aggregation="quantile", quantiles=quantiles) if len(quantiles) != 1:
            return "query.quantiles must be one quantile"
        case SqlQuery(values=values) if len(values) > 1:
            return "query.values must be one column"
    return None
