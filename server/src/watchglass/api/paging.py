"""What every list is asked with: a filter, a limit, a cursor."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from watchglass.api.access import Injected
from watchglass.query.reader import Reader
from watchglass.query.usage_source import Precision

Filter = Annotated[
    str,
    Query(
        description='Filter: `model:gpt-4o cost_usd>0.01 duration>2s -status:error "late refund" attributes.tier:(gold,silver) '
        "has:session`; side by side means AND, OR and parentheses as usual; empty means everything"
    ),
]
Cursor = Annotated[
    str | None,
    Query(
        description="`next_cursor` of the page before. The walk keeps the first page's range and sees what had arrived then; "
        "the project and the filter must stay as they were"
    ),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="Most rows of the page")]

AskedPrecision = Annotated[
    Precision,
    Query(
        description="quick: where very many spans would have to be read, estimate from evenly spread slices of time; "
        "`sampled_share` of the answer then says from how much"
    ),
]
SampledShare = Annotated[
    float | None,
    Field(description="Part of the range's time, 0 to 1, that sums were scaled up and percentiles read from; null when exact"),
]


def get_reader(services: Injected) -> Reader:
    """Return the store within the limits of one query; a FastAPI dependency."""
    settings = services.settings
    return Reader(services.engine, settings.query_max_time_s, settings.query_max_memory_bytes)


AskedReader = Annotated[Reader, Depends(get_reader)]
