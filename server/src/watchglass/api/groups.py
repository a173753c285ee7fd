"""What sessions and users have in common in the API: how much each did."""

from typing import Any

from pydantic import BaseModel, Field

from watchglass.query.groups import Group
from watchglass.query.scope import format_time


class GroupEntry(BaseModel):
    """What a session or a user did within the range; sums are over whole traces, whatever the filter."""

    first_time: str = Field(description="Start of its first span, RFC 3339")
    last_time: str = Field(description="Start of its last span, RFC 3339")
    trace_count: int = Field(description="Traces")
    span_count: int = Field(description="Spans of those traces")
    error_count: int = Field(description="Spans with status error")
    model_call_count: int = Field(description="Calls to a model")
    input_tokens: int | None = Field(description="Input tokens of the model calls, null when none says them")
    output_tokens: int | None = Field(description="Output tokens of the model calls, null when none says them")
    cost_usd: float | None = Field(description="Cost of the priced model calls in USD, null when none is priced")
    unpriced_count: int = Field(description="Model calls with tokens and no price")


def group_values(group: Group) -> dict[str, Any]:
    """Return the values of a GroupEntry's fields."""
    counted = {name: getattr(group, name) for name in GroupEntry.model_fields if not name.endswith("_time")}
    return {"first_time": format_time(group.first_ns), "last_time": format_time(group.last_ns), **counted}
