"""The sessions or users that came to the most: by cost, errors or tokens."""

from typing import Literal

from watchglass.query.conditions import condition
from watchglass.query.cursor import Walk
from watchglass.query.expr import EVERYTHING, Expr
from watchglass.query.groups import Group, count_hashes
from watchglass.query.owned import HASHES, PRUNED, Owner, Source, fitting, has_unowned, in_rows, in_spans, is_in_rows
from watchglass.query.reader import Reader
from watchglass.query.sql import Sql, both, in_scope

Amount = Literal["cost_usd", "error_count", "tokens"]

_SUMS: dict[Amount, str] = {
    "cost_usd": "ifNull(spans.cost_usd, 0)",
    "error_count": "spans.error_count",
    "tokens": "spans.tokens",
}


def list_largest(reader: Reader, walk: Walk, owner: Owner, expr: Expr, amount: Amount, limit: int) -> list[Group]:
    """List the sessions or users with a span that fits, the one that came to the most first; those with nothing are left out.

    Those that came to the same are in an order of their own, always the same.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    seen = in_rows(walk.scope)
    with_unowned = has_unowned(reader, owner, seen)
    ranked = _ranked(owner, seen, _owners(reader, walk, owner, seen, expr, with_unowned), _SUMS[amount], with_unowned)
    hashes = reader.query(f"{ranked.text} LIMIT {limit}", ranked.parameters, PRUNED).column("owner_hash").to_pylist()
    return count_hashes(reader, walk.scope, owner, hashes, with_unowned=with_unowned)


def _owners(reader: Reader, walk: Walk, owner: Owner, seen: Source, expr: Expr, with_unowned: bool) -> Sql:
    """The condition that a row says an id of which some span fits."""
    column = HASHES[owner]
    if expr == EVERYTHING:
        return Sql(f"spans.{column} != 0")
    fits = condition(expr, "spans", walk.now_ns)
    if is_in_rows(expr):
        source, chosen = seen, f"spans.{column}"
    else:
        source = in_spans(both(in_scope(walk.scope, "spans"), walk.visible("spans")))
        chosen = f"cityHash64(spans.{owner})"
    found = both(source.sql, fitting(reader, owner, source, fits, may_be_unowned=with_unowned))
    return Sql(f"spans.{column} IN (SELECT {chosen} {found.text})", found.parameters)


def _ranked(owner: Owner, seen: Source, owners: Sql, amount: str, with_unowned: bool) -> Sql:
    """All owners with what they came to, the largest first; rows belong to them as in owned_rows."""
    column = HASHES[owner]
    chosen = both(seen.sql, owners)
    own = f"SELECT spans.{column} AS owner_hash, sum({amount}) AS amount {chosen.text} AND {amount} > 0 GROUP BY owner_hash"
    if not with_unowned:
        return Sql(f"{own} ORDER BY amount DESC, owner_hash", chosen.parameters)
    unsaid = (
        f"SELECT spans.trace_hash AS trace_hash, sum({amount}) AS amount {seen.sql.text} "
        f"AND spans.{column} = 0 AND {amount} > 0 GROUP BY trace_hash"
    )
    traces = f"SELECT DISTINCT spans.trace_hash AS trace_hash, spans.{column} AS owner_hash {chosen.text}"
    shared = (
        f"SELECT owned.owner_hash AS owner_hash, part.amount AS amount FROM ({traces}) AS owned "
        f"INNER JOIN ({unsaid}) AS part ON owned.trace_hash = part.trace_hash"
    )
    return Sql(
        f"SELECT owner_hash, sum(amount) AS total FROM ({own} UNION ALL {shared}) "
        "GROUP BY owner_hash ORDER BY total DESC, owner_hash",
        chosen.parameters,
    )
