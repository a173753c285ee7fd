"""The spans of an incident and of its baseline, read into arrays: which value of each dimension each has, and what it adds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from watchglass.analysis.explain.rows import TRACE_GROUPS, Both, Codes, Floats, Rows
from watchglass.errors import TooExpensive
from watchglass.query.conditions import condition
from watchglass.query.explain_numbers import Numbers
from watchglass.query.expr import EVERYTHING, Expr
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import both as and_both
from watchglass.query.sql import in_scope
from watchglass.query.stretches import count_by_time
from watchglass.query.usage_groups import Group
from watchglass.query.usage_slices import SAMPLED_SPANS, in_slices, with_slices
from watchglass.query.usage_source import Piece, Source

STATEMENTS = 4
"""What a sample is divided by, as usage divides it by its statements: two are read, and more is made of each span."""

MOST_ROWS = SAMPLED_SPANS // STATEMENTS
"""About how many spans of a stretch are read; of more, evenly spread slices of time."""

TRY_S = 0.3
"""How long all of a stretch that holds more spans may be looked through for those that fit, in seconds."""

FEW_ROWS = MOST_ROWS // 4
"""Where fewer fit, all of them are read; of more a sample has enough."""

AS_CODES = {"output_format_arrow_low_cardinality_as_dictionary": 1}


@dataclass(frozen=True, slots=True)
class Read:
    """What was read.

    Attributes:
        both: The spans of both stretches; of a percentile, `numerator` is the value itself.
        values: Text of each code of each dimension; the first is empty.
        start_ns: Start of each span of the range, shape (rows,).
        error_types: Code and texts of the class of error: of the range, of the baseline, and what the codes stand for.
        sampled_share: How much of the range was read, 0 to 1; None for all of it.
    """

    both: Both
    values: list[list[str]]
    start_ns: npt.NDArray[np.int64]
    error_types: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], list[str]]
    sampled_share: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is read of the spans.

    Attributes:
        expr: Which count.
        dimensions: What tells them apart.
        numbers: What they add.
        now_ns: The present, nanoseconds since 1970 UTC.
    """

    expr: Expr
    dimensions: Sequence[Group]
    numbers: Numbers
    now_ns: int


def read_both(reader: Reader, asked: Asked, now: Scope, before: Scope) -> Read:
    """Read the spans of the range and of the baseline.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    (table, share), (table_before, share_before) = (_read(reader, asked, scope) for scope in (now, before))
    names = [*(f"g{index}" for index in range(len(asked.dimensions))), "error_type"]
    coded = [_codes(table.column(name), table_before.column(name)) for name in names]
    *dimensions, error_type = coded
    lengths = (now.end_ns - now.start_ns) / (before.end_ns - before.start_ns)
    both = Both(
        now=_rows(table, [it[0] for it in dimensions]),
        before=_rows(table_before, [it[1] for it in dimensions]),
        sizes=tuple(len(it[2]) for it in dimensions),
        scale=lengths * share / share_before,
    )
    start_ns = table.column("start_ns").to_numpy()
    return Read(both, [it[2] for it in dimensions], start_ns, error_type, share if share < 1 else None)


def _read(reader: Reader, asked: Asked, scope: Scope) -> tuple[pa.Table, float]:
    """The spans of one stretch, and how much of it they are of."""
    source = Source((Piece("spans", scope.start_ns, scope.end_ns),), 0)
    span_count = sum(count for _, count in count_by_time(reader, scope, "spans"))
    sampled = with_slices(source, None, span_count, STATEMENTS)
    if not sampled.slices:
        return _select(reader, asked, scope, source, None), 1.0
    if asked.expr == EVERYTHING and asked.numbers.fits == "true":
        return _select(reader, asked, scope, sampled, None), sampled.sampled_share or 1.0
    trying = replace(reader, max_time_s=min(reader.max_time_s, TRY_S))
    try:
        # what fits may be few of many
        table = _select(trying, asked, scope, source, FEW_ROWS + 1)
        if table.num_rows <= FEW_ROWS:
            return table, 1.0
    except TooExpensive:
        pass
    return _select(reader, asked, scope, sampled, None), sampled.sampled_share or 1.0


def _select(reader: Reader, asked: Asked, scope: Scope, source: Source, most: int | None) -> pa.Table:
    within = in_scope(scope, "spans")
    if source.slices:
        within = and_both(within, in_slices(source.slices))
    fits = condition(asked.expr, "spans", asked.now_ns)
    keys = "".join(f"{group.sql.format(t='spans')} AS g{index}, " for index, group in enumerate(asked.dimensions))
    parameters = {**within.parameters, **fits.parameters}
    for group in asked.dimensions:
        parameters.update(group.parameters)
    return reader.query(
        f"SELECT {keys}spans.error_type AS error_type, toFloat64({asked.numbers.numerator}) AS numerator, "
        f"toFloat64({asked.numbers.denominator}) AS denominator, "
        f"toUInt8(cityHash64(spans.trace_id) % {TRACE_GROUPS}) AS trace_group, "
        "toUnixTimestamp64Nano(spans.start_time) AS start_ns "
        f"FROM spans WHERE {within.text} AND {fits.text} AND {asked.numbers.fits}{f' LIMIT {most}' if most else ''}",
        parameters,
        AS_CODES,
    )


def _rows(table: pa.Table, codes: list[npt.NDArray[np.int32]]) -> Rows:
    numerator: Floats = np.nan_to_num(table.column("numerator").to_numpy())
    stacked: Codes = np.stack(codes) if codes else np.zeros((0, len(numerator)), np.int32)
    return Rows(
        codes=stacked,
        numerator=numerator,
        denominator=table.column("denominator").to_numpy(),
        expected=np.zeros(len(numerator)),
        trace_group=table.column("trace_group").to_numpy(),
    )


def _codes(now: pa.ChunkedArray, before: pa.ChunkedArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], list[str]]:
    """The codes of both stretches, in one numbering of the values that occur, and the values; 0 is the empty one."""
    encoded = _encoded(pa.chunked_array([*now.chunks, *before.chunks], now.type))
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    used = np.flatnonzero(np.bincount(indices, minlength=len(encoded.dictionary)))
    texts = encoded.dictionary.take(pa.array(used)).to_pylist()
    numbers: dict[str, int] = {"": 0}
    of_dictionary = np.zeros(len(encoded.dictionary), np.int32)
    of_dictionary[used] = [numbers.setdefault(text or "", len(numbers)) for text in texts]
    codes = of_dictionary[indices]
    return codes[: len(now)], codes[len(now) :], list(numbers)


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """The column with one dictionary."""
    if pa.types.is_dictionary(column.type):
        encoded = column.unify_dictionaries().combine_chunks()
    else:
        encoded = column.combine_chunks().dictionary_encode()
    return encoded.fill_null("") if encoded.null_count else encoded
