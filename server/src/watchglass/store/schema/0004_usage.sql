-- What dashboards read: usage a minute, and the same an hour, kept by views on insert.
-- Not partitioned, so that one commit is one part here too, whatever times its spans have; last_received_at says which
-- commits are counted, for the start after a crash (store/usage.py).
-- Times are counted by bucket, 16 to a doubling: bucket b is from 2^(b/16) - 1 to 2^((b+1)/16) - 1 ns. Such counts add up
-- as cheaply as sums, where merging a digest costs 10 us, and say a percentile to 2.2 % (query/measures.py). They are LZ4,
-- as unpacking ZSTD takes longer than adding them up.
CREATE TABLE IF NOT EXISTS {database}.usage_minute {on_cluster}
(
    project_id LowCardinality(String),
    time DateTime('UTC'),
    service_name LowCardinality(String),
    environment LowCardinality(String),
    release LowCardinality(String),
    operation_name LowCardinality(String),
    is_model_call Bool,
    provider_name LowCardinality(String),
    model LowCardinality(String),
    prompt_name LowCardinality(String),
    prompt_version LowCardinality(String),
    agent_name LowCardinality(String),
    tool_name LowCardinality(String),
    span_count SimpleAggregateFunction(sum, UInt64),
    error_count SimpleAggregateFunction(sum, UInt64),
    input_tokens SimpleAggregateFunction(sum, UInt64),
    output_tokens SimpleAggregateFunction(sum, UInt64),
    cache_read_input_tokens SimpleAggregateFunction(sum, UInt64),
    reasoning_output_tokens SimpleAggregateFunction(sum, UInt64),
    cost_usd SimpleAggregateFunction(sum, Float64),
    unpriced_count SimpleAggregateFunction(sum, UInt64),
    generation_ns SimpleAggregateFunction(sum, UInt64),
    duration_sum_ns SimpleAggregateFunction(sum, UInt64),
    duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(LZ4),
    time_to_first_token_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(LZ4),
    time_per_output_token_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(LZ4),
    last_received_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = {engine:AggregatingMergeTree}
ORDER BY (project_id, time, service_name, environment, release, operation_name, is_model_call, provider_name, model, prompt_name, prompt_version, agent_name, tool_name)
SETTINGS default_compression_codec = 'ZSTD(1)', min_bytes_for_wide_part = 536870912, materialize_ttl_recalculate_only = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.usage_minute_view {on_cluster} TO {database}.usage_minute AS
SELECT
    project_id, toStartOfMinute(start_time) AS time, service_name, environment, release, operation_name, is_model_call, provider_name, model, prompt_name, prompt_version, agent_name, tool_name,
    count() AS span_count,
    countIf(status_code = 'error') AS error_count,
    sumIf(ifNull(spans.input_tokens, 0), is_model_call) AS input_tokens,
    sumIf(ifNull(spans.output_tokens, 0), is_model_call) AS output_tokens,
    sumIf(ifNull(spans.cache_read_input_tokens, 0), is_model_call) AS cache_read_input_tokens,
    sumIf(ifNull(spans.reasoning_output_tokens, 0), is_model_call) AS reasoning_output_tokens,
    sumIf(ifNull(spans.cost_usd, 0), is_model_call) AS cost_usd,
    countIf(is_model_call AND spans.cost_usd IS NULL AND (spans.input_tokens IS NOT NULL OR spans.output_tokens IS NOT NULL)) AS unpriced_count,
    sumIf(duration_ns, is_model_call AND spans.output_tokens > 0) AS generation_ns,
    sum(duration_ns) AS duration_sum_ns,
    sumMap(map(toUInt16(log2(duration_ns + 1.) * 16), toUInt64(1))) AS duration_buckets,
    sumMapIf(map(toUInt16(log2(ifNull(time_to_first_token_ns, 0) + 1.) * 16), toUInt64(1)), time_to_first_token_ns IS NOT NULL) AS time_to_first_token_buckets,
    sumMapIf(map(toUInt16(log2(ifNull(time_per_output_token_ns, 0) + 1.) * 16), toUInt64(1)), time_per_output_token_ns IS NOT NULL) AS time_per_output_token_buckets,
    max(received_at) AS last_received_at
FROM {database}.spans
GROUP BY project_id, time, service_name, environment, release, operation_name, is_model_call, provider_name, model, prompt_name, prompt_version, agent_name, tool_name;

CREATE TABLE IF NOT EXISTS {database}.usage_hour {on_cluster}
(
    project_id LowCardinality(String),
    time DateTime('UTC'),
    service_name LowCardinality(String),
    environment LowCardinality(String),
    release LowCardinality(String),
    operation_name LowCardinality(String),
    is_model_call Bool,
    provider_name LowCardinality(String),
    model LowCardinality(String),
    prompt_name LowCardinality(String),
    prompt_version LowCardinality(String),
    agent_name LowCardinality(String),
    tool_name LowCardinality(String),
    span_count SimpleAggregateFunction(sum, UInt64),
    error_count SimpleAggregateFunction(sum, UInt64),
    input_tokens SimpleAggregateFunction(sum, UInt64),
    output_tokens SimpleAggregateFunction(sum, UInt64),
    cache_read_input_tokens SimpleAggregateFunction(sum, UInt64),
    reasoning_output_tokens SimpleAggregateFunction(sum, UInt64),
    cost_usd SimpleAggregateFunction(sum, Float64),
    unpriced_count SimpleAggregateFunction(sum, UInt64),
    generation_ns SimpleAggregateFunction(sum, UInt64),
    duration_sum_ns SimpleAggregateFunction(sum, UInt64),
    duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(LZ4),
    time_to_first_token_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(LZ4),
    time_per_output_token_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(LZ4),
    last_received_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = {engine:AggregatingMergeTree}
ORDER BY (project_id, time, service_name, environment, release, operation_name, is_model_call, provider_name, model, prompt_name, prompt_version, agent_name, tool_name)
SETTINGS default_compression_codec = 'ZSTD(1)', min_bytes_for_wide_part = 536870912, materialize_ttl_recalculate_only = 1;

-- The minutes' rows as they are: the engine adds up those of one hour when it writes them and when parts merge, which costs
-- a commit 4 ms less than adding them up here first.
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.usage_hour_view {on_cluster} TO {database}.usage_hour AS
SELECT
    project_id, toStartOfHour(usage_minute.time) AS time, service_name, environment, release, operation_name, is_model_call, provider_name, model, prompt_name, prompt_version, agent_name, tool_name,
    span_count, error_count, input_tokens, output_tokens, cache_read_input_tokens, reasoning_output_tokens, cost_usd,
    unpriced_count, generation_ns, duration_sum_ns, duration_buckets, time_to_first_token_buckets,
    time_per_output_token_buckets, last_received_at
FROM {database}.usage_minute;
