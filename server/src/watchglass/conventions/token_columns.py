"""Fill the columns of tokens from attributes whose JSON holds their logprobs."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import FlatAttributes
from watchglass.conventions.columns import column_from_python, overlay
from watchglass.conventions.registry import Convention
from watchglass.conventions.token_logprobs import SIGNS, Tokens, take_tokens
from watchglass.conventions.uncertainty import entropies_nats, perplexity

RowMask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

MAX_TOKENS = 8192
"""Tokens kept of one answer; its perplexity and entropy are of all."""

MAX_MNAT = 2**16 - 1


def fill_tokens(
    attributes: FlatAttributes,
    positions: Mapping[str, Rows],
    conventions: Sequence[Convention],
    convention_of: npt.NDArray[np.int8],
    columns: dict[str, pa.Array],
    leftover: RowMask,
) -> None:
    """Read the tokens of model calls; of any span where the attribute is the base's, which holds nothing else.

    A column that has the attribute's text loses the tokens, which would be twenty times as long there.

    Args:
        attributes: Of all spans.
        positions: Where the entries of each key are.
        conventions: All conventions, the base first.
        convention_of: Position in `conventions` of each row's own one, -1 for none, shape (n,).
        columns: Filled so far, `is_model_call` among them; changed in place.
        leftover: Which attribute entries no column took, shape (entries,); changed in place.
    """
    read: dict[int, Tokens] = {}
    rest: dict[int, tuple[str, str]] = {}
    is_call = columns["is_model_call"].to_numpy(zero_copy_only=False)
    for index, convention in enumerate(conventions):
        for key in convention.logprobs:
            entries = positions.get(key)
            if entries is None:
                continue
            rows = attributes.row[entries]
            entries = entries[(convention_of[rows] == index) & is_call[rows]] if index else entries
            for entry in _holding(attributes, entries):
                row = int(attributes.row[entry])
                if row in read:
                    continue
                text = attributes.text[entry].as_py()
                tokens, without = _taken(text)
                if not len(tokens):
                    continue
                read[row] = tokens
                if index == 0:
                    leftover[entry] = False
                else:
                    rest[row] = (text, without)
    if read:
        _drop(rest, columns)
        _lay(read, columns, attributes.row_count)


def _holding(attributes: FlatAttributes, entries: Rows) -> list[int]:
    """Which of the entries hold tokens."""
    texts = attributes.text.take(pa.array(entries))
    found = [pc.match_substring(texts, sign).fill_null(False).to_numpy(zero_copy_only=False) for sign in SIGNS]
    held: list[int] = entries[np.logical_or.reduce(found)].tolist()
    return held


def _taken(text: str) -> tuple[Tokens, str]:
    """The tokens that JSON text holds, and the text without them."""
    try:
        answer = orjson.loads(text)
    except orjson.JSONDecodeError:
        return Tokens(), text
    tokens = take_tokens([answer])
    return tokens, orjson.dumps(answer).decode() if len(tokens) else text


def _drop(rest: Mapping[int, tuple[str, str]], columns: dict[str, pa.Array]) -> None:
    """Put the text without tokens where a column has the whole text."""
    column = columns.get("output_value")
    if column is None or not rest:
        return
    rows = [row for row, (text, _) in rest.items() if column[row].as_py() == text]
    values, kept_rows = column_from_python("output_value", {row: rest[row][1] for row in rows})
    columns["output_value"] = overlay(column, "output_value", kept_rows, values, len(column))


def _lay(read: Mapping[int, Tokens], columns: dict[str, pa.Array], row_count: int) -> None:
    """Lay the tokens over their columns, and perplexity and entropy where the client did not say them itself."""
    by_field: dict[str, dict[int, object]] = {}
    for row, tokens in read.items():
        for field, value in _columns_of(tokens).items():
            by_field.setdefault(field, {})[row] = value
    for field, by_row in by_field.items():
        values, rows = column_from_python(field, by_row)
        laid = overlay(None, field, rows, values, row_count)
        said = columns.get(field)
        columns[field] = laid if said is None else pc.coalesce(said, laid)


def _columns_of(tokens: Tokens) -> dict[str, object]:
    surprisals = -np.array(tokens.logprobs)
    counts = np.array([len(told) for told in tokens.alternatives])
    told = [pair for alternatives in tokens.alternatives for pair in alternatives]
    columns: dict[str, object] = {
        "perplexity": perplexity(surprisals),
        "token_texts": tokens.texts[:MAX_TOKENS],
        "token_surprisals_mnat": _mnat(surprisals[:MAX_TOKENS]),
    }
    if told:
        at = -np.array([logprob for _, logprob in told])
        kept = int(counts[:MAX_TOKENS].sum())
        columns["mean_entropy_nats"] = float(np.nanmean(entropies_nats(at, counts)))
        columns["token_alternative_counts"] = counts[:MAX_TOKENS].tolist()
        columns["token_alternatives"] = [text for text, _ in told[:kept]]
        columns["token_alternative_surprisals_mnat"] = _mnat(at[:kept])
    return columns


def _mnat(surprisals_nats: npt.NDArray[np.float64]) -> list[int]:
    thousandths: list[int] = np.minimum(np.round(surprisals_nats * 1000), MAX_MNAT).astype(np.uint16).tolist()
    return thousandths
