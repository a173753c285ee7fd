"""The list of log records that fit a filter, newest first, with the trace and span that each belongs to."""

from dataclasses import dataclass
from typing import Any

from watchglass.query.conditions import condition
from watchglass.query.cursor import Walk
from watchglass.query.expr import And, Compare, Expr, Value
from watchglass.query.reader import Reader
from watchglass.query.rows_page import read_page
from watchglass.query.span import merged_attributes
from watchglass.query.trace import hex_id


@dataclass(frozen=True, slots=True)
class LogRow:
    """One log record, its columns under their vocabulary names.

    Attributes:
        id: Names the record; records that are alike but for their attributes, sent at once, share it.
        time_ns: When it happened, nanoseconds since 1970 UTC.
        observed_ns: When it was observed, likewise.
        body: At most as many characters as were asked for.
        is_cut: The body is longer.
        attributes: Of all types, without those that columns took.
    """

    id: str
    time_ns: int
    observed_ns: int
    trace_id: str
    span_id: str
    severity_number: int
    severity_text: str
    body: str
    is_cut: bool
    event_name: str
    service_name: str
    environment: str
    release: str
    host_name: str
    scope_name: str
    attributes: dict[str, Any]
    resource_attributes: dict[str, str]
    marks: list[str]


_PLAIN = ("trace_id", "span_id", "severity_number", "severity_text", "event_name", "service_name", "environment",
          "release", "host_name", "scope_name", "attributes", "attributes_int", "attributes_double", "attributes_bool",
          "resource_attributes", "marks")  # fmt: skip
_KEY = "toString(cityHash64(logs.batch_id, logs.trace_id, logs.span_id, logs.body))"


def list_logs(
    reader: Reader, walk: Walk, expr: Expr, limit: int, *, trace_id: str = "", span_id: str = "", body_characters: int
) -> tuple[list[LogRow], str | None]:
    """List log records, newest first, and the cursor of the next page or None.

    Args:
        reader: Where to look.
        walk: Scope, and where the page begins.
        expr: The filter, over columns of `logs`.
        limit: Most records of the page.
        trace_id: Only records of this trace; empty for any.
        span_id: Only records of this span; empty for any.
        body_characters: Where a body is cut.

    Raises:
        InvalidInput: The filter names what is not there, or an id is none; the field says which.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    asked = [expr]
    if trace_id:
        asked.append(Compare("trace_id", "=", (Value(hex_id("trace_id", trace_id, 32)),)))
    if span_id:
        asked.append(Compare("span_id", "=", (Value(hex_id("span_id", span_id, 16)),)))
    selected = ", ".join(f"logs.{name} AS {name}" for name in _PLAIN) + (
        f", toUnixTimestamp64Nano(logs.observed_time) AS observed_ns"
        f", substringUTF8(logs.body, 1, {body_characters:d}) AS body, lengthUTF8(logs.body) > {body_characters:d} AS is_cut"
    )
    fits = condition(And(tuple(asked)), "logs", walk.now_ns)
    rows, cursor = read_page(reader, walk, "logs", selected, _KEY, fits, limit)
    return [_log(row) for row in rows.to_pylist()], cursor


def _log(row: dict[str, Any]) -> LogRow:
    values = {
        **row,
        "id": f"{row['time_ns']:x}-{int(row['row_key']):x}",
        "attributes": merged_attributes(row),
        "resource_attributes": dict(row["resource_attributes"]),
        "is_cut": bool(row["is_cut"]),
    }
    return LogRow(**{name: values[name] for name in LogRow.__slots__})
