"""Traces counted by who they belong to: a session or a user, page by page, the latest active first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from watchglass.query.conditions import condition
from watchglass.query.cursor import Walk
from watchglass.query.expr import EVERYTHING, Expr
from watchglass.query.latest import find_latest
from watchglass.query.owned import PRUNED, Owner, fitting, has_unowned, owned_spans
from watchglass.query.reader import Reader
from watchglass.query.span_texts import SpanKey
from watchglass.query.sql import Sql, both, in_scope

MAX_NAMES = 5
"""Most users of a session, or agents, that are named."""

@dataclass(frozen=True, slots=True)
class Group:
    """What one session or user did within the scope.

    Attributes:
        id: The session's or user's id.
        first_ns: Start of the first span that says the id, nanoseconds since 1970 UTC.
        last_ns: Start of the last such span, likewise.
        trace_count: Traces with a span that says the id.
        session_count: Sessions that those spans say.
        user_ids: Users that those spans say, at most MAX_NAMES.
        span_count: Spans that say the id, and those of the same traces that say none.
        error_count: Those with status error.
        model_call_count: Those that are the call to a model.
        input_tokens: Sum over the model calls, None when none says it.
        output_tokens: Sum over the model calls, None when none says it.
        cost_usd: Sum over the priced model calls, None when none is priced.
        unpriced_count: Model calls with tokens and no price.
        first_call: The first model call, None when there is none.
    """

    id: str
    first_ns: int
    last_ns: int
    trace_count: int
    session_count: int
    user_ids: list[str]
    span_count: int
    error_count: int
    model_call_count: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    unpriced_count: int
    first_call: SpanKey | None


def list_groups(reader: Reader, walk: Walk, owner: Owner, expr: Expr, limit: int) -> tuple[list[Group], str | None]:
    """List sessions or users with a span that fits, by the latest that says the id; and the next page's cursor or None.

    What they did is counted for those of the page only; their spans are looked for in the whole range, and the bloom
    indexes leave out the stretches in which they did nothing. An id that is everywhere leaves nothing out: a page with a
    user who has a third of all spans takes as long as reading that third.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    fits = Sql(f"spans.{owner} != ''")
    if expr != EVERYTHING:
        seen = both(in_scope(walk.scope, "spans"), walk.visible("spans"))
        fits = fitting(reader, owner, seen, condition(expr, "spans", walk.now_ns))
    ids, next_cursor = find_latest(reader, walk, owner, fits, limit)
    return count_groups(reader, walk, owner, ids), next_cursor


def count_groups(reader: Reader, walk: Walk, owner: Owner, ids: Sequence[str]) -> list[Group]:
    """Count what each of `ids` did within the walk's scope, in their order; those without a span are left out.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    if not ids:
        return []
    seen = both(in_scope(walk.scope, "spans"), walk.visible("spans"))
    asked = Sql(f"spans.{owner} IN {{owners:Array(String)}}", {"owners": list(ids)})
    source = owned_spans(owner, seen, asked, with_unowned=has_unowned(reader, owner, seen))
    rows = reader.query(
        f"""
        SELECT
            owner AS id,
            toUnixTimestamp64Nano(minIf(part.start_time, is_said)) AS first_ns,
            toUnixTimestamp64Nano(maxIf(part.start_time, is_said)) AS last_ns,
            uniqExactIf(part.trace_id, is_said) AS trace_count,
            uniqExactIf(part.session_id, part.session_id != '' AND is_said) AS session_count,
            arraySort(groupUniqArrayIf({MAX_NAMES})(part.user_id, part.user_id != '' AND is_said)) AS user_ids,
            count() AS span_count,
            countIf(status_code = 'error') AS error_count,
            countIf(is_model_call) AS model_call_count,
            sumOrNullIf(part.input_tokens, is_model_call) AS input_tokens,
            sumOrNullIf(part.output_tokens, is_model_call) AS output_tokens,
            sumOrNullIf(part.cost_usd, is_model_call) AS cost_usd,
            countIf(is_model_call AND part.cost_usd IS NULL
                AND (part.input_tokens IS NOT NULL OR part.output_tokens IS NOT NULL)) AS unpriced_count,
            argMinIf((part.trace_id, part.span_id, toUnixTimestamp64Nano(part.start_time)),
                (part.start_time, part.span_id), is_model_call) AS call
        FROM {source.text} AS part
        GROUP BY owner
        """,
        source.parameters,
        PRUNED,
    ).to_pylist()
    groups = {row["id"]: _group(row) for row in rows}
    # rows may have expired between the two questions
    return [groups[key] for key in ids if key in groups]


def _group(row: dict[str, Any]) -> Group:
    trace_id, span_id, start_ns = row["call"].values()
    call = SpanKey(trace_id, span_id, start_ns) if row["model_call_count"] else None
    return Group(first_call=call, **{name: row[name] for name in Group.__slots__ if name != "first_call"})
