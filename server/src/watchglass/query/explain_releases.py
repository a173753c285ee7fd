"""Releases that came up while, or shortly before, something changed: the first thing that anybody asks."""

from watchglass.query.conditions import condition
from watchglass.query.explanation import ReleaseChange
from watchglass.query.expr import EVERYTHING, Expr
from watchglass.query.reader import Reader
from watchglass.query.scope import UNITS_NS, Scope
from watchglass.query.sql import instant
from watchglass.query.usage_source import Kept, is_in_rollups

LEAST_BEFORE_NS = UNITS_NS["h"]
"""How far before the range a rollout is looked for at least: an hour."""

KNOWN_NS = UNITS_NS["w"]
"""How long a release must have been unheard of to be new: a week."""

MOST_MINUTES_NS = 2 * UNITS_NS["d"]
"""Longest stretch that is read by the minute, a longer one by the hour."""

LEAST_GROWTH = 0.1
"""What a release's share of its service's spans must have grown by."""

MOST_RELEASES = 10


def changed_releases(reader: Reader, scope: Scope, expr: Expr, kept: Kept, now_ns: int) -> list[ReleaseChange]:
    """Return releases that are new, or whose part of their service grew, from before the range to within it.

    Of a filter that asks of more than the rollups hold, all spans count.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    from_ns = max(0, scope.start_ns - max(LEAST_BEFORE_NS, scope.end_ns - scope.start_ns))
    is_fine = scope.end_ns - from_ns <= MOST_MINUTES_NS and from_ns >= kept.minutes_ns
    table, step_ns = ("usage_minute", UNITS_NS["m"]) if is_fine else ("usage_hour", UNITS_NS["h"])
    fits = condition(expr if is_in_rollups(expr) else EVERYTHING, table, now_ns)
    start, from_, since = (instant(f"{{{name}:Int64}}") for name in ("start_ns", "from_ns", "since_ns"))
    of_hours = condition(EVERYTHING, "usage_hour", now_ns)
    rows = reader.query(
        f"""
        SELECT *, (service_name, release) NOT IN (
            SELECT usage_hour.service_name, usage_hour.release FROM usage_hour
            WHERE usage_hour.project_id = {{project_id:String}} AND usage_hour.time >= {since} AND usage_hour.time < {from_} AND {of_hours.text}
        ) AS is_new
        FROM (
            SELECT service_name, release, min(at) AS first,
                sum(spans_now) / greatest(1, sum(sum(spans_now)) OVER (PARTITION BY service_name)) AS share,
                sum(spans_before) / greatest(1, sum(sum(spans_before)) OVER (PARTITION BY service_name)) AS before_share
            FROM (
                SELECT {table}.service_name AS service_name, {table}.release AS release, toUnixTimestamp({table}.time) AS at,
                    if({table}.time >= {start}, {table}.span_count, 0) AS spans_now,
                    if({table}.time < {start}, {table}.span_count, 0) AS spans_before
                FROM {table}
                WHERE {table}.project_id = {{project_id:String}} AND {table}.time >= {from_}
                    AND {table}.time < {instant("{end_ns:Int64}")} AND {fits.text}
            ) GROUP BY service_name, release
        )
        WHERE release != '' AND share > 0 AND (share - before_share >= {LEAST_GROWTH} OR is_new)
        ORDER BY share - before_share DESC, service_name, release LIMIT {MOST_RELEASES}
        """,
        {
            "project_id": scope.project_id,
            # a rollup's row is of the whole minute or hour that the range begins in
            "start_ns": scope.start_ns // step_ns * step_ns,
            "end_ns": scope.end_ns,
            "from_ns": from_ns // step_ns * step_ns,
            "since_ns": max(0, from_ns - KNOWN_NS),
            **fits.parameters,
        },
    ).to_pylist()
    return [
        ReleaseChange(
            service_name=row["service_name"],
            release=row["release"],
            first_ns=row["first"] * 10**9,
            is_new=bool(row["is_new"]),
            share=row["share"],
            before_share=row["before_share"],
        )
        for row in rows
    ]
