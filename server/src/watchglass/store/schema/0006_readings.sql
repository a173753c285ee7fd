-- What each evaluation of a rule says of each series: the band, score and state that charts are overlaid with (store/readings.py).
-- A moment that is read again, as data came late, is a second row with one sorting key; FINAL or a merge leaves the last one.
CREATE TABLE IF NOT EXISTS {database}.readings {on_cluster}
(
    project_id LowCardinality(String),
    rule_id LowCardinality(String),
    fingerprint String,
    labels Map(LowCardinality(String), String),
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    value Nullable(Float64),
    threshold Nullable(Float64),
    lower Nullable(Float64),
    upper Nullable(Float64),
    expected Nullable(Float64),
    score Nullable(Float64),
    p_value Nullable(Float64),
    is_breached Nullable(Bool),
    state LowCardinality(String),
    note String
)
ENGINE = {engine:ReplacingMergeTree}
PARTITION BY toDate(received_at)
ORDER BY (project_id, rule_id, fingerprint, time)
SETTINGS default_compression_codec = 'ZSTD(1)', min_bytes_for_wide_part = 536870912, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1;
