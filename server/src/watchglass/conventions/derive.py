"""Columns that follow from others: which calls and steps they are, the model, and the times of tokens."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.columns import overlay
from watchglass.conventions.registry import Convention
from watchglass.conventions.span_rows import SpanRows

Conventions = Sequence[Convention]
ConventionOf = npt.NDArray[np.int8]


def derive_columns(
    spans: SpanRows, conventions: Conventions, convention_of: ConventionOf, columns: dict[str, pa.Array]
) -> None:
    """Add the derived columns to `columns`, in place."""
    _name_steps(columns)
    _time_first_tokens(spans, conventions, convention_of, columns)
    columns["is_model_call"] = pa.array(_model_calls(spans, conventions, convention_of, columns))
    answered, asked = columns.get("response_model"), columns.get("request_model")
    if answered is not None and asked is not None:
        columns["model"] = pc.coalesce(answered, asked)
    elif answered is not None or asked is not None:
        columns["model"] = answered if answered is not None else asked
    first, tokens = columns.get("time_to_first_token_ns"), columns.get("output_tokens")
    if first is not None and tokens is not None:
        columns["time_per_output_token_ns"] = _time_per_output_token(spans.duration_ns, first, tokens)


def _model_calls(
    spans: SpanRows, conventions: Conventions, convention_of: ConventionOf, columns: dict[str, pa.Array]
) -> npt.NDArray[np.bool_]:
    """Which rows are the call to a model: what a builder said, else by operation, shape (n,)."""
    row_count = spans.attributes.row_count
    is_call = np.zeros(row_count, dtype=bool)
    operation = columns.get("operation_name")
    if operation is not None:
        names, codes = _codes(operation)
        tokens = columns.get("input_tokens")
        for index in range(-1, len(conventions)):
            convention = conventions[max(index, 0)]
            called = np.array([name in convention.model_call_operations for name in names], dtype=bool)
            here = convention_of == index
            is_call[here] = called[codes[here]]
            if convention.usage_marks_call and here.any():
                in_doubt = here & np.array([name in convention.usage_marks_call for name in names], dtype=bool)[codes]
                is_call[in_doubt] &= _valid(tokens, row_count)[in_doubt]
    said = columns.get("is_model_call")
    if said is not None:
        is_call = pc.coalesce(said, pa.array(is_call)).to_numpy(zero_copy_only=False)
    return is_call


STEP_VALUES = (
    ("execute_tool", "input_value", "tool_call_arguments"),
    ("execute_tool", "output_value", "tool_call_result"),
    ("retrieval", "input_value", "retrieval_query"),
)
"""What the value of a step is called where the step has a word of its own for it: operation, column, that column."""


def _name_steps(columns: dict[str, pa.Array]) -> None:
    """Move the values of tools and retrievers into the columns that are theirs, where those do not say otherwise."""
    operation = columns.get("operation_name")
    if operation is None:
        return
    for step, source, target in STEP_VALUES:
        values = columns.get(source)
        if values is None:
            continue
        moves = pc.and_(pc.equal(operation, step).fill_null(False), values.is_valid())
        held = columns.get(target)
        if held is not None:
            moves = pc.and_(moves, pc.or_(held.is_null(), pc.equal(held, values).fill_null(False)))
        if not pc.any(moves).as_py():
            continue
        nothing = pa.scalar(None, pa.string())
        moved = pc.if_else(moves, values, nothing)
        columns[target] = moved if held is None else pc.coalesce(held, moved)
        columns[source] = pc.if_else(moves, nothing, values)


def _time_first_tokens(
    spans: SpanRows, conventions: Conventions, convention_of: ConventionOf, columns: dict[str, pa.Array]
) -> None:
    """Fill time_to_first_token_ns by the first chunk's event where no attribute said it; such spans are streams."""
    row_count = spans.attributes.row_count
    for index, convention in enumerate(conventions):
        marks = np.array([name in convention.first_token_events for name in spans.event_names], dtype=bool)
        if not marks.any():
            continue
        events = np.flatnonzero(marks[spans.event_code])
        rows, first = np.unique(spans.event_row[events], return_index=True)
        waited_ns = spans.event_time_ns[events[first]] - spans.start_time_ns[rows]
        kept = waited_ns >= 0
        if index != 0:
            kept &= convention_of[rows] == index
        if not kept.any():
            continue
        for field, values in (
            ("time_to_first_token_ns", pa.array(waited_ns[kept].astype(np.uint64))),
            ("is_streaming", pa.array(np.ones(int(kept.sum()), dtype=bool))),
        ):
            laid = overlay(None, field, rows[kept], values, row_count)
            said = columns.get(field)
            columns[field] = laid if said is None else pc.coalesce(said, laid)


def _valid(column: pa.Array | None, row_count: int) -> npt.NDArray[np.bool_]:
    if column is None:
        return np.zeros(row_count, dtype=bool)
    valid: npt.NDArray[np.bool_] = column.is_valid().to_numpy(zero_copy_only=False)
    return valid


def _codes(column: pa.Array) -> tuple[list[str], npt.NDArray[np.int64]]:
    encoded = column.fill_null("").dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)


def _time_per_output_token(
    duration_ns: npt.NDArray[np.int64], first: pa.UInt64Array, tokens: pa.UInt64Array
) -> pa.UInt64Array:
    """(duration - time to first token) / (output tokens - 1); null for fewer than two tokens."""
    first_ns = first.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64)
    count = tokens.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64)
    known = pc.and_(first.is_valid(), tokens.is_valid()).to_numpy(zero_copy_only=False)
    known &= (count >= 2) & (duration_ns >= first_ns)
    mean = np.where(known, (duration_ns - first_ns) / np.maximum(count - 1, 1), 0)
    return pa.array(mean.astype(np.uint64), mask=~known)
