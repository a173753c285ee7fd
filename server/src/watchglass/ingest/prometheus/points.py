"""The samples of a family gathered to points: a number each, or all that belong to one histogram or summary."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from watchglass.ingest.prometheus.families import Exemplar, Family, Sample

Labels = Mapping[str, str]


@dataclass(slots=True)
class NumberPoint:
    """A gauge's or a counter's point.

    Attributes:
        labels: Of the series.
        value: Index of its sample.
        start: Index of the sample that says when the series began, -1 when none does.
        exemplars: Observations behind it.
    """

    labels: Labels
    value: int
    start: int = -1
    exemplars: tuple[Exemplar, ...] = ()


@dataclass(slots=True)
class HistogramPoint:
    """A histogram's point, from many samples.

    Attributes:
        labels: Of the series, without `le`.
        count: Index of the sample that counts all observations, -1 when the bucket of infinity does.
        total: Index of the sample that sums them up, -1 when none does.
        buckets: Index of the sample of each upper bound, which counts all up to it.
        start: Index of the sample that says when the series began, -1 when none does.
        exemplars: Observations behind it.
    """

    labels: Labels
    count: int = -1
    total: int = -1
    buckets: dict[float, int] = field(default_factory=dict)
    start: int = -1
    exemplars: tuple[Exemplar, ...] = ()

    def ordered(self) -> tuple[list[float], list[int]]:
        """Its finite bounds, ascending, and the index of the cumulative count of each bucket, the last one's included."""
        bounds = sorted(bound for bound in self.buckets if bound < math.inf)
        last = self.buckets.get(math.inf, self.count)
        return bounds, [*(self.buckets[bound] for bound in bounds), last]


@dataclass(slots=True)
class SummaryPoint:
    """A summary's point, from many samples.

    Attributes:
        labels: Of the series, without `quantile`.
        count: Index of the sample that counts all observations, -1 when none does.
        total: Index of the sample that sums them up, -1 when none does.
        quantiles: Index of the sample of each quantile, 0 to 1.
        start: Index of the sample that says when the series began, -1 when none does.
    """

    labels: Labels
    count: int = -1
    total: int = -1
    quantiles: dict[float, int] = field(default_factory=dict)
    start: int = -1


Point = NumberPoint | HistogramPoint | SummaryPoint


@dataclass(frozen=True, slots=True)
class Gathered:
    """Points of one name.

    Attributes:
        name: Name of the metric.
        kind: gauge, sum, histogram or summary, as OTLP has them.
        points: Its points.
    """

    name: str
    kind: str
    points: list[Point]


def gather(family: Family, first: int) -> list[Gathered]:
    """Gather the samples of a family, of which the first has the index `first`, to points.

    A sample that its type has no place for (`x_bucket` without a readable `le`) is a metric of its own.
    """
    return GATHERERS.get(family.type, _numbers)(family, first)


def _numbers(family: Family, first: int) -> list[Gathered]:
    kind = "sum" if family.type == "counter" else "gauge"
    starts: dict[tuple[tuple[str, str], ...], int] = {}
    if kind == "sum":
        created = f"{family.name}_created"
        starts = {_key(it.labels): first + place for place, it in enumerate(family.samples) if it.name == created}
    by_name: dict[str, list[Point]] = {}
    for place, sample in enumerate(family.samples):
        if kind == "sum" and sample.name == f"{family.name}_created":
            continue
        start = starts.get(_key(sample.labels), -1) if starts else -1
        by_name.setdefault(sample.name, []).append(NumberPoint(sample.labels, first + place, start, sample.exemplars))
    return [Gathered(name, kind, points) for name, points in by_name.items()]


def _histograms(family: Family, first: int) -> list[Gathered]:
    points: dict[tuple[tuple[str, str], ...], HistogramPoint] = {}
    odd: list[tuple[int, Sample]] = []
    for place, sample in enumerate(family.samples):
        bound = _number(sample.labels.get("le", ""))
        labels = {name: value for name, value in sample.labels.items() if name != "le"}
        part = sample.name.removeprefix(family.name)
        if part not in ("_bucket", "_count", "_sum", "_created") or (part == "_bucket" and bound is None):
            odd.append((first + place, sample))
            continue
        point = points.setdefault(_key(labels), HistogramPoint(labels))
        if part == "_bucket" and bound is not None:
            point.buckets[bound] = first + place
            point.exemplars += sample.exemplars
        elif part == "_count":
            point.count = first + place
        elif part == "_sum":
            point.total = first + place
        else:
            point.start = first + place
    whole = [point for point in points.values() if point.count >= 0 or math.inf in point.buckets]
    torn = [index for point in points.values() if point not in whole for index in (point.total, *point.buckets.values()) if index >= 0]
    odd += [(index, family.samples[index - first]) for index in torn]
    return _with_odd(Gathered(family.name, "histogram", list(whole)), odd)


def _summaries(family: Family, first: int) -> list[Gathered]:
    points: dict[tuple[tuple[str, str], ...], SummaryPoint] = {}
    odd: list[tuple[int, Sample]] = []
    for place, sample in enumerate(family.samples):
        quantile = _number(sample.labels.get("quantile", ""))
        labels = {name: value for name, value in sample.labels.items() if name != "quantile"}
        part = sample.name.removeprefix(family.name)
        if part not in ("", "_count", "_sum", "_created") or (part == "" and quantile is None):
            odd.append((first + place, sample))
            continue
        point = points.setdefault(_key(labels), SummaryPoint(labels))
        if part == "" and quantile is not None:
            point.quantiles[quantile] = first + place
        elif part == "_count":
            point.count = first + place
        elif part == "_sum":
            point.total = first + place
        else:
            point.start = first + place
    return _with_odd(Gathered(family.name, "summary", list(points.values())), odd)


GATHERERS: Mapping[str, Callable[[Family, int], list[Gathered]]] = {"histogram": _histograms, "summary": _summaries}
"""By type of family; the samples of all other types are numbers."""


def _with_odd(gathered: Gathered, odd: list[tuple[int, Sample]]) -> list[Gathered]:
    by_name: dict[str, list[Point]] = {}
    for index, sample in odd:
        by_name.setdefault(sample.name, []).append(NumberPoint(sample.labels, index, -1, sample.exemplars))
    rest = [Gathered(name, "sum", points) for name, points in by_name.items()]
    return [gathered, *rest] if gathered.points else rest


def _key(labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
