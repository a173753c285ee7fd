"""A log record as Datadog's HTTPLogItem."""

import orjson

from watchglass.outlets.attributes import typed_attributes
from watchglass.outlets.datadog_tags import tags_of
from watchglass.outlets.outlet import Row

RESERVED = ("message", "ddsource", "ddtags", "hostname", "service", "status", "timestamp")
MAX_MESSAGE_CHARACTERS = 250_000
"""A message is cut there, so that a log of four bytes a character stays below 1 MB."""

LEVELS = ((21, "critical"), (17, "error"), (13, "warn"), (9, "info"), (1, "debug"))


def log_item(row: Row) -> bytes:
    """Write a record, at most 1 MB: one that is larger keeps its message and loses its attributes."""
    item: dict[str, object] = {
        key: value for key, value in typed_attributes(row).items() if key not in RESERVED
    }
    item.update(
        message=row["body"][:MAX_MESSAGE_CHARACTERS],
        ddsource="opentelemetry",
        ddtags=",".join(tags_of(row)),
        service=row["service_name"],
        hostname=row["host_name"],
        status=_status(row),
        timestamp=row["time"] // 1_000_000,
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        event_name=row["event_name"],
    )
    kept = {name: value for name, value in item.items() if value != "" or name == "message"}
    written = orjson.dumps(kept)
    if len(written) > 1_000_000:
        kept = {name: value for name, value in kept.items() if name in RESERVED or name in ("trace_id", "span_id")}
        written = orjson.dumps(kept)
    return written


def _status(row: Row) -> str:
    number = row["severity_number"]
    return next((level for least, level in LEVELS if number >= least), row["severity_text"].lower() or "info")
