"""Evaluation events of spans and logs as scores: added with the commit that brought them."""

import pyarrow as pa
import pyarrow.compute as pc

from watchglass.model.arrow import table_schema
from watchglass.store.engine import Engine

EVALUATION = "gen_ai.evaluation.result"
"""The event's name in OpenTelemetry's conventions for generative AI."""

_VALUE = "gen_ai.evaluation.score.value"

_OF_SPANS = f"""
WITH JSONExtract(event_attribute, '{_VALUE}', 'Nullable(Float64)') AS sent_value
SELECT
    lower(hex(sipHash128(project_id, trace_id, span_id, event_time, event_attribute))) AS score_id,
    project_id, received_at, event_time AS time, trace_id, span_id, session_id,
    JSONExtractString(event_attribute, 'gen_ai.evaluation.name') AS name,
    if(isFinite(sent_value), sent_value, NULL) AS value,
    JSONExtractString(event_attribute, 'gen_ai.evaluation.score.label') AS label,
    JSONExtractString(event_attribute, 'gen_ai.evaluation.explanation') AS comment,
    'evaluation' AS source,
    service_name AS author
FROM spans
ARRAY JOIN event_times AS event_time, event_names AS event_name, event_attributes AS event_attribute
WHERE received_at = fromUnixTimestamp64Milli({{received_at:Int64}}) AND event_name = '{EVALUATION}'
"""

_OF_LOGS = f"""
WITH multiIf(
    mapContains(attributes_double, '{_VALUE}'), attributes_double['{_VALUE}'],
    mapContains(attributes_int, '{_VALUE}'), toFloat64(attributes_int['{_VALUE}']),
    toFloat64OrNull(attributes['{_VALUE}'])) AS sent_value
SELECT
    lower(hex(sipHash128(project_id, trace_id, span_id, time, body, attributes, attributes_int, attributes_double))) AS score_id,
    project_id, received_at, time, trace_id, span_id,
    if(attributes['session.id'] != '', attributes['session.id'], attributes['gen_ai.conversation.id']) AS session_id,
    attributes['gen_ai.evaluation.name'] AS name,
    if(isFinite(sent_value), sent_value, NULL) AS value,
    attributes['gen_ai.evaluation.score.label'] AS label,
    attributes['gen_ai.evaluation.explanation'] AS comment,
    'evaluation' AS source,
    service_name AS author
FROM logs
WHERE received_at = fromUnixTimestamp64Milli({{received_at:Int64}}) AND event_name = '{EVALUATION}'
"""

_SELECTS = {"spans": _OF_SPANS, "logs": _OF_LOGS}
"""How each table's events read as scores. A view on insert would cost every commit milliseconds; few have evaluations."""


def has_evaluations(table: str, batch: pa.RecordBatch) -> bool:
    """Whether rows of `table` that are to be stored carry evaluation events."""
    if table == "spans":
        names = batch.column("event_names").flatten()
    elif table == "logs":
        names = batch.column("event_name")
    else:
        return False
    return bool(pc.any(pc.equal(names, EVALUATION)).as_py())


def add_evaluations(engine: Engine, table: str, received_at_ms: int) -> None:
    """Add the evaluation events of a commit to the scores, as far as they are not there; harmless when repeated.

    Args:
        engine: The store.
        table: Where the commit's rows are; only `spans` and `logs` have such events.
        received_at_ms: The commit's time, milliseconds since 1970.

    Raises:
        StoreError: The rows cannot be read, or the scores not written; it may be tried again.
    """
    if table not in _SELECTS:
        return
    columns = ", ".join(table_schema("scores").names)
    engine.execute(
        f"INSERT INTO scores ({columns}) SELECT {columns} FROM ({_SELECTS[table]}) WHERE (project_id, score_id) NOT IN "
        "(SELECT project_id, score_id FROM scores WHERE received_at = fromUnixTimestamp64Milli({received_at:Int64}))",
        {"received_at": received_at_ms},
    )
