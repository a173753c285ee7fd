"""Pages of rows by time, newest first, each row once although several may have the same time and ids."""

import pyarrow as pa

from watchglass.query.cursor import Walk
from watchglass.query.reader import IN_ORDER, Reader
from watchglass.query.sql import TIME_COLUMN, Sql, both, in_scope, instant


def read_page(
    reader: Reader, walk: Walk, table: str, selected: str, key: str, fits: Sql, limit: int
) -> tuple[pa.Table, str | None]:
    """Read the page of `table` where `walk` stands.

    Args:
        reader: Where to look.
        walk: Scope, and where the page begins.
        table: `spans` or `logs`.
        selected: What the SELECT names; `time_ns` and `row_key` are added.
        key: Expression of type String that orders rows of the same time; rows with equal keys may be any.
        fits: Condition of the rows.
        limit: Most rows of the page.

    Returns:
        Rows, and the cursor of the next page or None.
    """
    time = f"{table}.{TIME_COLUMN[table]}"
    where = both(both(in_scope(walk.scope, table), walk.visible(table)), fits)
    parameters = dict(where.parameters)
    after, skip = "", 0
    if walk.after is not None:
        key_time = instant("{key_ns:Int64}")
        after = f" AND {time} <= {key_time} AND ({time} < {key_time} OR {key} <= {{row_key:String}})"
        parameters |= {"key_ns": walk.after.time_ns, "row_key": walk.after.key}
        skip = walk.after.skip
    sql = (
        f"SELECT {selected}, toUnixTimestamp64Nano({time}) AS time_ns, {key} AS row_key FROM {table} "
        f"WHERE {where.text}{after} ORDER BY {time} DESC, row_key DESC LIMIT {limit + 1} OFFSET {skip}"
    )
    rows = reader.query(sql, parameters, IN_ORDER)
    if rows.num_rows <= limit:
        return rows, None
    rows = rows.slice(0, limit)
    return rows, _cursor(walk, rows)


def _cursor(walk: Walk, rows: pa.Table) -> str:
    """The cursor behind the last row; it counts the rows with exactly that row's key that were given."""
    keys = list(zip(rows.column("time_ns").to_pylist(), rows.column("row_key").to_pylist(), strict=True))
    last, same = keys[-1], keys.count(keys[-1])
    goes_on = walk.after is not None and (walk.after.time_ns, walk.after.key) == last
    return walk.cursor(*last, skip=same + (walk.after.skip if goes_on and walk.after else 0))
