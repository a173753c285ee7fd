"""One call to a model, told of by several instrumentations: which of their spans counts.

A framework, the client under it and the client's own telemetry may each report the same call. Their spans lie within
one another in time, though not always below one another in the tree, since some never make their span the current one.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

REMEMBERED_CALLS = 50_000
"""Calls of earlier groups that are compared with: spans of one call may come in exports of their own."""
MOST_GROUPS = 64
"""Groups that are kept apart; more are joined into one."""
MOST_COMPARED = 32
"""Calls before and after a call, by their start, that it is compared with, so that a trace of any size takes its time."""
_NAMES = ("project_id", "trace_id", "scope_name", "operation_name", "request_model", "response_model", "response_id")


@dataclass(frozen=True, slots=True)
class _Call:
    """A span that may be the call; times in nanoseconds since 1970."""

    row: int
    scope_name: str
    operation_name: str
    models: tuple[str, ...]
    response_id: str
    start_ns: int
    end_ns: int
    has_messages: bool

    def repeats(self, other: "_Call") -> bool:
        """Whether both tell of the same call: one lies within the other, and nothing they say differs."""
        if self.scope_name == other.scope_name or self.operation_name != other.operation_name:
            return False
        if self.response_id and other.response_id and self.response_id != other.response_id:
            return False
        return self._fits_model_of(other) and (self._holds(other) or other._holds(self))

    def _holds(self, other: "_Call") -> bool:
        return self.start_ns <= other.start_ns and other.end_ns <= self.end_ns

    def _fits_model_of(self, other: "_Call") -> bool:
        """Whether the models fit: an alias begins as its dated name does."""
        if not self.models or not other.models:
            return True
        return any(a.startswith(b) or b.startswith(a) for a in self.models for b in other.models)


@dataclass(frozen=True, slots=True)
class _Group:
    """Calls of one group, and the instrumentations that told of them."""

    table: pa.Table
    scope_names: frozenset[str]

    def of_traces(self, other: "_Group") -> pa.Table:
        """The calls whose traces `other` has calls of."""
        return self.table.filter(pc.is_in(self.table["trace_id"], value_set=other.table["trace_id"].combine_chunks()))


class RepeatedCalls:
    """Settles which spans count as calls to a model; remembers the calls of the groups before. One thread at a time."""

    def __init__(self, remembered_calls: int = REMEMBERED_CALLS) -> None:
        """Remember the last `remembered_calls` calls, and up to MOST_GROUPS groups more."""
        self._limit = remembered_calls
        self._earlier: deque[_Group] = deque()

    def settle(self, columns: Mapping[str, pa.Array]) -> pa.BooleanArray:
        """Return `is_model_call` of a group of spans, with every call counted once.

        Args:
            columns: Span columns of one length: is_model_call, start_time, end_time, trace_id, project_id, scope_name,
                and what there is of operation_name, request_model, response_model, response_id, input_messages and
                output_messages.
        """
        is_call = columns["is_model_call"].fill_null(False)
        rows = np.flatnonzero(is_call.to_numpy(zero_copy_only=False))
        if not len(rows):
            return is_call
        calls = _group(_calls_table(columns, rows))
        lost = self._lost(calls)
        if lost:
            kept = np.ones(len(is_call), dtype=bool)
            kept[rows[lost]] = False
            is_call = pc.and_(is_call, pa.array(kept))
            calls = _group(calls.table.filter(pa.array(kept[rows])))
        self._remember(calls)
        return is_call

    def _lost(self, calls: _Group) -> list[int]:
        """Rows of `calls` that tell of a call which another span counts for."""
        if len({name for table in (*self._earlier, calls) for name in table.scope_names}) < 2:
            return []
        together = pa.concat_tables([*(earlier.of_traces(calls) for earlier in self._earlier), calls.table])
        first = len(together) - len(calls.table)
        lost = []
        traces = _rows_of_mixed_traces(together)
        calls_told = iter(_calls(together, [row for rows in traces for row in rows]))
        for rows in traces:
            told = list(islice(calls_told, len(rows)))
            # what was stored before stays as it was counted
            counted = sorted((call for call in told if call.row < first), key=_start)
            for call in _in_order(call for call in told if call.row >= first):
                place = bisect_left(counted, call.start_ns, key=_start)
                near = counted[max(0, place - MOST_COMPARED) : place + MOST_COMPARED]
                if any(call.repeats(other) for other in near):
                    lost.append(call.row - first)
                else:
                    counted.insert(place, call)
        return lost

    def _remember(self, calls: _Group) -> None:
        self._earlier.append(calls)
        if len(self._earlier) > MOST_GROUPS:
            joined = pa.concat_tables([each.table for each in self._earlier]).combine_chunks()
            self._earlier = deque([_group(joined.slice(max(0, len(joined) - self._limit)))])


def _group(table: pa.Table) -> _Group:
    return _Group(table, frozenset(pc.unique(table["scope_name"]).to_pylist()))


def _calls_table(columns: Mapping[str, pa.Array], rows: npt.NDArray[np.int64]) -> pa.Table:
    """What is compared of the given rows."""
    indices = pa.array(rows)
    names = {
        name: columns[name].take(indices).fill_null("") if name in columns else pa.repeat("", len(rows))
        for name in _NAMES
    }
    told = [
        pc.greater(pc.binary_length(columns[name].take(indices).fill_null("")), 0)
        for name in ("input_messages", "output_messages")
        if name in columns
    ]
    has_messages = pa.repeat(False, len(rows))
    for each in told:
        has_messages = pc.or_(has_messages, each)
    times = {name: columns[name].take(indices).cast(pa.int64()) for name in ("start_time", "end_time")}
    return pa.table({**names, **times, "has_messages": has_messages})


def _rows_of_mixed_traces(calls: pa.Table) -> list[list[int]]:
    """Rows of each trace in which more than one instrumentation tells of calls, ascending."""
    scopes = _codes(calls["scope_name"])
    if not len(scopes) or (scopes == scopes[0]).all():
        return []
    traces = _codes(pc.binary_join_element_wise(calls["project_id"], calls["trace_id"], " "))
    pairs = np.unique(np.stack([traces, scopes]), axis=1)
    mixed, scope_count = np.unique(pairs[0], return_counts=True)
    mixed = mixed[scope_count > 1]
    rows = np.flatnonzero(np.isin(traces, mixed))
    rows = rows[np.argsort(traces[rows], kind="stable")]
    bounds = np.flatnonzero(np.diff(traces[rows])) + 1
    return [part.tolist() for part in np.split(rows, bounds) if len(part)]


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    encoded = column.combine_chunks().dictionary_encode()
    codes: npt.NDArray[np.int64] = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _calls(table: pa.Table, rows: list[int]) -> Iterator[_Call]:
    """The given rows as records."""
    columns = table.take(pa.array(rows, pa.int64())).to_pydict()
    names = ("scope_name", "operation_name", "request_model", "response_model", "response_id", "start_time", "end_time")
    told = zip(rows, *(columns[name] for name in names), columns["has_messages"], strict=True)
    for row, scope, operation, asked, answered, response_id, start_ns, end_ns, has_messages in told:
        models = tuple(filter(None, (asked, answered)))
        yield _Call(row, scope, operation, models, response_id, start_ns, end_ns, has_messages)


def _start(call: _Call) -> int:
    return call.start_ns


def _in_order(calls: Iterable[_Call]) -> list[_Call]:
    """Those that count first: with messages, then the shorter; what holds another is never shorter."""
    return sorted(calls, key=lambda call: (not call.has_messages, call.end_ns - call.start_ns))
