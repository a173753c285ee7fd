"""The readings of a rule over time: values, bands and states, one line a series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.store.engine import Parameter

MAX_SERIES = 50
MAX_POINTS = 2_000
"""Most evaluations of one series; where there are more, each stands for several: the one that is furthest out."""

_READ = """
WITH chosen AS (
    SELECT fingerprint, labels, time, value, threshold, lower, upper, expected, score, p_value, is_breached, state, note
    FROM readings FINAL
    WHERE project_id = {project_id:String} AND rule_id = {rule_id:String}
        AND time >= fromUnixTimestamp64Milli({start_ms:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({end_ms:Int64}, 'UTC')
), series AS (
    SELECT fingerprint FROM chosen GROUP BY fingerprint
    ORDER BY countIf(state = 'firing') DESC, countIf(is_breached) DESC, fingerprint LIMIT {max_series:UInt32}
)
SELECT
    fingerprint, any(labels) AS of_labels, toUnixTimestamp64Milli(min(time)) AS at_ms,
    argMax((value, threshold, lower, upper, expected, score, p_value, is_breached, state, note),
        (state = 'firing', ifNull(is_breached, false), ifNull(score, 0), time)) AS shown
FROM chosen WHERE fingerprint IN (SELECT fingerprint FROM series)
GROUP BY fingerprint, intDiv(toUnixTimestamp64Milli(time), {step_ms:Int64})
ORDER BY fingerprint, at_ms
"""

_NAMES = ("value", "threshold", "lower", "upper", "expected", "score", "p_value", "is_breached", "state", "note")


@dataclass(frozen=True, slots=True)
class ReadSeries:
    """The readings of one series.

    Attributes:
        fingerprint: Names the series.
        labels: What tells it apart among those of its rule.
        times_ns: Moments that were evaluated, ascending, nanoseconds since 1970 UTC.
        columns: `value`, `threshold`, `lower`, `upper`, `expected`, `score`, `p_value`, `is_breached`, `state` and `note`,
            aligned to the times.
    """

    fingerprint: str
    labels: Mapping[str, str]
    times_ns: Sequence[int]
    columns: Mapping[str, Sequence[Any]]


def read_readings(reader: Reader, scope: Scope, rule_id: str) -> list[ReadSeries]:
    """Return what evaluations of a rule within the range say: the series that fired most first, up to MAX_SERIES.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    start_ms, end_ms = scope.start_ns // 1_000_000, -(-scope.end_ns // 1_000_000)
    parameters: dict[str, Parameter] = {
        "project_id": scope.project_id,
        "rule_id": rule_id,
        "start_ms": start_ms,
        "end_ms": end_ms,
        "max_series": MAX_SERIES,
        "step_ms": max(1, -(-(end_ms - start_ms) // MAX_POINTS)),
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for row in reader.query(_READ, parameters).to_pylist():
        found.setdefault(row["fingerprint"], []).append(row)
    series = [_series(name, rows) for name, rows in found.items()]
    return sorted(series, key=lambda it: (-sum(state == "firing" for state in it.columns["state"]), it.fingerprint))


def _series(fingerprint: str, rows: Sequence[dict[str, Any]]) -> ReadSeries:
    shown = [_values(row["shown"]) for row in rows]
    return ReadSeries(
        fingerprint=fingerprint,
        labels=dict(rows[0]["of_labels"]),
        times_ns=[int(row["at_ms"]) * 1_000_000 for row in rows],
        columns={name: [values[index] for values in shown] for index, name in enumerate(_NAMES)},
    )


def _values(shown: Any) -> Sequence[Any]:
    """A tuple of the engine, which Arrow has as a struct."""
    return list(shown.values()) if isinstance(shown, dict) else list(shown)
