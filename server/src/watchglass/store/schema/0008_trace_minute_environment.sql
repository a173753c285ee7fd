-- The environment of each row, so that users and sessions can be counted by it. What is stored is written again with it.
ALTER TABLE {database}.trace_minute {on_cluster} ADD COLUMN IF NOT EXISTS environment SimpleAggregateFunction(any, String) AFTER user_id;

TRUNCATE TABLE {database}.trace_minute {on_cluster};

INSERT INTO {database}.trace_minute (project_id, time, trace_hash, session_hash, user_hash, session_id, user_id, environment, first_ns, last_ns, first_call_ns, span_count, error_count, model_call_count, tokens, input_tokens, output_tokens, cost_usd, unpriced_count, last_received_at)
SELECT
    project_id, toStartOfMinute(start_time) AS time,
    cityHash64(trace_id) AS trace_hash,
    if(spans.session_id = '', 0, cityHash64(spans.session_id)) AS session_hash,
    if(spans.user_id = '', 0, cityHash64(spans.user_id)) AS user_hash,
    session_id, user_id, environment,
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

ALTER TABLE {database}.trace_minute_view {on_cluster} MODIFY QUERY
SELECT
    project_id, toStartOfMinute(start_time) AS time,
    cityHash64(trace_id) AS trace_hash,
    if(spans.session_id = '', 0, cityHash64(spans.session_id)) AS session_hash,
    if(spans.user_id = '', 0, cityHash64(spans.user_id)) AS user_hash,
    session_id, user_id, environment,
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
