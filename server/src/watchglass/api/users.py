"""/api/v1/users: end users, and one user's course over time."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.groups import GroupEntry, Order, group_values, ordered_groups
from watchglass.api.paging import AskedReader, Cursor, Filter, Limit
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.groups import Group, count_groups
from watchglass.query.owner_usage import course_of
from watchglass.query.scope import format_time
from watchglass.query.usage_source import auto_interval

router = APIRouter(prefix="/api/v1", tags=["users"])


class UserEntry(GroupEntry):
    """One user."""

    user_id: str = Field(description="User")
    session_count: int = Field(description="Sessions that the user's spans say")


class UserList(BaseModel):
    """A page of users."""

    users: list[UserEntry]
    next_cursor: str | None = Field(description="Cursor of the next page, null on the last one")


class UserCourse(BaseModel):
    """What one user did in the range: in all, and in each bucket, aligned to times."""

    user: UserEntry | None = Field(description="Null when the user did nothing in the range")
    interval_s: int = Field(description="Length of a bucket, in seconds")
    times: list[str] = Field(description="Start of each bucket in UTC")
    trace_count: list[int] = Field(description="Traces")
    model_call_count: list[int] = Field(description="Calls to a model")
    error_count: list[int] = Field(description="Spans with status error")
    input_tokens: list[int] = Field(description="Input tokens of the model calls")
    output_tokens: list[int] = Field(description="Output tokens of the model calls")
    cost_usd: list[float] = Field(description="Cost of the priced model calls in USD")


@router.get("/users")
def get_users(
    services: Injected,
    reader: AskedReader,
    scope: AskedScope,
    filter: Filter = "",  # noqa: A002 - the parameter's name in the API
    limit: Limit = 50,
    cursor: Cursor = None,
    order_by: Order = "last_time",
) -> UserList:
    """List users of whom a span within the range fits the filter."""
    expr = parse(filter)
    walk = begin(scope, cursor, services.clock.now_ns(), "users", filter)
    groups, next_cursor = ordered_groups(reader, walk, "user_id", expr, order_by, limit)
    return UserList(users=[_entry(group) for group in groups], next_cursor=next_cursor)


@router.get("/users/{user_id:path}")
def get_user(
    reader: AskedReader,
    scope: AskedScope,
    user_id: Annotated[str, Path(min_length=1, description="User, escaped")],
) -> UserCourse:
    """Return what one user did in the range, over time."""
    interval_s = auto_interval(scope, least_s=60)
    groups = count_groups(reader, scope, "user_id", [user_id])
    course = asdict(course_of(reader, scope, "user_id", user_id, interval_s))
    return UserCourse(
        user=_entry(groups[0]) if groups else None,
        interval_s=interval_s,
        times=[format_time(time_ns) for time_ns in course.pop("times_ns")],
        **course,
    )


def _entry(group: Group) -> UserEntry:
    return UserEntry(user_id=group.id, session_count=group.session_count, **group_values(group))
