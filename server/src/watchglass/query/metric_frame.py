"""A metric as a panel shows it: a line a group and quantile, or a row with the latest value of each."""

import math
from dataclasses import replace

import numpy as np

from watchglass.query.frames import Frame, FrameColumn, Line, Number, group_name, in_words
from watchglass.query.metric_heatmap import HeatMap
from watchglass.query.metric_question import SeriesQuestion
from watchglass.query.metric_series import MetricSeries, MetricValues
from watchglass.query.metrics import Metric

_WORDS = {
    "avg": "Mean", "min": "Least", "max": "Greatest", "last": "Latest value", "sum": "Sum",
    "rate": "Rate a second", "increase": "Increase", "quantile": "Quantiles",
}  # fmt: skip


SPREAD = "; bounds differ, spread evenly within each bucket"
"""What is said where histograms of different bounds were put together."""


def heatmap_frame(question: SeriesQuestion, answer: HeatMap) -> Frame:
    """Turn a histogram over time into a frame: a line a bucket, the lowest first, of those from the first to the last that hold something."""
    counts = np.array(answer.counts, float).reshape(len(answer.times_ns), -1)
    used = np.flatnonzero(counts.sum(axis=0) > 0)
    rows = range(used[0], used[-1] + 1) if len(used) else range(0)
    words = in_words(f"Observations of {answer.metric.name} by bucket", [], question.interval_s) + (SPREAD if answer.is_spread else "")
    lines = [Line(_bucket_name(answer, row), {}, "", None, counts[:, row].tolist()) for row in rows]
    return Frame(words, interval_s=question.interval_s, times_ns=answer.times_ns, lines=lines, is_truncated=answer.left_out_count > 0)


def _bucket_name(answer: HeatMap, row: int) -> str:
    unit = f" {answer.metric.unit}" if answer.metric.unit not in ("", "1") else ""
    if math.isinf(answer.upper[row]):
        return f"> {answer.lower[row]:.4g}{unit}"
    return f"≤ {answer.upper[row]:.4g}{unit}"


def metric_frame(question: SeriesQuestion, answer: MetricSeries, *, has_rows: bool) -> Frame:
    """Turn a metric over time into a frame.

    Args:
        question: What was asked.
        answer: What came.
        has_rows: Whether rows are wanted, with the latest known value of each line, and not lines.
    """
    names = [group.name for group in question.groups]
    what = f"{_WORDS[answer.aggregation]} of {answer.metric.name}{', the latest' if has_rows else ''}"
    unit = _unit(answer.metric, answer.aggregation)
    said = Frame(in_words(what, names, question.interval_s) + (SPREAD if answer.is_spread else ""), is_truncated=answer.is_truncated)
    if has_rows:
        columns = [*(FrameColumn(name, "", is_number=False) for name in names), *_quantile_column(answer)]
        columns.append(FrameColumn("latest", unit, is_number=True))
        return replace(said, columns=columns, rows=[_row(line, names) for line in answer.series])
    lines = [
        Line(_name(line, answer.metric.name), line.group, unit, None, line.values) for line in answer.series
    ]
    return replace(said, interval_s=question.interval_s, times_ns=answer.times_ns, lines=lines)


def _unit(metric: Metric, aggregation: str) -> str:
    """The unit as reported, which a rate has a second of; a rate of a histogram counts observations."""
    reported = "" if metric.type not in ("gauge", "sum") and aggregation in ("rate", "increase") else metric.unit
    return f"{reported}/s" if aggregation == "rate" else reported


def _quantile_column(answer: MetricSeries) -> list[FrameColumn]:
    return [FrameColumn("quantile", "", is_number=False)] if answer.aggregation == "quantile" else []


def _row(line: MetricValues, names: list[str]) -> list[object]:
    quantile = [] if line.quantile is None else [_percentile(line.quantile)]
    return [*(group_name({name: line.group[name]}) for name in names), *quantile, _latest(line.values)]


def _latest(values: list[float | None]) -> Number:
    return next((value for value in reversed(values) if value is not None), None)


def _name(line: MetricValues, metric_name: str) -> str:
    words = [group_name(line.group), "" if line.quantile is None else _percentile(line.quantile)]
    return " · ".join(word for word in words if word) or metric_name


def _percentile(quantile: float) -> str:
    return f"p{quantile * 100:g}"
