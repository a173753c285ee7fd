"""The tokens of an answer, with how sure the model was of each."""

from dataclasses import dataclass

import numpy as np

from watchglass.conventions.uncertainty import entropies_nats
from watchglass.errors import NotFound
from watchglass.query.reader import Reader
from watchglass.query.trace import hex_id

NAT = 1000
"""Thousandths in a nat."""

_TOKENS = """
WITH arraySum(arraySlice(spans.token_alternative_counts, 1, {offset:UInt64})) AS told_before,
    arraySlice(spans.token_alternative_counts, {offset:UInt64} + 1, {limit:UInt64}) AS told
SELECT length(spans.token_texts) AS total, spans.perplexity AS perplexity, spans.mean_entropy_nats AS mean_entropy_nats,
    arraySlice(spans.token_texts, {offset:UInt64} + 1, {limit:UInt64}) AS texts,
    arraySlice(spans.token_surprisals_mnat, {offset:UInt64} + 1, {limit:UInt64}) AS surprisals,
    told AS counts,
    arraySlice(spans.token_alternatives, told_before + 1, arraySum(told)) AS alternatives,
    arraySlice(spans.token_alternative_surprisals_mnat, told_before + 1, arraySum(told)) AS alternative_surprisals
FROM spans
WHERE project_id = {project_id:String} AND trace_id = {trace_id:String} AND span_id = {span_id:String}
ORDER BY spans.start_time, spans.received_at, spans.batch_id
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A token that could have stood there: its text, and its surprisal in nats."""

    text: str
    surprisal_nats: float


@dataclass(frozen=True, slots=True)
class Token:
    """One token of an answer.

    Attributes:
        text: As the client sent it.
        surprisal_nats: Its negative logprob; 0 is certain.
        entropy_nats: Entropy of the choice at its place, a lower bound; None where no alternatives were sent.
        alternatives: The likeliest tokens at its place, itself perhaps among them, likeliest first.
    """

    text: str
    surprisal_nats: float
    entropy_nats: float | None
    alternatives: list[Alternative]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Some of the tokens of an answer.

    Attributes:
        total: How many are kept of the whole answer; 0 where its client sent no logprobs.
        perplexity: Of the whole answer; None where it is not known.
        mean_entropy_nats: Of the whole answer; None where it is not known.
        tokens: Those that were asked for, in order.
    """

    total: int
    perplexity: float | None
    mean_entropy_nats: float | None
    tokens: list[Token]


def find_tokens(reader: Reader, project_id: str, trace_id: str, span_id: str, offset: int, limit: int) -> Tokens:
    """Return `limit` tokens of a span's answer from the one at `offset` on, which is 0 for the first.

    Raises:
        InvalidInput: No such id can be; the field is `trace_id` or `span_id`.
        NotFound: The project has no such span.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    key = {
        "project_id": project_id,
        "trace_id": hex_id("trace_id", trace_id, 32),
        "span_id": hex_id("span_id", span_id, 16),
    }
    rows = reader.query(_TOKENS, {**key, "offset": offset, "limit": limit}).to_pylist()
    if not rows:
        raise NotFound(f"there is no span {span_id} of trace {trace_id} in this project")
    row = rows[0]
    others = [
        Alternative(text, at / NAT) for text, at in zip(row["alternatives"], row["alternative_surprisals"], strict=True)
    ]
    counts = row["counts"] or [0] * len(row["texts"])
    entropies = entropies_nats(np.array(row["alternative_surprisals"]) / NAT, np.array(counts, dtype=np.int64))
    ends = np.cumsum(counts).tolist()
    tokens = [
        Token(text, at / NAT, float(entropy) if count else None, others[end - count : end])
        for text, at, entropy, count, end in zip(row["texts"], row["surprisals"], entropies, counts, ends, strict=True)
    ]
    return Tokens(row["total"], row["perplexity"], row["mean_entropy_nats"], tokens)
