"""Model calls as metrics: counted batch by batch as they are committed, so that reading them costs nothing of the store."""

import threading
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.model.records import Signal
from watchglass.prometheus.histogram import Histogram
from watchglass.prometheus.label_sets import LABELS, MAX_VALUE_CHARACTERS, LabelSets

DURATION_BOUNDS_S = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
TOKEN_BOUNDS = tuple(float(4**power) for power in range(14))
FIRST_TOKEN_BOUNDS_S = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
OUTPUT_TOKEN_BOUNDS_S = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)
"""Upper bounds of the buckets: those that OpenTelemetry's conventions for generative AI advise for each."""

MAX_ERROR_TYPES = 10
"""Classes of error that a label set keeps apart; the others are `_OTHER`, OpenTelemetry's word for what has no name."""

OTHER_ERROR = "_OTHER"

_NEEDED = tuple({*LABELS.values(), "trace_id", "status_code", "error_type", "received_at", "duration_ns", "input_tokens",
                 "output_tokens", "time_to_first_token_ns", "time_per_output_token_ns", "cost_usd"})  # fmt: skip

_HISTOGRAMS = {
    "duration": (DURATION_BOUNDS_S, "duration_ns", 1e-9),
    "input_tokens": (TOKEN_BOUNDS, "input_tokens", 1.0),
    "output_tokens": (TOKEN_BOUNDS, "output_tokens", 1.0),
    "first_token": (FIRST_TOKEN_BOUNDS_S, "time_to_first_token_ns", 1e-9),
    "output_token": (OUTPUT_TOKEN_BOUNDS_S, "time_per_output_token_ns", 1e-9),
}
"""Bounds, the column, and what a value of it is multiplied with."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted so far; arrays have one entry a label set, shape (series,).

    Attributes:
        projects: Project of each.
        labels: Labels of each as they stand between the braces.
        attributes: The same under OpenTelemetry's names.
        requests: Calls.
        unpriced: Calls with tokens and no price.
        cost_usd: Cost of the priced calls.
        errors: Failed calls by label set and class of error.
        histograms: By the names of _HISTOGRAMS.
        overflowed: Calls that were counted in a series of overflow.
    """

    projects: list[str]
    labels: list[str]
    attributes: list[dict[str, str]]
    requests: npt.NDArray[np.int64]
    unpriced: npt.NDArray[np.int64]
    cost_usd: npt.NDArray[np.float64]
    errors: dict[tuple[int, str], int]
    histograms: dict[str, Histogram]
    overflowed: int


class ModelCalls:
    """Counts from the start of the process, as every counter of Prometheus does. Safe for many threads."""

    def __init__(self, max_label_sets: int) -> None:
        """Keep at most `max_label_sets` apart."""
        self._lock = threading.Lock()
        self._labels = LabelSets(max_label_sets)
        self._requests = np.zeros(0, np.int64)
        self._unpriced = np.zeros(0, np.int64)
        self._cost_usd = np.zeros(0)
        self._errors: Counter[tuple[int, str]] = Counter()
        self._error_types: Counter[int] = Counter()
        self._histograms = {name: Histogram(bounds) for name, (bounds, _, _) in _HISTOGRAMS.items()}
        self._overflowed = 0

    def stored(self, signal: Signal, batch: pa.RecordBatch) -> None:
        """Count the model calls of a batch that was committed; see telemetry.Telemetry.follow."""
        if signal is not Signal.TRACES or not batch.num_rows:
            return
        calls = batch.select(list(_NEEDED)).filter(batch.column("is_model_call"))
        if not calls.num_rows:
            return
        time_s = calls.column("received_at")[0].cast(pa.int64()).as_py() / 1000
        with self._lock:
            series, overflowed = self._labels.number(calls)
            self._overflowed += overflowed
            self._count(calls, series)
            for name, (_, column, factor) in _HISTOGRAMS.items():
                held = calls.column(column)
                known, traces = series, calls.column("trace_id")
                if held.null_count:
                    is_known = held.is_valid()
                    known, traces = series[is_known.to_numpy(zero_copy_only=False)], traces.filter(is_known)
                    held = held.drop_null()
                self._histograms[name].observe(known, held.to_numpy() * factor, traces, time_s)

    def counts(self) -> Counts:
        """Return what was counted so far; nothing that comes later changes it."""
        with self._lock:
            return Counts(
                projects=list(self._labels.projects),
                labels=list(self._labels.written),
                attributes=list(self._labels.attributes),
                requests=self._requests.copy(),
                unpriced=self._unpriced.copy(),
                cost_usd=self._cost_usd.copy(),
                errors=dict(self._errors),
                histograms={name: histogram.copy() for name, histogram in self._histograms.items()},
                overflowed=self._overflowed,
            )

    def _count(self, calls: pa.RecordBatch, series: npt.NDArray[np.int64]) -> None:
        count = len(self._labels)
        cost_usd = calls.column("cost_usd")
        has_tokens = pc.or_(calls.column("input_tokens").is_valid(), calls.column("output_tokens").is_valid())
        is_unpriced = pc.and_(cost_usd.is_null(), has_tokens).to_numpy(zero_copy_only=False)
        requests = np.bincount(series, minlength=count)
        unpriced = np.bincount(series[is_unpriced], minlength=count)
        costs = np.bincount(series, cost_usd.fill_null(0.0).to_numpy(), minlength=count)
        for name, added in (("_requests", requests), ("_unpriced", unpriced), ("_cost_usd", costs)):
            held = getattr(self, name)
            added[: len(held)] += held
            setattr(self, name, added)
        is_error = pc.equal(calls.column("status_code"), "error")
        if pc.any(is_error).as_py():
            types = calls.column("error_type").filter(is_error).to_pylist()
            failed = series[is_error.to_numpy(zero_copy_only=False)].tolist()
            for (number, error_type), count in Counter(zip(failed, types, strict=True)).items():
                self._count_error(number, (error_type or OTHER_ERROR)[:MAX_VALUE_CHARACTERS], count)

    def _count_error(self, number: int, error_type: str, count: int) -> None:
        if (number, error_type) not in self._errors and error_type != OTHER_ERROR:
            if self._error_types[number] >= MAX_ERROR_TYPES:
                error_type = OTHER_ERROR
            else:
                self._error_types[number] += 1
        self._errors[number, error_type] += count
