"""What model calls cost: the user's overrides first, then the price list, at the time of each call."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.ingest import price_list, price_overrides
from watchglass.ingest.price_formula import CACHE_AUDIO_READ, CACHE_READ, COUNTS, INPUT, INPUT_AUDIO, Counts
from watchglass.ingest.price_schedule import Schedule, steps_in_force
from watchglass.store.control.prices import PriceOverride

COUNT_COLUMNS = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "reasoning_output_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
)
"""Span columns in the order of COUNTS; the last of COUNTS has none and is worked out."""

SOURCES = ("", price_list.SOURCE, price_overrides.SOURCE)
COST_COLUMNS = ("input_cost_usd", "output_cost_usd", "cost_usd")

MAX_SCHEDULES = 4096
"""Models (by project and provider) whose prices are kept at hand."""

MAX_NEW_SCHEDULES = 500
"""Most models that are looked up for one group, some tenths of a second's work. A client that brings more new ones at once
writes something else into the model's name; they stay unpriced, and the group does not wait."""

Label = tuple[str, str, str]
"""Project, provider and model of a call."""


class Pricer:
    """Prices groups of spans; see ingest.traces.Prices. One thread at a time."""

    def __init__(self, overrides: Callable[[], Sequence[PriceOverride]]) -> None:
        """Ask `overrides` once for each group; it returns the same object until something changes."""
        self._overrides = overrides
        self._ordered: list[PriceOverride] = []
        self._ordered_from: Sequence[PriceOverride] = ()
        self._schedules: dict[Label, Schedule] = {}

    def price(self, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """Price the model calls among spans.

        Args:
            columns: Span columns of one length: start_time, is_model_call, project_id, provider_name, model and those of
                COUNT_COLUMNS; one that is absent is all null.

        Returns:
            cost_usd, input_cost_usd, output_cost_usd (null where not priced) and price_source (empty there).
        """
        row_count = len(columns["start_time"])
        rows = _model_calls(columns)
        usd = np.full((row_count, 3), np.nan)
        source = np.zeros(row_count, dtype=np.int64)
        if len(rows):
            self._take_overrides()
            labels, label_of = _labels(columns, rows)
            # by label, so that each label's calls lie together
            order = np.argsort(label_of, kind="stable")
            rows, ends = rows[order], np.cumsum(np.bincount(label_of, minlength=len(labels)))
            usd[rows], source[rows] = self._price_sorted(labels, ends, _counts(columns, rows), _start_ns(columns, rows))
        is_null = np.isnan(usd)
        costs = {name: pa.array(usd[:, at], mask=is_null[:, at]) for at, name in enumerate(COST_COLUMNS)}
        return {**costs, "price_source": pa.array(SOURCES).take(pa.array(source))}

    def _price_sorted(
        self, labels: Sequence[Label], ends: npt.NDArray[np.int64], counts: Counts, start_ns: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Price calls sorted by label, label i's ending before `ends[i]`; USD (n, 3) and sources (n,)."""
        usd = np.full((len(start_ns), 3), np.nan)
        source = np.zeros(len(start_ns), dtype=np.int64)
        lookups_left, begin = MAX_NEW_SCHEDULES, 0
        for label, end in zip(labels, ends.tolist(), strict=True):
            calls = slice(begin, end)
            begin = end
            schedule = self._schedules.get(label)
            if schedule is None:
                if not lookups_left:
                    continue
                lookups_left -= 1
                schedule = self._look_up(label)
            if schedule:
                usd[calls], source[calls] = _price_label(schedule, counts.only(calls), start_ns[calls])
        return usd, source

    def _look_up(self, label: Label) -> Schedule:
        project_id, provider_name, model = label
        said = (it for it in self._ordered if price_overrides.matches(it, project_id, provider_name, model))
        schedule = price_list.find_schedule(provider_name, model) + tuple(price_overrides.step(it) for it in said)
        if len(self._schedules) >= MAX_SCHEDULES:
            self._schedules.clear()
        self._schedules[label] = schedule
        return schedule

    def _take_overrides(self) -> None:
        overrides = self._overrides()
        if overrides is not self._ordered_from:
            self._ordered_from = overrides
            self._ordered = sorted(overrides, key=price_overrides.precedence)
            self._schedules.clear()


def _price_label(
    schedule: Schedule, counts: Counts, start_ns: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """USD (n, 3), NaN where not priced, and sources (n,) of calls that share a schedule."""
    usd = np.full((len(start_ns), 3), np.nan)
    source = np.zeros(len(start_ns), dtype=np.int64)
    chosen = steps_in_force(schedule, start_ns)
    for position in np.unique(chosen[chosen >= 0]).tolist():
        step = schedule[position]
        rows = np.flatnonzero(chosen == position)
        step_usd, is_priced = step.formula.cost(counts.only(rows))
        usd[rows[is_priced]] = step_usd[is_priced]
        source[rows[is_priced]] = SOURCES.index(step.source)
    return usd, source


def _model_calls(columns: Mapping[str, pa.Array]) -> npt.NDArray[np.int64]:
    is_call = columns.get("is_model_call")
    if is_call is None:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(is_call.fill_null(False).to_numpy(zero_copy_only=False))


def _labels(columns: Mapping[str, pa.Array], rows: npt.NDArray[np.int64]) -> tuple[list[Label], npt.NDArray[np.int64]]:
    """The distinct labels of the calls at `rows`, and which of them each call has, shape (rows,)."""
    code = np.zeros(len(rows), dtype=np.int64)
    words: list[list[str]] = []
    for name in ("project_id", "provider_name", "model"):
        column = columns.get(name)
        texts = pa.repeat("", len(rows)) if column is None else column.take(pa.array(rows)).fill_null("")
        encoded = texts.dictionary_encode()
        words.append(encoded.dictionary.to_pylist())
        code = code * len(encoded.dictionary) + encoded.indices.to_numpy(zero_copy_only=False)
    distinct, label_of = np.unique(code, return_inverse=True)
    rest, model = np.divmod(distinct, len(words[2]))
    project, provider = np.divmod(rest, len(words[1]))
    places = zip(project.tolist(), provider.tolist(), model.tolist(), strict=True)
    return [(words[0][a], words[1][b], words[2][c]) for a, b, c in places], label_of


def _counts(columns: Mapping[str, pa.Array], rows: npt.NDArray[np.int64]) -> Counts:
    values = np.zeros((len(rows), len(COUNTS)))
    known = np.zeros((len(rows), len(COUNTS)), dtype=np.bool_)
    for at, name in enumerate(COUNT_COLUMNS):
        column = columns.get(name)
        if column is not None and column.null_count < len(column):
            numbers = pc.cast(column, pa.float64(), safe=False).fill_null(np.nan).to_numpy()[rows]
            known[:, at] = numbers >= 0  # not so for NaN
            values[:, at] = np.where(known[:, at], numbers, 0.0)
    # how much of the cached input was audio no convention says: as little as the other counts allow
    overlap = values[:, INPUT_AUDIO] + values[:, CACHE_READ] - values[:, INPUT]
    values[:, CACHE_AUDIO_READ] = np.maximum(overlap, 0.0)
    return Counts(values, known)


def _start_ns(columns: Mapping[str, pa.Array], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    column = columns["start_time"].cast(pa.timestamp("ns", tz="UTC")).cast(pa.int64())
    times: npt.NDArray[np.int64] = column.fill_null(0).to_numpy(zero_copy_only=False)
    return times[rows]
