"""Which spans of given traces fit a condition: the first few of each trace, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.reader import INDEX_FIRST, Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import in_scope


@dataclass(frozen=True, slots=True)
class Match:
    """A span that fits.

    Attributes:
        span_id: 16 hexadecimal digits.
        name: Span name.
        start_ns: Start, nanoseconds since 1970 UTC.
        duration_ns: Duration.
    """

    span_id: str
    name: str
    start_ns: int
    duration_ns: int


@dataclass(frozen=True, slots=True)
class Matches:
    """The earliest spans of a trace that fit, and the count of all that do."""

    spans: list[Match]
    count: int


def find_matches(
    reader: Reader, scope: Scope, trace_ids: Sequence[str], expr: Expr, per_trace: int, now_ns: int
) -> dict[str, Matches]:
    """Return the spans that fit by trace; at most `per_trace` of each, the earliest.

    Raises:
        InvalidInput: The condition names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    if not trace_ids:
        return {}
    within, fits = in_scope(scope, "spans"), condition(expr, "spans", now_ns)
    rows = reader.query(
        "SELECT spans.trace_id AS trace_id, count() AS row_count, "
        f"groupArraySorted({per_trace:d})((toUnixTimestamp64Nano(spans.start_time), spans.span_id, toString(spans.name), "
        "spans.duration_ns)) AS found "
        f"FROM spans WHERE {within.text} AND spans.trace_id IN {{trace_ids:Array(String)}} AND {fits.text} GROUP BY trace_id",
        {**within.parameters, **fits.parameters, "trace_ids": list(trace_ids)},
        INDEX_FIRST,
    )
    return {row["trace_id"]: Matches([_match(it) for it in row["found"]], row["row_count"]) for row in rows.to_pylist()}


def _match(found: dict[str, int | str]) -> Match:
    start_ns, span_id, name, duration_ns = found.values()
    return Match(str(span_id), str(name), int(start_ns), int(duration_ns))
