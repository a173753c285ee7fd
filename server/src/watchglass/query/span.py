"""One span with everything that is known of it."""

import math
from typing import Any

import orjson

from watchglass.errors import NotFound
from watchglass.model.fields import Field, load_fields
from watchglass.query.reader import Reader
from watchglass.query.scope import format_time
from watchglass.query.span_texts import joined
from watchglass.query.trace import hex_id

MESSAGES = ("input_messages", "output_messages", "system_instructions")
"""Columns that log events may carry for their span."""

_JSON = {*MESSAGES, "tool_definitions", "input_value", "output_value", "tool_call_arguments", "tool_call_result",
         "retrieval_documents", "links"}  # fmt: skip
"""Text columns that hold JSON, or may."""

MAX_DEPTH = 100
"""JSON that is nested deeper stays text."""


TOKENS = "token_"
"""What the columns of the answer's tokens begin with: there may be thousands; see query.tokens."""


def _is_selected(field: Field) -> bool:
    return not field.name.startswith(TOKENS)


def _selected(name: str, type_name: str) -> str:
    if type_name.startswith("DateTime64"):
        return f"toUnixTimestamp64Nano(toDateTime64(spans.{name}, 9, 'UTC')) AS {name}"
    if type_name.startswith("Array(DateTime64"):
        return f"arrayMap(time -> toUnixTimestamp64Nano(time), spans.{name}) AS {name}"
    return f"spans.{name} AS {name}"


_SPAN = f"""
SELECT {", ".join(_selected(field.name, field.type) for field in load_fields()["spans"] if _is_selected(field))},
    length(spans.token_texts) AS token_count
FROM spans
WHERE project_id = {{project_id:String}} AND trace_id = {{trace_id:String}} AND span_id = {{span_id:String}}
ORDER BY spans.start_time, spans.received_at, spans.batch_id
LIMIT 1
"""

_EVENTS = """
SELECT input_messages, output_messages, system_instructions
FROM logs
WHERE project_id = {project_id:String} AND trace_id = {trace_id:String} AND span_id = {span_id:String}
    AND (input_messages != '' OR output_messages != '' OR system_instructions != '')
ORDER BY time, observed_time
LIMIT 1000
"""


def find_span(reader: Reader, project_id: str, trace_id: str, span_id: str) -> dict[str, Any]:
    """Return every column of a span under its vocabulary name; of several with that id the earliest.

    Of the tokens only their number is told, `token_count`. Instants are RFC 3339 text. Columns that hold JSON are parsed where they do. Messages that the span itself does not
    have come from its log events. The maps of typed attributes are one, `attributes`; events are one list, `events`
    (time, name, attributes).

    Raises:
        InvalidInput: No such id can be; the field is `trace_id` or `span_id`.
        NotFound: The project has no such span.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    key = {
        "project_id": project_id,
        "trace_id": hex_id("trace_id", trace_id, 32),
        "span_id": hex_id("span_id", span_id, 16),
    }
    rows = reader.query(_SPAN, key).to_pylist()
    if not rows:
        raise NotFound(f"there is no span {span_id} of trace {trace_id} in this project")
    row = rows[0]
    if not all(row[name] for name in MESSAGES):
        events = reader.query(_EVENTS, key).to_pylist()
        for name in MESSAGES:
            row[name] = row[name] or joined(event[name] for event in events)
    return _readable(row)


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    span: dict[str, Any] = {}
    for field in load_fields()["spans"]:
        if field.name.startswith(("event_", "attributes_")) or not _is_selected(field):
            continue
        value = row[field.name]
        if field.type.startswith("DateTime64"):
            span[field.name] = format_time(value)
        elif field.type.startswith("Map("):
            span[field.name] = dict(value)
        else:
            span[field.name] = parsed(value) if field.name in _JSON else _written(value)
    span["token_count"] = row["token_count"]
    span["attributes"] = merged_attributes(row)
    events = zip(row["event_times"], row["event_names"], row["event_attributes"], strict=True)
    span["events"] = [
        {"time": format_time(time), "name": name, "attributes": parsed(held)} for time, name, held in events
    ]
    return span


def merged_attributes(row: dict[str, Any]) -> dict[str, Any]:
    """The attributes of all types as one map, in order of their keys; NaN and infinities, which JSON lacks, as text."""
    maps = (row["attributes"], row["attributes_int"], row["attributes_double"], row["attributes_bool"])
    return dict(sorted((key, _written(value)) for one in maps for key, value in dict(one).items()))


def _written(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def parsed(text: str) -> Any:
    """The value of JSON text that is an object, an array or a string; any other text as it is."""
    if text[:1] not in ("{", "[", '"'):
        return text
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return text if _is_deep(value) else value


def _is_deep(value: Any) -> bool:
    """Whether JSON is nested deeper than is worth showing as such, and than serialisers take."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for item in level if isinstance(item, dict | list)
                 for inner in (item.values() if isinstance(item, dict) else item)]  # fmt: skip
        if not level:
            return False
    return True
