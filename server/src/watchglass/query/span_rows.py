"""The columns of a span that lists and trees show, without its texts."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One span, its columns under their vocabulary names.

    Attributes:
        start_ns: Start, nanoseconds since 1970 UTC.
    """

    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    start_ns: int
    duration_ns: int
    status_code: str
    status_message: str
    error_type: str
    service_name: str
    environment: str
    release: str
    operation_name: str
    is_model_call: bool
    provider_name: str
    model: str
    tool_name: str
    agent_name: str
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    time_to_first_token_ns: int | None
    session_id: str
    user_id: str
    marks: list[str]


MESSAGE_CHARACTERS = 500
"""Characters of a status message that lists and trees show."""

_COLUMNS = [name for name in SpanRow.__slots__ if name not in ("start_ns", "status_message")]

UNPRICED = (
    "is_model_call AND spans.cost_usd IS NULL AND (spans.input_tokens IS NOT NULL OR spans.output_tokens IS NOT NULL)"
)
"""The condition that a model call has tokens and no price."""

SELECTED = (
    ", ".join(f"spans.{name} AS {name}" for name in _COLUMNS)
    + ", toUnixTimestamp64Nano(spans.start_time) AS start_ns"
    + f", substringUTF8(spans.status_message, 1, {MESSAGE_CHARACTERS}) AS status_message"
)
"""What a SELECT FROM spans names so that its rows become SpanRows."""


def span_rows(table: pa.Table) -> list[SpanRow]:
    """Build spans from rows of SELECTED; other columns are left out."""
    columns = [table.column(name).to_pylist() for name in SpanRow.__slots__]
    return [SpanRow(*values) for values in zip(*columns, strict=True)]
