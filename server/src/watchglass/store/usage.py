"""Usage that a crash or a failed view kept from the rollups: found by the time of the commit, and added once.

ClickHouse commits an insert's part of `spans` first, then what the views make of it: `usage_minute`, from that `usage_hour`,
and `trace_minute`; each is one part, so each is whole or absent. A process that dies in between, or a view that fails, leaves
spans without usage. Commits follow one another and each has a `received_at` of its own, so the newest one alone can be
incomplete, and a rollup whose `last_received_at` is older does not have it.
"""

import structlog

from watchglass.store.engine import Engine

log = structlog.get_logger(__name__)


def add_missing_usage(engine: Engine, received_at_ms: int) -> list[str]:
    """Add the spans committed at `received_at_ms`, the newest commit, to the rollups that lack them.

    With a cluster nothing is done: other servers commit at the same time, so the newest commit is not this one's.

    Args:
        engine: The store; nothing else writes spans to it meanwhile.
        received_at_ms: The commit's time, milliseconds since 1970.

    Returns:
        The rollups that were completed.

    Raises:
        StoreError: A rollup cannot be read or written; it may be tried again.
    """
    if engine.kind == "cluster" or not _span_count(engine, received_at_ms):
        return []
    completed = [*_add_usage(engine, received_at_ms), *_add_traces(engine, received_at_ms)]
    if completed:
        log.warning("usage of a commit that was cut short was added", rollups=completed, received_at_ms=received_at_ms)
    return completed


def _add_usage(engine: Engine, received_at_ms: int) -> list[str]:
    has_minutes = _has(engine, "usage_minute", "toStartOfMinute", received_at_ms)
    has_hours = _has(engine, "usage_hour", "toStartOfHour", received_at_ms)
    if has_hours:  # hours come after minutes; minutes that are absent all the same have expired
        return []
    minutes = _select_of_commit(engine, "usage_minute_view")
    if has_minutes:
        hours = _view_select(engine, "usage_hour_view")
        select = hours.replace(f"FROM {engine.database}.usage_minute", f"FROM ({minutes}) AS usage_minute")
        completed = ["usage_hour"]
    else:  # the view of usage_minute fills usage_hour
        select, completed = minutes, ["usage_minute", "usage_hour"]
    _insert(engine, completed[0], select, received_at_ms)
    return completed


def _add_traces(engine: Engine, received_at_ms: int) -> list[str]:
    if _has(engine, "trace_minute", "toStartOfMinute", received_at_ms):
        return []
    _insert(engine, "trace_minute", _select_of_commit(engine, "trace_minute_view"), received_at_ms)
    return ["trace_minute"]


def _select_of_commit(engine: Engine, view: str) -> str:
    """What `view` makes of spans, of those of one commit."""
    spans = f"FROM {engine.database}.spans"
    return _view_select(engine, view).replace(
        spans, f"{spans} WHERE received_at = fromUnixTimestamp64Milli({{received_at:Int64}})"
    )


def _insert(engine: Engine, table: str, select: str, received_at_ms: int) -> None:
    columns = ", ".join(_columns(engine, table))
    engine.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({select})", {"received_at": received_at_ms})


def _span_count(engine: Engine, received_at_ms: int) -> int:
    rows = engine.query(
        "SELECT count() AS n FROM spans WHERE received_at = fromUnixTimestamp64Milli({received_at:Int64})",
        {"received_at": received_at_ms},
    )
    return int(rows.column("n")[0].as_py())


def _has(engine: Engine, rollup: str, start_of: str, received_at_ms: int) -> bool:
    """Whether `rollup` counts the commit, judged by the rows of the times that the commit's spans have."""
    rows = engine.query(
        f"WITH (SELECT (min({start_of}(start_time)), max({start_of}(start_time))) FROM spans "
        "WHERE received_at = fromUnixTimestamp64Milli({received_at:Int64})) AS span_times "
        f"SELECT max(last_received_at) >= fromUnixTimestamp64Milli({{received_at:Int64}}) AS has FROM {rollup} "
        "WHERE time BETWEEN span_times.1 AND span_times.2",
        {"received_at": received_at_ms},
    )
    return bool(rows.column("has")[0].as_py())


def _view_select(engine: Engine, view: str) -> str:
    rows = engine.query(
        "SELECT as_select FROM system.tables WHERE database = {database:String} AND name = {view:String}",
        {"database": engine.database, "view": view},
    )
    return str(rows.column("as_select")[0].as_py())


def _columns(engine: Engine, table: str) -> list[str]:
    rows = engine.query(
        "SELECT name FROM system.columns WHERE database = {database:String} AND table = {table:String}",
        {"database": engine.database, "table": table},
    )
    return [str(name) for name in rows.column("name").to_pylist()]
