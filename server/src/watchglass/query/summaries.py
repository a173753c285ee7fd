"""Summaries of given traces: one row a trace, over all its spans."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from watchglass.query.previews import input_preview, output_preview
from watchglass.query.reader import INDEX_FIRST, Reader
from watchglass.query.span_rows import UNPRICED, SpanRow
from watchglass.query.span_texts import SpanKey, Texts, span_texts

Number = TypeVar("Number", int, float)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class TraceFigures:
    """What one trace took, over all its spans.

    Attributes:
        trace_id: 32 hexadecimal digits.
        start_ns: Start of the first span, nanoseconds since 1970 UTC.
        duration_ns: From there to the end of the last span.
        name: Name of the root span, of the earliest span when the root is missing.
        service_name: The same span's service.
        environment: The same span's environment.
        release: The same span's release.
        span_count: Spans.
        error_count: Spans with status error.
        model_call_count: Spans that are the call to a model.
        models: Their models, in order of the alphabet.
        input_tokens: Sum over the model calls, None when none says it.
        output_tokens: Sum over the model calls, None when none says it.
        cost_usd: Sum over the priced model calls, None when none is priced.
        unpriced_count: Model calls with tokens and no price.
        time_to_first_token_ns: Of the earliest model call that says it.
        session_id: First one that a span says.
        user_id: First one that a span says.
        root_is_missing: No span without a parent came.
    """

    trace_id: str
    start_ns: int
    duration_ns: int
    name: str
    service_name: str
    environment: str
    release: str
    span_count: int
    error_count: int
    model_call_count: int
    models: list[str]
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    unpriced_count: int
    time_to_first_token_ns: int | None
    session_id: str
    user_id: str
    root_is_missing: bool


@dataclass(frozen=True, slots=True)
class TraceSummary(TraceFigures):
    """One trace in a list.

    Attributes:
        input_preview: The question as one line of text, at most 200 characters.
        output_preview: The answer as one line of text, at most 200 characters.
    """

    input_preview: str
    output_preview: str


MAX_MODELS = 100
"""Most models that a summary names."""

# what names a trace: its root, else its earliest span
_FIRST = "(parent_span_id != '', spans.start_time, spans.span_id)"
_CALL = "(spans.start_time, spans.span_id)"
_LAST_CALL = "(status_code != 'error', toUnixTimestamp64Nano(spans.start_time) + toInt64(duration_ns), spans.span_id)"
_KEY = "(span_id, toUnixTimestamp64Nano(spans.start_time))"
_SUMMARIES = f"""
SELECT
    trace_id,
    toUnixTimestamp64Nano(min(spans.start_time)) AS start_ns,
    max(toUnixTimestamp64Nano(spans.start_time) + toInt64(duration_ns)) AS end_ns,
    argMin((name, service_name, environment, release), {_FIRST}) AS head,
    count() AS span_count,
    countIf(status_code = 'error') AS error_count,
    countIf(is_model_call) AS model_call_count,
    arraySort(groupUniqArrayIf({MAX_MODELS})(model, is_model_call AND model != '')) AS models,
    sumOrNullIf(spans.input_tokens, is_model_call) AS input_tokens,
    sumOrNullIf(spans.output_tokens, is_model_call) AS output_tokens,
    sumOrNullIf(spans.cost_usd, is_model_call) AS cost_usd,
    countIf({UNPRICED}) AS unpriced_count,
    argMinOrNullIf(spans.time_to_first_token_ns, {_CALL}, is_model_call AND spans.time_to_first_token_ns IS NOT NULL)
        AS time_to_first_token_ns,
    argMinIf(spans.session_id, {_CALL}, spans.session_id != '') AS session_id,
    argMinIf(spans.user_id, {_CALL}, spans.user_id != '') AS user_id,
    countIf(parent_span_id = '') = 0 AS root_is_missing,
    argMin({_KEY}, {_FIRST}) AS head_key,
    argMinIf({_KEY}, {_CALL}, is_model_call) AS first_call,
    argMaxIf({_KEY}, {_LAST_CALL}, is_model_call) AS last_call
FROM spans
WHERE project_id = {{project_id:String}} AND trace_id IN {{trace_ids:Array(String)}}
GROUP BY trace_id
"""


def summarise(reader: Reader, project_id: str, trace_ids: Sequence[str]) -> dict[str, TraceSummary]:
    """Summarise traces over all their spans.

    Args:
        reader: Where to look.
        project_id: Project of the traces.
        trace_ids: Up to some thousand ids; unknown ones are left out.

    Returns:
        Summaries by trace id, in no order.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    rows = summary_rows(reader, project_id, trace_ids)
    texts = span_texts(reader, project_id, {key for row in rows for key in speakers(row)})
    return {row["trace_id"]: summary(row, texts) for row in rows}


def summary_rows(reader: Reader, project_id: str, trace_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Read what `summary` needs of traces but for their texts, in no order; raises as summarise."""
    if not trace_ids:
        return []
    return reader.query(_SUMMARIES, {"project_id": project_id, "trace_ids": list(trace_ids)}, INDEX_FIRST).to_pylist()


def figures_of(spans: Sequence[SpanRow]) -> TraceFigures:
    """Count what a trace took of which all spans are at hand, at least one; the same as `summarise` says."""
    in_order = sorted(spans, key=lambda span: (span.start_ns, span.span_id))
    head = min(in_order, key=lambda span: span.parent_span_id != "")
    calls = [span for span in in_order if span.is_model_call]
    return TraceFigures(
        trace_id=head.trace_id,
        start_ns=in_order[0].start_ns,
        duration_ns=max(0, max(map(_end_ns, in_order)) - in_order[0].start_ns),
        name=head.name,
        service_name=head.service_name,
        environment=head.environment,
        release=head.release,
        span_count=len(in_order),
        error_count=sum(span.status_code == "error" for span in in_order),
        model_call_count=len(calls),
        models=sorted({span.model for span in calls if span.model})[:MAX_MODELS],
        input_tokens=_sum(span.input_tokens for span in calls),
        output_tokens=_sum(span.output_tokens for span in calls),
        cost_usd=_sum(span.cost_usd for span in calls),
        unpriced_count=sum(_is_unpriced(span) for span in calls),
        time_to_first_token_ns=_first(span.time_to_first_token_ns for span in calls),
        session_id=_first(span.session_id or None for span in in_order) or "",
        user_id=_first(span.user_id or None for span in in_order) or "",
        root_is_missing=all(span.parent_span_id for span in in_order),
    )


def _end_ns(span: SpanRow) -> int:
    return span.start_ns + span.duration_ns


def _is_unpriced(span: SpanRow) -> bool:
    return span.cost_usd is None and not (span.input_tokens is None and span.output_tokens is None)


def _sum(values: Iterable[Number | None]) -> Number | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _first(values: Iterable[Value | None]) -> Value | None:
    return next((value for value in values if value is not None), None)


def speakers(row: dict[str, Any]) -> list[SpanKey]:
    """The spans whose texts may stand for the trace: its root, its first model call and its last good one."""
    keys = [tuple(row[name].values()) for name in ("head_key", "first_call", "last_call")]
    return [SpanKey(row["trace_id"], span_id, start_ns) for span_id, start_ns in keys if span_id]


def summary(row: dict[str, Any], texts: dict[tuple[str, str], Texts]) -> TraceSummary:
    """Make the summary of a trace of what was read of it, and of the texts of its `speakers`."""
    said = [texts.get((row["trace_id"], key.span_id), Texts()) for key in speakers(row)]
    name, service_name, environment, release = row["head"].values()
    plain = ("trace_id", "start_ns", "span_count", "error_count", "model_call_count", "models", "input_tokens",
             "output_tokens", "cost_usd", "unpriced_count", "time_to_first_token_ns", "session_id", "user_id")  # fmt: skip
    return TraceSummary(
        **{column: row[column] for column in plain},
        duration_ns=max(0, row["end_ns"] - row["start_ns"]),
        name=name,
        service_name=service_name,
        environment=environment,
        release=release,
        root_is_missing=bool(row["root_is_missing"]),
        input_preview=input_preview(next((text.input for text in said if text.input), "")),
        output_preview=output_preview(
            next((text.output for text in [*said[:1], *reversed(said[1:])] if text.output), "")
        ),
    )
