"""Counts of model calls as metric points, in the form of stored rows: what outlets send on. The one place that does."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from watchglass.model.arrow import default_column
from watchglass.model.fields import fields_of
from watchglass.prometheus.families import COUNTERS, ERRORS, OVERFLOW, TIMES, TOKEN_KINDS, TOKENS, Family
from watchglass.prometheus.histogram import Histogram
from watchglass.prometheus.model_calls import Counts

SERVICE = "watchglass"
Point = dict[str, Any]


def points(counts: Counts, project: str | None, instance: str, started_ns: int, now_ns: int) -> list[Point]:
    """Write what was counted since the start as cumulative points, labelled as the page for Prometheus has them.

    Args:
        counts: What was counted.
        project: Of this project; None for all.
        instance: Names the server that counted among others, as each counts what it took in itself.
        started_ns: When it began to count, nanoseconds since 1970 UTC.
        now_ns: The present.

    Returns:
        A dict each, with every column of metric_points; instants in nanoseconds. A histogram without observations is none.
    """
    common = {
        **_empty(), "project_id": project or "default", "temporality": "cumulative", "is_monotonic": True,
        "start_time": started_ns, "time": now_ns, "received_at": now_ns, "service_name": SERVICE,
        "service_instance_id": instance, "scope_name": SERVICE,
        "resource_attributes": {"service.name": SERVICE, "service.instance.id": instance},
    }  # fmt: skip
    numbers = [number for number, of in enumerate(counts.projects) if project in (None, of)]
    written = [*_sums(counts, numbers, project), *_histograms(counts, numbers)]
    return [{**common, **point} for point in written]


def _sums(counts: Counts, numbers: list[int], project: str | None) -> Iterator[Point]:
    for family in COUNTERS:
        values = getattr(counts, family.key).tolist()
        for number in numbers:
            yield _point(family, "sum", counts.attributes[number], value=float(values[number]))
    shown = set(numbers)
    for (number, error_type), count in counts.errors.items():
        if number in shown:
            yield _point(ERRORS, "sum", {**counts.attributes[number], "error.type": error_type}, value=float(count))
    if project is None:
        yield _point(OVERFLOW, "sum", {}, value=float(counts.overflowed))


def _histograms(counts: Counts, numbers: list[int]) -> Iterator[Point]:
    for family in TIMES:
        for number in numbers:
            yield from _histogram(family, counts.histograms[family.key], number, counts.attributes[number])
    for kind in TOKEN_KINDS:
        for number in numbers:
            attributes = {**counts.attributes[number], "gen_ai.token.type": kind}
            yield from _histogram(TOKENS, counts.histograms[f"{kind}_tokens"], number, attributes)


def _histogram(family: Family, histogram: Histogram, number: int, attributes: Mapping[str, str]) -> Iterator[Point]:
    if number >= len(histogram.sums) or not histogram.counts[number].any():
        return
    held = histogram.exemplars
    seen = [at for at, trace_id in enumerate(held.trace_id[number].tolist()) if trace_id]
    yield _point(
        family, "histogram", attributes,
        count=int(histogram.counts[number].sum()),
        sum=float(histogram.sums[number]),
        bucket_bounds=histogram.bounds.tolist(),
        bucket_counts=histogram.counts[number].tolist(),
        exemplar_times=[round(held.time_s[number, at] * 1e9) for at in seen],
        exemplar_values=[float(held.value[number, at]) for at in seen],
        exemplar_trace_ids=[held.trace_id[number, at].decode() for at in seen],
        exemplar_span_ids=[""] * len(seen),
        exemplar_attributes=[""] * len(seen),
    )  # fmt: skip


def _point(family: Family, kind: str, attributes: Mapping[str, str], **values: Any) -> Point:
    named = {"metric_name": family.name, "metric_type": kind, "unit": family.unit, "description": family.brief}
    return {**named, "attributes": dict(attributes), **values}


@cache
def _empty() -> Point:
    """What stands in every column that a point does not say."""
    empty: Point = {}
    for name, field in fields_of("metric_points").items():
        if field.type.startswith("Map("):
            empty[name] = {}
        else:
            empty[name] = 0 if field.type.startswith("DateTime") else default_column("metric_points", name, 1)[0].as_py()
    return empty
