"""How long each table keeps its rows: the settings' days, written into the tables as TTL.

Spans, logs, metric points, scores and readings are kept by arrival (`received_at`), not by the time that the sender
wrote: a row stamped 1971 that has just arrived is not deleted at once, one stamped 2090 is not kept until then, and a
day's partition expires as a whole, so that deleting it costs nothing. What traces came to is kept as long as their spans.
Usage has no arrival; it is kept by the spans' start, so usage of spans sent in later than the minute table reaches is found
by the hour only.
"""

import re
from dataclasses import dataclass

import structlog

from watchglass.settings import Settings
from watchglass.store.engine import Engine

log = structlog.get_logger(__name__)

DAY_NS = 86_400 * 10**9

REWRITE_NOTHING = {"alter_sync": 0, "mutations_sync": 0}
"""Return at once; what is stored is not rewritten (materialize_ttl_recalculate_only), only its expiry computed anew."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a table keeps its rows.

    Attributes:
        table: The table.
        time: SQL of the time, to the second, from which a row's days are counted.
        days: Days that a row is kept; 0 for ever.
    """

    table: str
    time: str
    days: int


def retentions(settings: Settings) -> tuple[Retention, ...]:
    """Return what the settings ask for, one entry a table."""
    return (
        Retention("spans", "toDateTime(received_at)", settings.retention_spans_days),
        Retention("trace_minute", "toDateTime(last_received_at)", settings.retention_spans_days),
        Retention("logs", "toDateTime(received_at)", settings.retention_logs_days),
        Retention("metric_points", "toDateTime(received_at)", settings.retention_metric_points_days),
        Retention("scores", "toDateTime(received_at)", settings.retention_scores_days),
        Retention("readings", "toDateTime(received_at)", settings.retention_readings_days),
        Retention("usage_minute", "time", settings.retention_usage_minute_days),
        Retention("usage_hour", "time", settings.retention_usage_hour_days),
    )


def apply_retention(engine: Engine, settings: Settings) -> list[str]:
    """Make each table's TTL what the settings say, and return the tables that were changed.

    Rows that are too old by the new rule go within hours, by ClickHouse's background merges. With a cluster, the
    statements run on all its servers.

    Raises:
        StoreError: A table is absent, or its TTL cannot be changed.
    """
    on_cluster = f"ON CLUSTER {settings.clickhouse_cluster} " if settings.clickhouse_cluster else ""
    changed = []
    for retention in retentions(settings):
        kept_days = _current_days(engine, retention.table)
        if kept_days == retention.days:
            continue
        rule = f"MODIFY TTL {retention.time} + INTERVAL {retention.days} DAY" if retention.days else "REMOVE TTL"
        engine.execute(f"ALTER TABLE {retention.table} {on_cluster}{rule}", settings=REWRITE_NOTHING)
        log.info("retention changed", table=retention.table, days=retention.days, days_before=kept_days)
        changed.append(retention.table)
    return changed


def complete_since_ns(settings: Settings, now_ns: int) -> int:
    """From when on both the spans and their usage by the minute are certainly all there, ns since 1970."""
    days = [days for days in (settings.retention_spans_days, settings.retention_usage_minute_days) if days]
    return now_ns - min(days) * DAY_NS if days else 0


def _current_days(engine: Engine, table: str) -> int:
    rows = engine.query(
        "SELECT engine_full FROM system.tables WHERE database = {database:String} AND name = {table:String}",
        {"database": engine.database, "table": table},
    ).to_pylist()
    match = re.search(r" TTL .+? \+ toIntervalDay\((\d+)\)", str(rows[0]["engine_full"])) if rows else None
    return int(match.group(1)) if match else 0
