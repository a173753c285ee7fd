"""/api/v1/users: end users, the latest active first."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.groups import GroupEntry, group_values
from watchglass.api.paging import AskedReader, Cursor, Filter, Limit
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.groups import list_groups

router = APIRouter(prefix="/api/v1", tags=["users"])


class UserEntry(GroupEntry):
    """One user."""

    user_id: str = Field(description="User")


class UserList(BaseModel):
    """A page of users, the latest active first."""

    users: list[UserEntry]
    next_cursor: str | None = Field(description="Cursor of the next page, null on the last one")


@router.get("/users")
def get_users(
    services: Injected,
    reader: AskedReader,
    scope: AskedScope,
    filter: Filter = "",  # noqa: A002 - the parameter's name in the API
    limit: Limit = 50,
    cursor: Cursor = None,
) -> UserList:
    """List users of whom a span within the range fits the filter, the latest active first."""
    expr = parse(filter)
    walk = begin(scope, cursor, services.clock.now_ns(), "users", filter)
    groups, next_cursor = list_groups(reader, walk, "user_id", expr, limit)
    users = [UserEntry(user_id=group.id, **group_values(group)) for group in groups]
    return UserList(users=users, next_cursor=next_cursor)
