-- Judgements of traces, spans and sessions: by people, by programs, and from gen_ai.evaluation.result events.
-- A score is stored once by its id. Who writes looks first; where two servers write the same id at the same time, or an
-- event comes again in another export, the rows have one sorting key and FINAL or a merge leaves one.
CREATE TABLE IF NOT EXISTS {database}.scores {on_cluster}
(
    score_id String,
    project_id LowCardinality(String),
    received_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    trace_id String,
    span_id String,
    session_id String,
    name LowCardinality(String),
    value Nullable(Float64),
    label String,
    comment String,
    source LowCardinality(String),
    author String,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX score_id_bloom score_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = {engine:ReplacingMergeTree}
PARTITION BY toDate(received_at)
ORDER BY (project_id, time, score_id)
SETTINGS default_compression_codec = 'ZSTD(1)', min_bytes_for_wide_part = 536870912, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.scores_of_spans {on_cluster} TO {database}.scores AS
WITH JSONExtract(event_attribute, 'gen_ai.evaluation.score.value', 'Nullable(Float64)') AS sent_value
SELECT
    lower(hex(sipHash128(spans.project_id, spans.trace_id, spans.span_id, event_time, event_attribute))) AS score_id,
    spans.project_id AS project_id,
    spans.received_at AS received_at,
    event_time AS time,
    spans.trace_id AS trace_id,
    spans.span_id AS span_id,
    spans.session_id AS session_id,
    JSONExtractString(event_attribute, 'gen_ai.evaluation.name') AS name,
    if(isFinite(sent_value), sent_value, NULL) AS value,
    JSONExtractString(event_attribute, 'gen_ai.evaluation.score.label') AS label,
    JSONExtractString(event_attribute, 'gen_ai.evaluation.explanation') AS comment,
    'evaluation' AS source,
    spans.service_name AS author
FROM {database}.spans
ARRAY JOIN spans.event_times AS event_time, spans.event_names AS event_name, spans.event_attributes AS event_attribute
WHERE has(spans.event_names, 'gen_ai.evaluation.result') AND event_name = 'gen_ai.evaluation.result';

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.scores_of_logs {on_cluster} TO {database}.scores AS
WITH
    multiIf(
        mapContains(logs.attributes_double, 'gen_ai.evaluation.score.value'), logs.attributes_double['gen_ai.evaluation.score.value'],
        mapContains(logs.attributes_int, 'gen_ai.evaluation.score.value'), toFloat64(logs.attributes_int['gen_ai.evaluation.score.value']),
        toFloat64OrNull(logs.attributes['gen_ai.evaluation.score.value'])) AS sent_value
SELECT
    lower(hex(sipHash128(logs.project_id, logs.trace_id, logs.span_id, logs.time, logs.body, logs.attributes, logs.attributes_int, logs.attributes_double))) AS score_id,
    logs.project_id AS project_id,
    logs.received_at AS received_at,
    logs.time AS time,
    logs.trace_id AS trace_id,
    logs.span_id AS span_id,
    if(logs.attributes['session.id'] != '', logs.attributes['session.id'], logs.attributes['gen_ai.conversation.id']) AS session_id,
    logs.attributes['gen_ai.evaluation.name'] AS name,
    if(isFinite(sent_value), sent_value, NULL) AS value,
    logs.attributes['gen_ai.evaluation.score.label'] AS label,
    logs.attributes['gen_ai.evaluation.explanation'] AS comment,
    'evaluation' AS source,
    logs.service_name AS author
FROM {database}.logs
WHERE logs.event_name = 'gen_ai.evaluation.result';
