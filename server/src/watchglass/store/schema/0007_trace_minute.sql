-- What each trace came to, a minute, by the session and the user that its spans say: sessions and users are listed, sorted and
-- counted from here without reading spans. A row stands for the spans of one minute of a trace that say the same session and
-- user; where they say none its hash is 0, and they belong to whom the trace's other rows name (query/owned.py).
-- Hashes, as to group millions of rows by 64 bits takes a third of the time that text takes.
-- Not partitioned, for the same reason as usage_minute. The rows of one session or user lie far apart, so that reading them is
-- mostly unpacking what lies beside them: granules are small, and LZ4.
CREATE TABLE IF NOT EXISTS {database}.trace_minute {on_cluster}
(
    project_id LowCardinality(String),
    time DateTime('UTC'),
    trace_hash UInt64,
    session_hash UInt64,
    user_hash UInt64,
    session_id SimpleAggregateFunction(any, String),
    user_id SimpleAggregateFunction(any, String),
    first_ns SimpleAggregateFunction(min, Int64),
    last_ns SimpleAggregateFunction(max, Int64),
    first_call_ns SimpleAggregateFunction(min, Int64),
    span_count SimpleAggregateFunction(sum, UInt64),
    error_count SimpleAggregateFunction(sum, UInt64),
    model_call_count SimpleAggregateFunction(sum, UInt64),
    tokens SimpleAggregateFunction(sum, UInt64),
    input_tokens SimpleAggregateFunction(sum, Nullable(UInt64)),
    output_tokens SimpleAggregateFunction(sum, Nullable(UInt64)),
    cost_usd SimpleAggregateFunction(sum, Nullable(Float64)),
    unpriced_count SimpleAggregateFunction(sum, UInt64),
    last_received_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    INDEX session_bloom session_hash TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX user_bloom user_hash TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {engine:AggregatingMergeTree}
ORDER BY (project_id, time, trace_hash, session_hash, user_hash)
SETTINGS default_compression_codec = 'LZ4', index_granularity = 1024, min_bytes_for_wide_part = 536870912, materialize_ttl_recalculate_only = 1;

-- What is stored already, from the beginning where an earlier try was cut short.
TRUNCATE TABLE {database}.trace_minute {on_cluster};

INSERT INTO {database}.trace_minute
SELECT
    project_id, toStartOfMinute(start_time) AS time,
    cityHash64(trace_id) AS trace_hash,
    if(spans.session_id = '', 0, cityHash64(spans.session_id)) AS session_hash,
    if(spans.user_id = '', 0, cityHash64(spans.user_id)) AS user_hash,
    session_id, user_id,
    toUnixTimestamp64Nano(start_time) AS first_ns,
    first_ns AS last_ns,
    if(is_model_call, first_ns, 9223372036854775807) AS first_call_ns,
    toUInt64(1) AS span_count,
    toUInt64(status_code = 'error') AS error_count,
    toUInt64(is_model_call) AS model_call_count,
    if(is_model_call, ifNull(spans.input_tokens, 0) + ifNull(spans.output_tokens, 0), 0) AS tokens,
    if(is_model_call, spans.input_tokens, NULL) AS input_tokens,
    if(is_model_call, spans.output_tokens, NULL) AS output_tokens,
    if(is_model_call, spans.cost_usd, NULL) AS cost_usd,
    toUInt64(is_model_call AND spans.cost_usd IS NULL AND (spans.input_tokens IS NOT NULL OR spans.output_tokens IS NOT NULL)) AS unpriced_count,
    received_at AS last_received_at
FROM {database}.spans;

-- A row a span: the engine adds up those of one trace when it writes them, which costs less than adding them up here first.
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.trace_minute_view {on_cluster} TO {database}.trace_minute AS
SELECT
    project_id, toStartOfMinute(start_time) AS time,
    cityHash64(trace_id) AS trace_hash,
    if(spans.session_id = '', 0, cityHash64(spans.session_id)) AS session_hash,
    if(spans.user_id = '', 0, cityHash64(spans.user_id)) AS user_hash,
    session_id, user_id,
    toUnixTimestamp64Nano(start_time) AS first_ns,
    first_ns AS last_ns,
    if(is_model_call, first_ns, 9223372036854775807) AS first_call_ns,
    toUInt64(1) AS span_count,
    toUInt64(status_code = 'error') AS error_count,
    toUInt64(is_model_call) AS model_call_count,
    if(is_model_call, ifNull(spans.input_tokens, 0) + ifNull(spans.output_tokens, 0), 0) AS tokens,
    if(is_model_call, spans.input_tokens, NULL) AS input_tokens,
    if(is_model_call, spans.output_tokens, NULL) AS output_tokens,
    if(is_model_call, spans.cost_usd, NULL) AS cost_usd,
    toUInt64(is_model_call AND spans.cost_usd IS NULL AND (spans.input_tokens IS NOT NULL OR spans.output_tokens IS NOT NULL)) AS unpriced_count,
    received_at AS last_received_at
FROM {database}.spans;
