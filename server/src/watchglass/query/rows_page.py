"""Pages of rows by time, newest first, each row once although several may have the same time and ids."""

import pyarrow as pa

from watchglass.query.cursor import Walk
from watchglass.query.reader import IN_ORDER, Reader
from watchglass.query.sql import TIME_COLUMN, Sql, both, instant
from watchglass.query.windows import windows


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
    where = both(both(Sql(f"{table}.project_id = {{project_id:String}}"), walk.visible(table)), fits)
    fixed = {**where.parameters, "project_id": walk.scope.project_id}
    before_ns, row_key, skip = walk.scope.end_ns, "", 0
    if walk.after is not None:
        before_ns, row_key, skip = walk.after.time_ns, walk.after.key, walk.after.skip
    pages: list[pa.Table] = []
    wanted = limit + 1
    for first_ns in windows(walk.scope.start_ns, before_ns):
        page = reader.query(
            f"SELECT {selected}, toUnixTimestamp64Nano({time}) AS time_ns, {key} AS row_key FROM {table} "
            f"WHERE {where.text} AND {time} >= {instant('{first_ns:Int64}')} AND {time} <= {instant('{before_ns:Int64}')} "
            f"AND ({time} < {instant('{before_ns:Int64}')} OR {key} <= {{row_key:String}}) "
            f"ORDER BY {time} DESC, row_key DESC LIMIT {wanted} OFFSET {skip}",
            {**fixed, "first_ns": first_ns, "before_ns": before_ns, "row_key": row_key},
            IN_ORDER,
        )
        pages.append(page)
        wanted -= page.num_rows
        if not wanted:
            break
        before_ns, row_key, skip = first_ns, "", 0
    rows = pa.concat_tables(pages)
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
