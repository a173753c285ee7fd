"""What given spans took in and gave out, as text; messages that came as log events stand in for a span's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import orjson

from watchglass.query.reader import Reader
from watchglass.query.sql import instant

WHOLE_BYTES = 1_000_000
"""Longer texts are not fetched whole for a preview, only their beginning."""

BEGINNING_CHARACTERS = 2_000
"""How much of them is."""


@dataclass(frozen=True, slots=True)
class SpanKey:
    """A span within its project.

    Attributes:
        trace_id: 32 hexadecimal digits.
        span_id: 16 hexadecimal digits.
        start_ns: Start, nanoseconds since 1970 UTC.
    """

    trace_id: str
    span_id: str
    start_ns: int


@dataclass(frozen=True, slots=True)
class Texts:
    """Attributes: messages as JSON or a step's value as sent; empty where there is none."""

    input: str = ""
    output: str = ""


def _beginning(text: str) -> str:
    return f"if(length({text}) <= {WHOLE_BYTES}, {text}, substringUTF8({text}, 1, {BEGINNING_CHARACTERS}))"


def _first_of(*columns: str) -> str:
    cases = ", ".join(f"{column} != '', {_beginning(column)}" for column in columns)
    return f"multiIf({cases}, '')"


# a set made by a subquery prunes by the primary key; an array of times would not
_INPUT = _first_of("input_messages", "input_value", "tool_call_arguments", "retrieval_query")
_OUTPUT = _first_of("output_messages", "output_value", "tool_call_result", "retrieval_documents")
_NONE = "''"
_SPANS = f"""
FROM spans
WHERE project_id = {{project_id:String}}
    AND start_time IN (SELECT {instant("arrayJoin({times:Array(Int64)})")})
    AND concat(trace_id, span_id) IN {{keys:Array(String)}}
"""

_LOGS = f"""
SELECT trace_id, span_id, {_beginning("input_messages")} AS input, {_beginning("output_messages")} AS output
FROM logs
WHERE project_id = {{project_id:String}} AND trace_id IN {{trace_ids:Array(String)}}
    AND concat(trace_id, span_id) IN {{keys:Array(String)}} AND (input_messages != '' OR output_messages != '')
ORDER BY time, observed_time
LIMIT 10000
"""


def span_texts(
    reader: Reader, project_id: str, spans: Iterable[SpanKey], *, with_output: bool = True
) -> dict[tuple[str, str], Texts]:
    """Fetch the texts of up to some hundred spans; without what they gave out it takes half the time.

    Returns:
        Texts by trace id and span id, of the spans that have any.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    wanted = list(spans)
    if not wanted:
        return {}
    rows = reader.query(
        f"SELECT trace_id, span_id, {_INPUT} AS input, {_OUTPUT if with_output else _NONE} AS output {_SPANS}",
        {
            "project_id": project_id,
            "times": sorted({span.start_ns for span in wanted}),
            "keys": [span.trace_id + span.span_id for span in wanted],
        },
    )
    texts: dict[tuple[str, str], Texts] = {}
    for row in rows.to_pylist():
        texts.setdefault((row["trace_id"], row["span_id"]), Texts(row["input"], row["output"]))
    lacking = [key for key, text in texts.items() if not text.input or (with_output and not text.output)]
    for key, text in _from_logs(reader, project_id, lacking).items():
        own = texts[key]
        texts[key] = replace(own, input=own.input or text.input, output=own.output or text.output)
    return {key: text for key, text in texts.items() if text != Texts()}


def _from_logs(reader: Reader, project_id: str, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Texts]:
    """Texts that log events carry for spans; each event may carry a part of the conversation."""
    if not keys:
        return {}
    rows = reader.query(
        _LOGS,
        {
            "project_id": project_id,
            "trace_ids": sorted({trace_id for trace_id, _ in keys}),
            "keys": [trace_id + span_id for trace_id, span_id in keys],
        },
    )
    parts: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for row in rows.to_pylist():
        inputs, outputs = parts.setdefault((row["trace_id"], row["span_id"]), ([], []))
        inputs.append(row["input"])
        outputs.append(row["output"])
    return {key: Texts(joined(inputs), joined(outputs)) for key, (inputs, outputs) in parts.items()}


def joined(texts: Iterable[str]) -> str:
    """Join JSON arrays of messages into one; of texts that are no arrays the first stands alone.

    >>> joined(['[{"role": "user"}]', '', '[{"role": "tool"}]'])
    '[{"role":"user"},{"role":"tool"}]'
    """
    given = list(dict.fromkeys(text for text in texts if text))
    if len(given) < 2:
        return given[0] if given else ""
    items = []
    for text in given:
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            return given[0]
        if not isinstance(value, list):
            return given[0]
        items += value
    return orjson.dumps(items).decode()
