-- How sure a model was of its answer: tokens with their logprobs, where clients send them, and what follows from them.
-- Whole numbers of thousandths of a nat and dictionaries of tokens: 2 bytes a token, 15 with five alternatives each.
ALTER TABLE {database}.spans {on_cluster}
    ADD COLUMN IF NOT EXISTS perplexity Nullable(Float64) AFTER finish_reasons,
    ADD COLUMN IF NOT EXISTS mean_entropy_nats Nullable(Float64) AFTER perplexity,
    ADD COLUMN IF NOT EXISTS token_texts Array(LowCardinality(String)) AFTER mean_entropy_nats,
    ADD COLUMN IF NOT EXISTS token_surprisals_mnat Array(UInt16) AFTER token_texts,
    ADD COLUMN IF NOT EXISTS token_alternative_counts Array(UInt8) AFTER token_surprisals_mnat,
    ADD COLUMN IF NOT EXISTS token_alternatives Array(LowCardinality(String)) AFTER token_alternative_counts,
    ADD COLUMN IF NOT EXISTS token_alternative_surprisals_mnat Array(UInt16) AFTER token_alternatives;
