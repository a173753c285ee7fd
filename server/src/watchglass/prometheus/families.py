"""The metrics of model calls: their names, units and what they count, for the page and for what is sent elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One metric.

    Attributes:
        name: Name in OpenTelemetry; those of its conventions where these have one.
        page_name: Name on the page for Prometheus, without `_total`.
        unit: Unit (UCUM), empty for none.
        brief: One sentence for people.
        key: Attribute of Counts, or name among its histograms.
    """

    name: str
    page_name: str
    unit: str
    brief: str
    key: str


COUNTERS = (
    Family("gen_ai.client.requests", "gen_ai_client_requests", "", "Calls to a model", "requests"),
    Family("gen_ai.client.unpriced_requests", "gen_ai_client_unpriced_requests", "",
           "Calls with tokens whose model has no price", "unpriced"),
    Family("gen_ai.client.cost_usd", "gen_ai_client_cost_usd", "", "Cost of the priced calls in USD", "cost_usd"),
)  # fmt: skip
TIMES = (
    Family("gen_ai.client.operation.duration", "gen_ai_client_operation_duration_seconds", "s",
           "Duration of calls to a model", "duration"),
    Family("gen_ai.client.time_to_first_token", "gen_ai_client_time_to_first_token_seconds", "s",
           "From the start of a call to its first token", "first_token"),
    Family("gen_ai.client.time_per_output_token", "gen_ai_client_time_per_output_token_seconds", "s",
           "Mean time of each output token after the first", "output_token"),
)  # fmt: skip
ERRORS = Family("gen_ai.client.errors", "gen_ai_client_errors", "", "Calls to a model that failed, by class of error", "errors")
TOKENS = Family("gen_ai.client.token.usage", "gen_ai_client_token_usage", "{token}", "Tokens of a call, by input and output", "")
TOKEN_KINDS = ("input", "output")
OVERFLOW = Family(
    "watchglass.model_metrics.overflowed_requests", "watchglass_model_metrics_overflowed_requests", "",
    "Calls counted in a series of overflow, as there were too many label sets", "overflowed",
)  # fmt: skip
