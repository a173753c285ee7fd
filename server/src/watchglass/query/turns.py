"""A session replayed: its traces as turns of a conversation, in the order in which they began, page by page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from watchglass.query.cursor import Walk
from watchglass.query.previews import cut, plain
from watchglass.query.reader import Reader
from watchglass.query.span_rows import SELECTED, SpanRow, span_rows
from watchglass.query.span_texts import SpanKey, Texts, span_texts
from watchglass.query.summaries import TraceSummary, speakers, summary, summary_rows
from watchglass.query.turn_messages import Message, said_in_turn
from watchglass.store.engine import Parameter

MAX_TOOLS = 20
"""Most tool calls of a turn that are told, the first."""

MAX_STEPS = 5000
"""Most spans that are looked at for the turns of a page."""

TOOL_CHARACTERS = 1000
"""Longest arguments and results of a tool."""

_TRACES = """
SELECT trace_id, toUnixTimestamp64Nano(min(spans.start_time)) AS start_ns
FROM spans
WHERE project_id = {{project_id:String}} AND session_id = {{session_id:String}} AND session_id != '' AND {visible}
GROUP BY trace_id
HAVING (start_ns, trace_id) > ({{after_ns:Int64}}, {{after_id:String}})
ORDER BY start_ns, trace_id
LIMIT {{limit:UInt32}}
"""

_STEPS = f"""
SELECT {SELECTED}
FROM spans
WHERE project_id = {{project_id:String}} AND trace_id IN {{trace_ids:Array(String)}}
    AND (is_model_call OR operation_name = 'execute_tool' OR parent_span_id = '' OR status_code = 'error')
ORDER BY spans.start_time, spans.span_id
LIMIT {MAX_STEPS}
"""


@dataclass(frozen=True, slots=True)
class ToolStep:
    """One run of a tool.

    Attributes:
        span_id: Its span.
        name: Tool.
        duration_ns: How long it ran.
        is_error: Whether it failed.
        arguments: What it was given, cut at TOOL_CHARACTERS.
        result: What it gave back, or why it failed, likewise.
    """

    span_id: str
    name: str
    duration_ns: int
    is_error: bool
    arguments: str
    result: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One trace of the session as a turn.

    Attributes:
        summary: What it took.
        messages: The user's words, calls of tools and their results as the model saw them, the answer.
        is_cut: Whether messages were cut.
        tools: Runs of tools, in order.
        error: What the first failed span says, empty when none failed.
    """

    summary: TraceSummary
    messages: list[Message]
    is_cut: bool
    tools: list[ToolStep]
    error: str


def list_turns(reader: Reader, walk: Walk, session_id: str, limit: int) -> tuple[list[Turn], str | None]:
    """Return the next `limit` turns of a session, whatever their time, and the cursor of the next page or None.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    project_id, visible = walk.scope.project_id, walk.visible("spans")
    after = (walk.after.time_ns, walk.after.key) if walk.after else (-1, "")
    asked: dict[str, Parameter] = {
        "project_id": project_id,
        "session_id": session_id,
        "after_ns": after[0],
        "after_id": after[1],
        "limit": limit + 1,
    }
    found = reader.query(_TRACES.format(visible=visible.text), {**asked, **visible.parameters}).to_pylist()
    trace_ids = [str(row["trace_id"]) for row in found[:limit]]
    if not trace_ids:
        return [], None
    summed = summary_rows(reader, project_id, trace_ids)
    rows = reader.query(_STEPS, {"project_id": project_id, "trace_ids": trace_ids})
    steps: dict[str, list[SpanRow]] = defaultdict(list)
    for step in span_rows(rows):
        steps[step.trace_id].append(step)
    keys = {_key(span) for spans in steps.values() for span in [*_speakers(spans), *_tools(spans)]}
    keys |= {key for row in summed for key in speakers(row)}
    texts = span_texts(reader, project_id, keys)
    summaries = {row["trace_id"]: summary(row, texts) for row in summed}
    turns = [_turn(summaries[it], steps[it], texts) for it in trace_ids if it in summaries]
    last = found[limit - 1] if len(found) > limit else None
    return turns, walk.cursor(last["start_ns"], last["trace_id"]) if last else None


def _key(span: SpanRow) -> SpanKey:
    return SpanKey(span.trace_id, span.span_id, span.start_ns)


def _speakers(spans: Sequence[SpanRow]) -> list[SpanRow]:
    """The spans that may hold the turn's words, the best first: the last good call, the first call, the root."""
    calls = [span for span in spans if span.is_model_call]
    ended = sorted(calls, key=lambda span: (span.status_code != "error", span.start_ns + span.duration_ns))
    roots = [span for span in spans if not span.parent_span_id]
    return [*ended[-1:], *calls[:1], *roots[:1]]


def _tools(spans: Sequence[SpanRow]) -> list[SpanRow]:
    return [span for span in spans if span.operation_name == "execute_tool"][:MAX_TOOLS]


def _turn(summary: TraceSummary, spans: Sequence[SpanRow], texts: dict[tuple[str, str], Texts]) -> Turn:
    said = [texts.get((span.trace_id, span.span_id), Texts()) for span in _speakers(spans)]
    input_text = next((text.input for text in said if text.input), "")
    output_text = next((text.output for text in said if text.output), "")
    messages, is_cut = said_in_turn(input_text, output_text)
    failed = [span for span in spans if span.status_code == "error"]
    # the deepest cause ends first
    first = min(failed, key=lambda span: span.start_ns + span.duration_ns, default=None)
    return Turn(
        summary=summary,
        messages=messages,
        is_cut=is_cut,
        tools=[_tool(span, texts.get((span.trace_id, span.span_id), Texts())) for span in _tools(spans)],
        error=(first.status_message or first.error_type or f"{first.name} failed") if first else "",
    )


def _tool(span: SpanRow, texts: Texts) -> ToolStep:
    is_error = span.status_code == "error"
    return ToolStep(
        span_id=span.span_id,
        name=span.tool_name or span.name,
        duration_ns=span.duration_ns,
        is_error=is_error,
        arguments=cut(texts.input, TOOL_CHARACTERS),
        result=cut(plain(texts.output) or (span.status_message if is_error else ""), TOOL_CHARACTERS),
    )
