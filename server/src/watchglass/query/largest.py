"""The sessions or users that came to the most: by cost, errors or tokens."""

from dataclasses import dataclass
from typing import Literal

from watchglass.query.conditions import condition
from watchglass.query.cursor import Walk
from watchglass.query.expr import EVERYTHING, Expr
from watchglass.query.groups import Group, count_groups
from watchglass.query.owned import PRUNED, Owner, fitting, has_unowned
from watchglass.query.reader import Reader
from watchglass.query.sql import Sql, both, in_scope

Amount = Literal["cost_usd", "error_count", "tokens"]


@dataclass(frozen=True, slots=True)
class _Sum:
    """What owners are ordered by.

    Attributes:
        sql: The sum over the spans that add to it.
        adds: Condition that a span does.
    """

    sql: str
    adds: str


_SUMS: dict[Amount, _Sum] = {
    "cost_usd": _Sum("sum(spans.cost_usd)", "spans.is_model_call AND spans.cost_usd > 0"),
    "error_count": _Sum("count()", "spans.status_code = 'error'"),
    "tokens": _Sum(
        "sum(ifNull(spans.input_tokens, 0) + ifNull(spans.output_tokens, 0))",
        "spans.is_model_call AND (spans.input_tokens > 0 OR spans.output_tokens > 0)",
    ),
}


def list_largest(reader: Reader, walk: Walk, owner: Owner, expr: Expr, amount: Amount, limit: int) -> list[Group]:
    """List the sessions or users with a span that fits, the one that came to the most first; those with nothing are left out.

    All spans of the range are looked at, of which a few columns are read: half a second for ten million.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    seen = both(in_scope(walk.scope, "spans"), walk.visible("spans"))
    ranked = _ranked(owner, seen, _owners(reader, walk, owner, seen, expr), _SUMS[amount], _with_unowned(reader, owner, seen, amount))
    rows = reader.query(f"{ranked.text} LIMIT {limit}", ranked.parameters, PRUNED)
    return count_groups(reader, walk, owner, [str(value) for value in rows.column("owner").to_pylist()])


def _with_unowned(reader: Reader, owner: Owner, seen: Sql, amount: Amount) -> bool:
    return has_unowned(reader, owner, both(seen, Sql(_SUMS[amount].adds)))


def _owners(reader: Reader, walk: Walk, owner: Owner, seen: Sql, expr: Expr) -> Sql:
    """The condition that a span says an id of which some span fits."""
    if expr == EVERYTHING:
        return Sql(f"spans.{owner} != ''")
    fits = fitting(reader, owner, seen, condition(expr, "spans", walk.now_ns))
    chosen = f"SELECT spans.{owner} FROM spans WHERE {seen.text} AND {fits.text}"
    return Sql(f"spans.{owner} IN ({chosen})", fits.parameters)


def _ranked(owner: Owner, seen: Sql, owners: Sql, amount: _Sum, with_unowned: bool) -> Sql:
    """All owners with what they came to, the largest first; spans belong to them as in owned_spans."""
    parts = [
        f"SELECT spans.{owner} AS owner, {amount.sql} AS amount FROM spans "
        f"WHERE {seen.text} AND {owners.text} AND {amount.adds} GROUP BY owner"
    ]
    if with_unowned:
        unsaid = (
            f"SELECT spans.trace_id AS trace_id, {amount.sql} AS amount FROM spans "
            f"WHERE {seen.text} AND spans.{owner} = '' AND {amount.adds} GROUP BY trace_id"
        )
        traces = (
            f"SELECT spans.trace_id AS trace_id, spans.{owner} AS owner FROM spans "
            f"WHERE {seen.text} AND {owners.text} GROUP BY trace_id, owner"
        )
        parts.append(
            f"SELECT owned.owner AS owner, part.amount AS amount FROM ({traces}) AS owned "
            f"INNER JOIN ({unsaid}) AS part ON owned.trace_id = part.trace_id"
        )
    return Sql(
        f"SELECT owner, sum(amount) AS total FROM ({' UNION ALL '.join(parts)}) GROUP BY owner ORDER BY total DESC, owner",
        {**seen.parameters, **owners.parameters},
    )
