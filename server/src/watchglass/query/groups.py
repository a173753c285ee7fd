"""Traces counted by who they belong to: a session or a user, page by page, the latest active first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from watchglass.query.conditions import condition
from watchglass.query.cursor import Walk
from watchglass.query.expr import Expr
from watchglass.query.latest import find_latest
from watchglass.query.reader import Reader
from watchglass.query.span_rows import UNPRICED
from watchglass.query.sql import Sql, both, in_scope

Owner = Literal["session_id", "user_id"]


@dataclass(frozen=True, slots=True)
class Group:
    """What one session or user did within the scope.

    Attributes:
        id: The session's or user's id.
        first_ns: Start of the first span that says the id, nanoseconds since 1970 UTC.
        last_ns: Start of the last such span, likewise.
        trace_count: Traces with a span that says the id.
        span_count: Spans of those traces, whoever they say.
        error_count: Those with status error.
        model_call_count: Those that are the call to a model.
        input_tokens: Sum over the model calls, None when none says it.
        output_tokens: Sum over the model calls, None when none says it.
        cost_usd: Sum over the priced model calls, None when none is priced.
        unpriced_count: Model calls with tokens and no price.
    """

    id: str
    first_ns: int
    last_ns: int
    trace_count: int
    span_count: int
    error_count: int
    model_call_count: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    unpriced_count: int


def list_groups(reader: Reader, walk: Walk, owner: Owner, expr: Expr, limit: int) -> tuple[list[Group], str | None]:
    """List sessions or users with a span that fits, by the latest such span; and the next page's cursor or None.

    What they did is counted for those of the page only; their spans are looked for in the whole range, and the bloom
    indexes leave out the stretches in which they did nothing. An id that is everywhere leaves nothing out: a page with a
    user who has a third of all spans takes as long as reading that third.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    fits = both(Sql(f"spans.{owner} != ''"), condition(expr, "spans", walk.now_ns))
    ids, next_cursor = find_latest(reader, walk, owner, fits, limit)
    groups = _count(reader, walk, owner, ids)
    # rows may have expired between the two questions
    return [groups[key] for key in ids if key in groups], next_cursor


def _count(reader: Reader, walk: Walk, owner: Owner, ids: Sequence[str]) -> dict[str, Group]:
    """Count what each owner did: its id may stand on one span of a trace and the tokens on another."""
    if not ids:
        return {}
    where = both(in_scope(walk.scope, "spans"), walk.visible("spans"))
    owned = (
        f"SELECT trace_id, spans.{owner} AS owner, min(spans.start_time) AS first_time, max(spans.start_time) AS last_time "
        f"FROM spans WHERE {where.text} AND spans.{owner} IN {{owners:Array(String)}} GROUP BY trace_id, owner"
    )
    rows = reader.query(
        f"""
        SELECT
            owner AS id,
            toUnixTimestamp64Nano(min(first_time)) AS first_ns,
            toUnixTimestamp64Nano(max(last_time)) AS last_ns,
            uniqExact(spans.trace_id) AS trace_count,
            count() AS span_count,
            countIf(status_code = 'error') AS error_count,
            countIf(is_model_call) AS model_call_count,
            sumOrNullIf(spans.input_tokens, is_model_call) AS input_tokens,
            sumOrNullIf(spans.output_tokens, is_model_call) AS output_tokens,
            sumOrNullIf(spans.cost_usd, is_model_call) AS cost_usd,
            countIf({UNPRICED}) AS unpriced_count
        FROM spans
        INNER JOIN ({owned}) AS owned ON spans.trace_id = owned.trace_id
        WHERE {where.text}
        GROUP BY owner
        """,
        {**where.parameters, "owners": list(ids)},
        # the spans of other traces are left out while they are read
        {"enable_join_runtime_filters": 1},
    ).to_pylist()
    return {row["id"]: _group(row) for row in rows}


def _group(row: dict[str, Any]) -> Group:
    return Group(**{name: row[name] for name in Group.__slots__})
