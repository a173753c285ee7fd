-- Log records and events; the text index sees JSON's \n, \r and \t as the white space that they stand for.
CREATE TABLE IF NOT EXISTS {database}.logs {on_cluster}
(
    project_id LowCardinality(String),
    received_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    batch_id UInt64 CODEC(ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    observed_time DateTime64(9, 'UTC'),
    trace_id String,
    span_id String,
    severity_number UInt8,
    severity_text LowCardinality(String),
    body String,
    event_name LowCardinality(String),
    service_name LowCardinality(String),
    service_instance_id String,
    release LowCardinality(String),
    environment LowCardinality(String),
    host_name LowCardinality(String),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    input_messages String,
    output_messages String,
    system_instructions String,
    attributes Map(LowCardinality(String), String),
    attributes_int Map(LowCardinality(String), Int64),
    attributes_double Map(LowCardinality(String), Float64),
    attributes_bool Map(LowCardinality(String), Bool),
    resource_attributes Map(LowCardinality(String), String),
    marks Array(LowCardinality(String)),
    -- a block that is read for nothing costs more than the index of thousands, so that few may be
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.0001) GRANULARITY 1,
    INDEX text_search {log_text} TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', preprocessor = lowerUTF8(replaceAll(replaceAll(replaceAll({log_text}, '\\n', ' '), '\\r', ' '), '\\t', ' ')))
)
ENGINE = {engine:MergeTree}
PARTITION BY toDate(received_at)
ORDER BY (project_id, time)
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    min_bytes_for_wide_part = 536870912,
    -- bounds what a merge of parts with very large rows holds: a few of these granules a part
    index_granularity_bytes = 4194304, max_parts_to_merge_at_once = 24,
    merge_selector_base = 20,
    -- a day that is over becomes one part, so that no part of it stays without its text index
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1,
    merge_selector_enable_heuristic_to_lower_max_parts_to_merge_at_once = 0, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1;
