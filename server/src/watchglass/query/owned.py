"""The spans of a session or a user: those that say its id, and those of its traces that say none."""

from typing import Literal

from watchglass.query.reader import Reader
from watchglass.query.sql import Sql, both

Owner = Literal["session_id", "user_id"]

_COLUMNS = (
    "trace_id", "span_id", "start_time", "status_code", "is_model_call", "input_tokens", "output_tokens", "cost_usd",
    "session_id", "user_id",
)  # fmt: skip
_SELECTED = ", ".join(f"spans.{name} AS {name}" for name in _COLUMNS)

PRUNED = {"enable_join_runtime_filters": 1}
"""Settings of a question over `owned_spans`: spans of other traces are left out while they are read."""


def has_unowned(reader: Reader, owner: Owner, within: Sql) -> bool:
    """Whether any span `within` says no id; where none does, a trace need not be looked at as a whole.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    sql = f"SELECT 1 FROM spans WHERE {within.text} AND spans.{owner} = '' LIMIT 1"
    return reader.query(sql, within.parameters).num_rows > 0


def fitting(reader: Reader, owner: Owner, within: Sql, fits: Sql) -> Sql:
    """The condition that a span says an id, and fits itself or is of a trace in which a span fits that says none.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    says = f"spans.{owner} != ''"
    if not has_unowned(reader, owner, both(within, fits)):
        return Sql(f"{says} AND {fits.text}", fits.parameters)
    traces = f"SELECT spans.trace_id FROM spans WHERE {within.text} AND spans.{owner} = '' AND {fits.text}"
    return Sql(f"{says} AND ({fits.text} OR spans.trace_id IN ({traces}))", {**within.parameters, **fits.parameters})


def owned_spans(owner: Owner, within: Sql, owners: Sql, *, with_unowned: bool) -> Sql:
    """Write the rows of the owners' spans: the columns that are counted, `owner`, and `is_said`.

    A span belongs to the id that it says. One that says none belongs to each id that another span of its trace says, as
    many instrumentations put the session on the root alone and the tokens elsewhere.

    Args:
        owner: The column that holds the ids.
        within: Condition of the spans that are seen.
        owners: Condition over `spans` that the id is asked for.
        with_unowned: Whether there are spans without an id (see has_unowned).
    """
    said = f"SELECT {_SELECTED}, spans.{owner} AS owner, true AS is_said FROM spans WHERE {within.text} AND {owners.text}"
    parameters = {**within.parameters, **owners.parameters}
    if not with_unowned:
        return Sql(f"({said})", parameters)
    traces = (
        f"SELECT spans.trace_id AS trace_id, spans.{owner} AS owner FROM spans WHERE {within.text} AND {owners.text} "
        "GROUP BY trace_id, owner"
    )
    unsaid = (
        f"SELECT {_SELECTED}, owned.owner AS owner, false AS is_said FROM spans "
        f"INNER JOIN ({traces}) AS owned ON spans.trace_id = owned.trace_id WHERE {within.text} AND spans.{owner} = ''"
    )
    return Sql(f"({said} UNION ALL {unsaid})", parameters)
