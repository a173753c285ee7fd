"""One trace as OpenTelemetry's own message, TracesData, from which other programs draw it."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span, Status, TracesData

from watchglass.errors import NotFound
from watchglass.query.otel_attributes import SPAN_COLUMNS, TEXT_COLUMNS
from watchglass.query.reader import INDEX_FIRST, Reader
from watchglass.query.trace import MAX_SPANS, hex_id

MAX_TEXT_CHARACTERS = 10_000
"""Characters of each long text that are given; the span's own page has all of it."""

_PLAIN = ("trace_id", "span_id", "parent_span_id", "trace_state", "name", "kind", "status_code", "status_message", "scope_name",
          "scope_version", "resource_attributes", "attributes", "attributes_int", "attributes_double", "attributes_bool",
          "event_names", "event_attributes", "links", *SPAN_COLUMNS.values())  # fmt: skip

_SPANS = f"""
SELECT
    {", ".join(f"spans.{name} AS {name}" for name in _PLAIN)},
    {", ".join(f"substringUTF8(spans.{name}, 1, {MAX_TEXT_CHARACTERS}) AS {name}" for name in TEXT_COLUMNS.values())},
    toUnixTimestamp64Nano(spans.start_time) AS start_ns,
    toUnixTimestamp64Nano(spans.end_time) AS end_ns,
    arrayMap(time -> toUnixTimestamp64Nano(time), spans.event_times) AS event_times_ns
FROM spans
WHERE project_id = {{project_id:String}} AND trace_id = {{trace_id:String}}
ORDER BY spans.start_time, spans.span_id
LIMIT {MAX_SPANS}
"""

_KINDS = {name.removeprefix("SPAN_KIND_").lower(): number for name, number in Span.SpanKind.items()}
_STATUSES = {name.removeprefix("STATUS_CODE_").lower(): number for name, number in Status.StatusCode.items()}


def read_otlp_trace(reader: Reader, project_id: str, trace_id: str) -> TracesData:
    """Return the trace, its earliest 20,000 spans, grouped by resource and scope.

    Columns come under OpenTelemetry's names, long texts cut at MAX_TEXT_CHARACTERS.

    Args:
        reader: Where to look.
        project_id: Project of the trace.
        trace_id: Up to 32 hexadecimal digits; zeroes that were left out in front are put back, as Grafana leaves them out.

    Raises:
        InvalidInput: No such id can be; the field is `trace_id`.
        NotFound: The project has no span of that trace.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    trace_id = hex_id("trace_id", trace_id.zfill(32), 32)
    rows = reader.query(_SPANS, {"project_id": project_id, "trace_id": trace_id}, INDEX_FIRST).to_pylist()
    if not rows:
        raise NotFound(f"there is no trace {trace_id} in this project")
    traces = TracesData()
    scopes: dict[tuple[object, ...], ScopeSpans] = {}
    resources: dict[tuple[object, ...], Any] = {}
    for row in rows:
        resource_key = tuple(row["resource_attributes"])
        resource_spans = resources.get(resource_key)
        if resource_spans is None:
            resource_spans = resources[resource_key] = traces.resource_spans.add()
            resource_spans.resource.attributes.extend(_attributes(row["resource_attributes"]))
        scope_key = (resource_key, row["scope_name"], row["scope_version"])
        scope = scopes.get(scope_key)
        if scope is None:
            scope = scopes[scope_key] = resource_spans.scope_spans.add()
            scope.scope.name, scope.scope.version = row["scope_name"], row["scope_version"]
        scope.spans.append(_span(row))
    return traces


def _span(row: Mapping[str, Any]) -> Span:
    columns = {name: row[column] for name, column in {**SPAN_COLUMNS, **TEXT_COLUMNS}.items()}
    maps = (row["attributes"], row["attributes_int"], row["attributes_double"], row["attributes_bool"])
    said = {key: value for one in maps for key, value in one}
    span = Span(
        trace_id=bytes.fromhex(row["trace_id"]),
        span_id=bytes.fromhex(row["span_id"]),
        parent_span_id=bytes.fromhex(row["parent_span_id"]),
        trace_state=row["trace_state"],
        name=row["name"],
        kind=_KINDS.get(row["kind"], 0),  # type: ignore[arg-type]
        start_time_unix_nano=row["start_ns"],
        end_time_unix_nano=max(row["start_ns"], row["end_ns"]),
        attributes=_attributes({**said, **{key: value for key, value in columns.items() if value not in (None, "")}}.items()),
        status=Status(code=_STATUSES.get(row["status_code"], 0), message=row["status_message"]),  # type: ignore[arg-type]
    )
    events = zip(row["event_times_ns"], row["event_names"], row["event_attributes"], strict=True)
    for time_ns, name, held in events:
        span.events.add(time_unix_nano=time_ns, name=name, attributes=_attributes(orjson.loads(held or "{}").items()))
    for link in orjson.loads(row["links"] or "[]"):
        span.links.add(
            trace_id=bytes.fromhex(link["trace_id"]),
            span_id=bytes.fromhex(link["span_id"]),
            attributes=_attributes(link.get("attributes", {}).items()),
        )
    return span


def _attributes(items: Iterable[tuple[str, Any]]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_any_value(value)) for key, value in items]


def _any_value(value: Any) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int() if -(2**63) <= value < 2**63:
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
    return AnyValue(string_value=orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode() if value is not None else "")
