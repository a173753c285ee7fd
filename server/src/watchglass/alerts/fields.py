"""Types of fields that rules and their kinds share."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from watchglass.ingest.scrape.yaml_reading import read_duration_s

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


def _seconds(given: Any) -> Any:
    """A duration in words as seconds; what is none is left for the next check."""
    if not isinstance(given, str):
        return given
    seconds = read_duration_s(given)
    if not seconds and given not in ("0", "0s"):
        raise ValueError("must be seconds, or a duration such as 90s, 5m or 1h30m")
    if seconds != int(seconds):
        raise ValueError("must be whole seconds")
    return int(seconds)


Seconds = Annotated[int, BeforeValidator(_seconds)]
"""Whole seconds; `5m` and `1h30m` may be written for them."""

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
"""A name: a to z, 0 to 9 and -, beginning with a letter."""

LabelName = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_.-]{0,99}$")]
"""A name of a label, which may be a column or an attribute."""
