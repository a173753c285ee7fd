-- Judgements of traces, spans and sessions: by people, by programs, and from gen_ai.evaluation.result events (store/scores.py).
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
