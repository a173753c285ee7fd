-- Spans: one row a span, canonical columns first, what no column took in the maps.
-- The text index sees JSON's \n, \r and \t as the white space that they stand for, else it would learn `nworld`.
-- Partitioned by arrival, so that one commit is one part and so is atomic: a crash keeps all of it or none.
CREATE TABLE IF NOT EXISTS {database}.spans {on_cluster}
(
    project_id LowCardinality(String),
    received_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    batch_id UInt64 CODEC(ZSTD(1)),
    trace_id String,
    span_id String,
    parent_span_id String,
    trace_state String,
    name LowCardinality(String),
    kind LowCardinality(String),
    start_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    end_time DateTime64(9, 'UTC'),
    duration_ns UInt64,
    status_code LowCardinality(String),
    status_message String,
    error_type LowCardinality(String),
    service_name LowCardinality(String),
    service_instance_id String,
    release LowCardinality(String),
    environment LowCardinality(String),
    host_name LowCardinality(String),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    convention LowCardinality(String),
    operation_name LowCardinality(String),
    is_model_call Bool,
    provider_name LowCardinality(String),
    request_model LowCardinality(String),
    response_model LowCardinality(String),
    model LowCardinality(String),
    response_id String,
    input_messages String,
    output_messages String,
    system_instructions String,
    tool_definitions String,
    input_value String,
    output_value String,
    tool_name LowCardinality(String),
    tool_call_id String,
    tool_call_arguments String,
    tool_call_result String,
    input_tokens Nullable(UInt64),
    output_tokens Nullable(UInt64),
    cache_read_input_tokens Nullable(UInt64),
    cache_creation_input_tokens Nullable(UInt64),
    reasoning_output_tokens Nullable(UInt64),
    audio_input_tokens Nullable(UInt64),
    audio_output_tokens Nullable(UInt64),
    time_to_first_token_ns Nullable(UInt64),
    time_per_output_token_ns Nullable(UInt64),
    is_streaming Bool,
    finish_reasons Array(LowCardinality(String)),
    request_temperature Nullable(Float64),
    request_top_p Nullable(Float64),
    request_top_k Nullable(Float64),
    request_max_tokens Nullable(UInt64),
    request_frequency_penalty Nullable(Float64),
    request_presence_penalty Nullable(Float64),
    request_seed Nullable(Int64),
    request_choice_count Nullable(UInt64),
    request_stop_sequences Array(String),
    session_id String,
    user_id String,
    prompt_name LowCardinality(String),
    prompt_version LowCardinality(String),
    agent_name LowCardinality(String),
    agent_id String,
    workflow_name LowCardinality(String),
    retrieval_query String,
    retrieval_documents String,
    embedding_dimensions Nullable(UInt64),
    tags Array(LowCardinality(String)),
    cost_usd Nullable(Float64),
    input_cost_usd Nullable(Float64),
    output_cost_usd Nullable(Float64),
    client_cost_usd Nullable(Float64),
    price_source LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    attributes_int Map(LowCardinality(String), Int64),
    attributes_double Map(LowCardinality(String), Float64),
    attributes_bool Map(LowCardinality(String), Bool),
    resource_attributes Map(LowCardinality(String), String),
    event_times Array(DateTime64(9, 'UTC')),
    event_names Array(LowCardinality(String)),
    event_attributes Array(String),
    links String,
    marks Array(LowCardinality(String)),
    -- a block that is read for nothing costs more than the index of thousands, so that few may be
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.0001) GRANULARITY 1,
    INDEX session_id_bloom session_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX user_id_bloom user_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX text_search {span_text} TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', preprocessor = lowerUTF8(replaceAll(replaceAll(replaceAll({span_text}, '\\n', ' '), '\\r', ' '), '\\t', ' ')))
)
ENGINE = {engine:MergeTree}
PARTITION BY toDate(received_at)
ORDER BY (project_id, start_time)
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    -- parts of one file up to half a gigabyte: a file a column cost a fifth of the ingest's CPU in the file system
    min_bytes_for_wide_part = 536870912,
    -- bounds what a merge of parts with very large rows holds: a few of these granules a part
    index_granularity_bytes = 4194304, max_parts_to_merge_at_once = 24,
    -- fewer and wider merges: each merge writes the text again and builds its index again
    merge_selector_base = 20,
    -- a day that is over becomes one part, so that no part of it stays without its text index
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1,
    merge_selector_enable_heuristic_to_lower_max_parts_to_merge_at_once = 0, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1;

-- The span's events, one row each.
CREATE VIEW IF NOT EXISTS {database}.span_events {on_cluster} AS
SELECT project_id, trace_id, span_id, service_name, start_time, event_time AS time, event_name AS name, event_attribute AS attributes
FROM {database}.spans
ARRAY JOIN event_times AS event_time, event_names AS event_name, event_attributes AS event_attribute;
