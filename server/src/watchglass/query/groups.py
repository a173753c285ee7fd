"""Traces counted by who they belong to: a session or a user, page by page, the latest active first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from watchglass.query.conditions import condition
from watchglass.query.cursor import Walk
from watchglass.query.expr import EVERYTHING, Expr
from watchglass.query.latest import find_latest
from watchglass.query.owned import (
    HASHES,
    NO_CALL_NS,
    PRUNED,
    Owner,
    fitting,
    has_unowned,
    in_rows,
    in_spans,
    is_in_rows,
    owned_rows,
)
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.span_texts import SpanKey
from watchglass.query.sql import Sql, both, in_scope, instant

MAX_NAMES = 5
"""Most users of a session, or agents, that are named."""


@dataclass(frozen=True, slots=True)
class FirstCall:
    """The first call to a model, as rows know it: start in nanoseconds since 1970 UTC, and the hash of its trace."""

    start_ns: int
    trace_hash: int


@dataclass(frozen=True, slots=True)
class Group:
    """What one session or user did within the scope.

    Attributes:
        id: The session's or user's id.
        first_ns: Start of the first span that says the id, nanoseconds since 1970 UTC.
        last_ns: Start of the last such span, likewise.
        trace_count: Traces with a span that says the id.
        session_count: Sessions that those spans say; of a session 1.
        user_ids: Users that those spans say, at most MAX_NAMES; of a user itself.
        span_count: Spans that say the id, and those of the same traces that say none.
        error_count: Those with status error.
        model_call_count: Those that are the call to a model.
        input_tokens: Sum over the model calls, None when none says it.
        output_tokens: Sum over the model calls, None when none says it.
        cost_usd: Sum over the priced model calls, None when none is priced.
        unpriced_count: Model calls with tokens and no price.
        first_call: A session's first model call, None when there is none; of several at one time any.
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
    first_call: FirstCall | None


def list_groups(reader: Reader, walk: Walk, owner: Owner, expr: Expr, limit: int) -> tuple[list[Group], str | None]:
    """List sessions or users with a span that fits, by the latest that says the id; and the next page's cursor or None.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    if expr != EVERYTHING and is_in_rows(expr):
        ids, next_cursor = _latest_in_rows(reader, walk, owner, condition(expr, "spans", walk.now_ns), limit)
    else:
        fits = Sql(f"spans.{owner} != ''")
        if expr != EVERYTHING:
            seen = in_spans(both(in_scope(walk.scope, "spans"), walk.visible("spans")))
            may_be_unowned = has_unowned(reader, owner, in_rows(walk.scope))
            fits = fitting(reader, owner, seen, condition(expr, "spans", walk.now_ns), may_be_unowned=may_be_unowned)
        ids, next_cursor = find_latest(reader, walk, owner, fits, limit)
    return count_groups(reader, walk.scope, owner, ids), next_cursor


def _latest_in_rows(reader: Reader, walk: Walk, owner: Owner, fits: Sql, limit: int) -> tuple[list[str], str | None]:
    """The ids of one page as find_latest gives them, for a filter that asks of sessions and users alone."""
    seen = in_rows(walk.scope)
    found = both(seen.sql, fitting(reader, owner, seen, fits))
    after = (walk.after.time_ns, walk.after.key) if walk.after else (walk.scope.end_ns, "")
    ids = reader.query(
        f"SELECT any(spans.{owner}) AS id, max(spans.last_ns) AS latest_ns {found.text} GROUP BY spans.{HASHES[owner]} "
        "HAVING (latest_ns, id) < ({after_ns:Int64}, {after_id:String}) ORDER BY latest_ns DESC, id DESC LIMIT {limit:UInt32}",
        {**found.parameters, "after_ns": after[0], "after_id": after[1], "limit": limit + 1},
    ).to_pylist()
    last = ids[limit - 1] if len(ids) > limit else None
    return [row["id"] for row in ids[:limit]], walk.cursor(last["latest_ns"], last["id"]) if last else None


def count_groups(reader: Reader, scope: Scope, owner: Owner, ids: Sequence[str]) -> list[Group]:
    """Count what each of `ids` did within the scope, in their order; those without a span are left out.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    if not ids:
        return []
    asked = Sql(f"spans.{HASHES[owner]} IN (SELECT cityHash64(arrayJoin({{owners:Array(String)}})))", {"owners": list(ids)})
    groups = {group.id: group for _, group in _counted(reader, scope, owner, asked, has_unowned(reader, owner, in_rows(scope)))}
    # rows may have expired between the two questions
    return [groups[key] for key in ids if key in groups]


def count_hashes(reader: Reader, scope: Scope, owner: Owner, hashes: Sequence[int], *, with_unowned: bool) -> list[Group]:
    """Count likewise for those whose ids have the given hashes.

    Args:
        reader: Where to look.
        scope: Project and range.
        owner: The column that holds the ids.
        hashes: As in the column of rows.
        with_unowned: What has_unowned said.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    if not hashes:
        return []
    asked = Sql(f"spans.{HASHES[owner]} IN {{hashes:Array(UInt64)}}", {"hashes": list(hashes)})
    groups = dict(_counted(reader, scope, owner, asked, with_unowned))
    return [groups[key] for key in hashes if key in groups]


def _counted(reader: Reader, scope: Scope, owner: Owner, asked: Sql, with_unowned: bool) -> list[tuple[int, Group]]:
    """Owners by the hash of their id; what the other kind of owner alone is asked for is not read."""
    source = owned_rows(scope, owner, asked, with_unowned=with_unowned)
    is_session = owner == "session_id"
    users = f"arraySort(groupUniqArrayIf({MAX_NAMES})(part.user_id, part.user_hash != 0 AND is_said))"
    sessions = "uniqExactIf(part.session_hash, part.session_hash != 0 AND is_said)"
    rows = reader.query(
        f"""
        SELECT
            any(owner) AS id,
            owner_hash,
            minIf(part.first_ns, is_said) AS first_ns,
            maxIf(part.last_ns, is_said) AS last_ns,
            uniqExactIf(part.trace_hash, is_said) AS trace_count,
            {"toUInt64(1)" if is_session else sessions} AS session_count,
            {users if is_session else "[any(owner)]"} AS user_ids,
            sum(part.span_count) AS span_count,
            sum(part.error_count) AS error_count,
            sum(part.model_call_count) AS model_call_count,
            sum(part.input_tokens) AS input_tokens,
            sum(part.output_tokens) AS output_tokens,
            sum(part.cost_usd) AS cost_usd,
            sum(part.unpriced_count) AS unpriced_count,
            {"min((part.first_call_ns, part.trace_hash))" if is_session else f"(toInt64({NO_CALL_NS}), toUInt64(0))"} AS call
        FROM {source.text} AS part
        GROUP BY owner_hash
        """,
        source.parameters,
        PRUNED,
    ).to_pylist()
    return [(row["owner_hash"], _group(row)) for row in rows]


def _group(row: dict[str, Any]) -> Group:
    call = FirstCall(*row["call"].values())
    return Group(first_call=call if call.start_ns < NO_CALL_NS else None, **{name: row[name] for name in Group.__slots__ if name != "first_call"})


def find_calls(reader: Reader, project_id: str, groups: Sequence[Group]) -> dict[str, SpanKey]:
    """Find the spans of the groups' first calls, by the group's id; those that have expired are left out.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    calls = {group.id: group.first_call for group in groups if group.first_call}
    if not calls:
        return {}
    rows = reader.query(
        "SELECT trace_id, span_id, toUnixTimestamp64Nano(spans.start_time) AS start_ns, cityHash64(trace_id) AS trace_hash "
        "FROM spans WHERE project_id = {project_id:String} AND is_model_call "
        f"AND start_time IN (SELECT {instant('arrayJoin({times:Array(Int64)})')}) "
        "AND cityHash64(trace_id) IN {hashes:Array(UInt64)} ORDER BY span_id DESC",
        {
            "project_id": project_id,
            "times": sorted({call.start_ns for call in calls.values()}),
            "hashes": sorted({call.trace_hash for call in calls.values()}),
        },
    ).to_pylist()
    found = {
        FirstCall(row["start_ns"], row["trace_hash"]): SpanKey(row["trace_id"], row["span_id"], row["start_ns"]) for row in rows
    }
    return {key: found[call] for key, call in calls.items() if call in found}
