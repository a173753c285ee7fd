"""Lines in, measures out: numbers a bucket under the names of the table."""

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from watchglass.query.serving.directory import STALE_AFTER_NS, Key
from watchglass.query.serving.measures import Measure, Term, Way
from watchglass.query.serving.points import Floats, Line

Over = Callable[..., Floats]
"""Reduces columns, one each row, to one."""

_OVER: Mapping[str, Over] = {"avg": np.nanmean, "mean": np.nanmean, "max": np.nanmax}
"""How lines become one; what is not here adds up."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure over time.

    Attributes:
        measure: What it is.
        values: In each bucket, shape (n,), NaN where nothing is known.
        low: Least level in each bucket, as values where levels are not told apart.
        high: Largest level in each bucket, likewise.
        newest: Level of the last report in each bucket, likewise.
        report_count: How often it was reported in each bucket.
    """

    measure: Measure
    values: Floats
    low: Floats
    high: Floats
    newest: Floats
    report_count: Floats

    def last(self) -> float | None:
        """The newest number that is known, None for none."""
        known = np.flatnonzero(np.isfinite(self.newest))
        return float(self.newest[known[-1]]) if len(known) else None

    def held(self, interval_s: int) -> "Measured":
        """The same with each number held until the next report, for as long as a reporter may be silent.

        What was added in a bucket stays there alone.
        """
        if any(way.above[0].how == "added" and not way.below for way in self.measure.ways):
            return self
        at = hold(self.values, self.report_count, max(1, STALE_AFTER_NS // (interval_s * 10**9)))
        columns = (self.values, self.low, self.high, self.newest)
        values, low, high, newest = (np.where(at < 0, np.nan, it[np.maximum(at, 0)]) for it in columns)
        return Measured(self.measure, values, low, high, newest, self.report_count)


def hold(values: Floats, report_count: Floats, most: int) -> npt.NDArray[np.int64]:
    """For each bucket the last one at or before it with a report, -1 where that is more than `most` buckets ago."""
    places = np.arange(len(values))
    last = np.maximum.accumulate(np.where((report_count > 0) | np.isfinite(values), places, -1))
    return np.where(places - last <= most, last, -1)


def measure_all(measures: Sequence[Measure], lines: Iterable[Line]) -> list[Measured]:
    """Read each measure from lines that are of one server, machine or GPU.

    Where several reporters tell the same, as every probe on a machine does, the one that told most often is believed.
    """
    by_reporter: dict[Key, list[Line]] = defaultdict(list)
    for line in lines:
        by_reporter[line.reporter].append(line)
    found = []
    for measure in measures:
        told = [it for one in by_reporter.values() if (it := _measured(measure, one)) is not None]
        if told:
            found.append(max(told, key=lambda it: float(it.report_count.sum())))
    return found


def _measured(measure: Measure, lines: Sequence[Line]) -> Measured | None:
    by_metric: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_metric[line.metric].append(line)
    for way in measure.ways:
        read = _way(way, by_metric)
        if read is not None:
            values, low, high, newest, count = read
            return Measured(measure, values, low, high, newest, count)
    return None


def _way(way: Way, lines: Mapping[str, Sequence[Line]]) -> tuple[Floats, Floats, Floats, Floats, Floats] | None:
    above = [_term(term, lines) for term in way.above]
    below = [_term(term, lines) for term in way.below]
    known_above = [it for it in above if it is not None]
    if not known_above or any(it is None for it in below):
        return None
    values = _over(np.nansum, [it[0] for it in known_above])
    counts = np.max([it[1] for it in known_above], axis=0)
    if below:
        divisor = _over(np.nansum, [it[0] for it in below if it is not None])
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(divisor > 0, values / divisor, np.nan)
    if way.is_rest:
        values = 1 - values
    low, high, newest = values, values, values
    if len(way.above) == 1 and not below and not way.is_rest and (how := way.above[0].how) in ("sum", "avg", "max"):
        chosen = _chosen(way.above[0], lines)
        newest = _over(_OVER.get(how, np.nansum), [line.values[f"newest_{how}"] for line in chosen])
        if how != "sum":
            low = _over(np.nanmin, [line.values["low"] for line in chosen])
            high = _over(np.nanmax, [line.values["high"] for line in chosen])
    return values, low, high, newest, counts


def _term(term: Term, lines: Mapping[str, Sequence[Line]]) -> tuple[Floats, Floats] | None:
    chosen = _chosen(term, lines)
    if not chosen:
        return None
    over = _OVER.get(term.how, np.nansum)
    return _over(over, [line.values[term.how] for line in chosen]), np.max([line.report_count for line in chosen], axis=0)


def _chosen(term: Term, lines: Mapping[str, Sequence[Line]]) -> list[Line]:
    return [it for it in lines.get(term.metric, ()) if term.how in it.values and term.part in ("", it.part)]


def _over(reduce: Over, columns: Sequence[Floats]) -> Floats:
    """Reduce columns to one; a bucket of which no column knows anything stays unknown."""
    stacked = np.array(columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of buckets without a number, which are set right below
        reduced = reduce(stacked, axis=0)
    return np.where(np.isfinite(stacked).any(axis=0), reduced, np.nan)
