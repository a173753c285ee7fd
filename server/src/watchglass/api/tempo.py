"""/tempo: the reading half of Grafana Tempo's HTTP API, so that Grafana's own trace view opens what is stored here."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from google.protobuf.json_format import MessageToDict

from watchglass.api.access import Injected, Project
from watchglass.api.paging import AskedReader
from watchglass.errors import InvalidInput, NotFound
from watchglass.query.attribute_keys import find_attribute_keys
from watchglass.query.cursor import begin
from watchglass.query.expr import EVERYTHING, And, Compare, Expr, Value, write
from watchglass.query.facets import FacetQuestion, count_facets, read_field
from watchglass.query.otel_attributes import RESOURCE_COLUMNS, SPAN_COLUMNS
from watchglass.query.otlp_trace import read_otlp_trace
from watchglass.query.scope import Scope, build_scope
from watchglass.query.trace_matches import Matches, find_matches
from watchglass.query.traceql import field_of, parse_traceql
from watchglass.query.traces import list_traces
from watchglass.query.usage_source import kept_since

router = APIRouter(prefix="/tempo", tags=["tempo"])

SPOKEN_VERSION = "2.1.0"
"""Tempo's version that is claimed: the last one of which Grafana asks no stream over gRPC."""

PROTOBUF = "application/protobuf"
MAX_NAMES = 500
MAX_VALUES = 100
INTRINSIC_TAGS = ["duration", "kind", "name", "status", "statusMessage"]

_TAG = re.compile(r'\s*([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')

TraceId = Annotated[str, Path(max_length=32, description="Trace, hexadecimal; zeroes in front may be left out")]
Start = Annotated[str | None, Query(description="Start, Unix seconds; a day before the end when not given")]
End = Annotated[str | None, Query(description="End, Unix seconds; now when not given")]
SearchedScope = Annotated[str, Query(description="all, resource, span or intrinsic")]


@router.get("/api/echo", response_class=PlainTextResponse, operation_id="tempo_echo")
def echo(project: Project) -> str:
    """Answer `echo` to who may read: Grafana's test of a data source."""
    del project
    return "echo"


@router.get("/api/status/buildinfo", operation_id="tempo_buildinfo")
def buildinfo(project: Project) -> dict[str, str]:
    """Say which version of Tempo's API this is."""
    del project
    return {"version": SPOKEN_VERSION, "revision": "", "branch": "", "buildDate": "", "buildUser": "", "goVersion": ""}


@router.get("/api/traces/{trace_id}", operation_id="tempo_trace", response_class=Response)
def trace(request: Request, reader: AskedReader, project: Project, trace_id: TraceId) -> Response:
    """Return a trace: tempopb.Trace, which on the wire is OpenTelemetry's TracesData; JSON with `batches` unless `Accept` asks for protobuf."""
    found = read_otlp_trace(reader, project, trace_id)
    if PROTOBUF in request.headers.get("accept", ""):
        return Response(found.SerializeToString(), media_type=PROTOBUF)
    return JSONResponse({"batches": MessageToDict(found).get("resourceSpans", [])})


@router.get("/api/v2/traces/{trace_id}", operation_id="tempo_trace_v2", response_class=Response)
def trace_v2(request: Request, reader: AskedReader, project: Project, trace_id: TraceId) -> Response:
    """Return a trace within tempopb.TraceByIDResponse, whose first field is the trace."""
    found = read_otlp_trace(reader, project, trace_id)
    if PROTOBUF in request.headers.get("accept", ""):
        return Response(_first_field(found.SerializeToString()), media_type=PROTOBUF)
    return JSONResponse({"trace": MessageToDict(found), "metrics": {}})


@router.get("/api/search", operation_id="tempo_search")
def search(
    services: Injected,
    reader: AskedReader,
    project: Project,
    start: Start = None,
    end: End = None,
    q: Annotated[str, Query(description="TraceQL: one set of spans, `{ span.gen_ai.response.model = \"gpt-4o\" && duration > 2s }`")] = "",
    tags: Annotated[str, Query(max_length=2000, description="logfmt: attributes and values that spans have; instead of q")] = "",
    min_duration: Annotated[str, Query(alias="minDuration", max_length=40, description="Least duration of a span, such as 500ms; with tags")] = "",
    max_duration: Annotated[str, Query(alias="maxDuration", max_length=40, description="Most duration of a span; with tags")] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="Most traces")] = 20,
    spss: Annotated[int, Query(ge=1, le=100, description="Most spans of a trace that are told")] = 3,
) -> dict[str, Any]:
    """Find traces of which a span fits, newest first."""
    now_ns = services.clock.now_ns()
    scope = build_scope(project, start or None, end or None, now_ns)
    expr = parse_traceql(q) if q else _of_tags(tags, min_duration, max_duration)
    page = list_traces(reader, begin(scope, None, now_ns, "tempo", write(expr)), expr, limit)
    matches = find_matches(reader, scope, [it.trace_id for it in page.traces], expr, spss, now_ns)
    return {
        "traces": [
            {
                "traceID": it.trace_id,
                "rootServiceName": it.service_name,
                "rootTraceName": it.name,
                "startTimeUnixNano": str(it.start_ns),
                "durationMs": it.duration_ns // 1_000_000,
                "spanSets": [_span_set(matches[it.trace_id])] if it.trace_id in matches else [],
            }
            for it in page.traces
        ],
        "metrics": {"inspectedTraces": len(page.traces)},
    }


@router.get("/api/search/tags", operation_id="tempo_tags")
def tag_names(
    services: Injected, reader: AskedReader, project: Project, start: Start = None, end: End = None, scope: SearchedScope = "all"
) -> dict[str, Any]:
    """List the names of attributes, without their scope."""
    names = _names(services, reader, build_scope(project, start or None, end or None, services.clock.now_ns()))
    chosen = [name for part, held in names.items() if scope in ("all", "", part) for name in held]
    return {"tagNames": sorted(set(chosen)), "metrics": {}}


@router.get("/api/v2/search/tags", operation_id="tempo_tags_v2")
def tag_names_v2(
    services: Injected, reader: AskedReader, project: Project, start: Start = None, end: End = None, scope: SearchedScope = "all"
) -> dict[str, Any]:
    """List the names of attributes by scope."""
    names = _names(services, reader, build_scope(project, start or None, end or None, services.clock.now_ns()))
    chosen = [{"name": part, "tags": held} for part, held in names.items() if scope in ("all", "", part)]
    return {"scopes": chosen, "metrics": {}}


@router.get("/api/search/tag/{tag}/values", operation_id="tempo_tag_values")
def tag_values(
    services: Injected, reader: AskedReader, project: Project, tag: Annotated[str, Path(max_length=500)],
    start: Start = None, end: End = None,
) -> dict[str, Any]:  # fmt: skip
    """List the most frequent values of an attribute."""
    scope = build_scope(project, start or None, end or None, services.clock.now_ns())
    name = tag if tag in INTRINSIC_TAGS or tag.startswith((".", "span.", "resource.")) else f".{tag}"
    return {"tagValues": _values(services, reader, scope, name), "metrics": {}}


@router.get("/api/v2/search/tag/{tag}/values", operation_id="tempo_tag_values_v2")
def tag_values_v2(
    services: Injected, reader: AskedReader, project: Project, tag: Annotated[str, Path(max_length=500)],
    start: Start = None, end: End = None,
) -> dict[str, Any]:  # fmt: skip
    """List the most frequent values of an attribute with their type."""
    scope = build_scope(project, start or None, end or None, services.clock.now_ns())
    kind = "keyword" if tag in ("status", "kind") else "string"
    return {"tagValues": [{"type": kind, "value": it} for it in _values(services, reader, scope, tag)], "metrics": {}}


def _names(services: Injected, reader: AskedReader, scope: Scope) -> dict[str, list[str]]:
    found = find_attribute_keys(reader, scope, "spans", "", MAX_NAMES, services.clock).counts
    of = {
        prefix: sorted({*columns, *(name.removeprefix(f"{prefix}.") for name in found if name.startswith(f"{prefix}."))})
        for prefix, columns in (("resource", RESOURCE_COLUMNS), ("attributes", SPAN_COLUMNS))
    }
    return {"resource": of["resource"], "span": of["attributes"], "intrinsic": INTRINSIC_TAGS}


def _values(services: Injected, reader: AskedReader, scope: Scope, name: str) -> list[str]:
    try:
        fields = read_field(field_of(name), "spans")
    except InvalidInput as error:
        raise NotFound(f"{name[:100]}: {error.detail}") from error
    question = FacetQuestion(scope, "spans", EVERYTHING, fields, MAX_VALUES)
    [facet] = count_facets(reader, question, kept_since(services.settings, services.clock.now_ns()), services.clock)
    return [value.value for value in facet.values]


def _of_tags(tags: str, min_duration: str, max_duration: str) -> Expr:
    conditions = [
        Compare(field_of(key if key in INTRINSIC_TAGS else f".{key}"), "=", (Value(quoted or plain),))
        for key, quoted, plain in _TAG.findall(tags)
    ]
    for text, operator in ((min_duration, ">="), (max_duration, "<=")):
        if text:
            conditions.append(Compare("duration", operator, (Value(text),)))  # type: ignore[arg-type]
    return And(tuple(conditions))


def _span_set(found: Matches) -> dict[str, Any]:
    spans = [
        {
            "spanID": it.span_id,
            "name": it.name,
            "startTimeUnixNano": str(it.start_ns),
            "durationNanos": str(it.duration_ns),
            "attributes": [],
        }
        for it in found.spans
    ]
    return {"spans": spans, "matched": found.count}


def _first_field(message: bytes) -> bytes:
    """A protobuf message whose field 1 is `message`."""
    length, varint = len(message), bytearray()
    while length > 0x7F:
        varint.append(length & 0x7F | 0x80)
        length >>= 7
    return b"\x0a" + bytes(varint) + bytes([length]) + message
