"""The tags that all of Datadog's signals share."""

from watchglass.outlets.outlet import Row

MAX_TAG_CHARACTERS = 200
"""Datadog cuts a longer tag."""


def tags_of(row: Row) -> list[str]:
    """Service, env and version, where the row has them."""
    named = {"service": row["service_name"], "env": row["environment"], "version": row["release"]}
    return [tag(name, value) for name, value in named.items() if value]


def tag(name: str, value: str) -> str:
    """Write a tag, cut where Datadog would cut it."""
    return f"{name}:{value}"[:MAX_TAG_CHARACTERS]
