"""What sessions and users have in common in the API: how much each did, and in which order they are listed."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from watchglass.errors import InvalidInput
from watchglass.query.cursor import Walk
from watchglass.query.expr import Expr
from watchglass.query.groups import Group, list_groups
from watchglass.query.largest import list_largest
from watchglass.query.owned import Owner
from watchglass.query.reader import Reader
from watchglass.query.scope import format_time

Order = Annotated[
    Literal["last_time", "cost_usd", "error_count", "tokens"],
    Query(description="last_time: the latest active first; else the one that came to the most first, one page only, none that came to nothing"),
]


class GroupEntry(BaseModel):
    """What a session or a user did within the range, counted in whole minutes, whatever the filter.

    Counted are the spans that say its id, and those of the same traces that say none.
    """

    first_time: str = Field(description="Start of its first span, RFC 3339")
    last_time: str = Field(description="Start of its last span, RFC 3339")
    trace_count: int = Field(description="Traces")
    span_count: int = Field(description="Spans")
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


def ordered_groups(
    reader: Reader, walk: Walk, owner: Owner, expr: Expr, order: Order, limit: int
) -> tuple[list[Group], str | None]:
    """Return a page of sessions or users in the order asked for, and the next page's cursor or None.

    Raises:
        InvalidInput: A cursor was given with an order that has one page; the field is `cursor`.
    """
    if order == "last_time":
        return list_groups(reader, walk, owner, expr, limit)
    if walk.after is not None:
        raise InvalidInput("cursor", f"ordered by {order} there is one page")
    return list_largest(reader, walk, owner, expr, order, limit), None
