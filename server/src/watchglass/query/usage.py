"""Usage over time: counts, tokens, cost and latencies by bucket and group, from the rollups where they suffice."""

import math
from dataclasses import dataclass, replace
from typing import Any

from watchglass.errors import TooExpensive
from watchglass.query.expr import And
from watchglass.query.measures import MEASURES, Measure, read_measures
from watchglass.query.reader import Reader
from watchglass.query.usage_slices import with_slices
from watchglass.query.usage_source import SECOND_NS, Kept, Source, choose_source, is_in_rollups
from watchglass.query.usage_statements import Steps, UsageQuestion

TRY_S = 0.06
"""How long the exact answer may take before it is estimated, in seconds: indexes find what is rare within that."""

Number = int | float | None


@dataclass(frozen=True, slots=True)
class Series:
    """One group.

    Attributes:
        group: Value of each thing that is grouped by; empty for the rest and where nothing is grouped by.
        is_other: Whether it is the rest: all groups beyond the largest.
        total: Each measure over the whole range.
        values: Each measure in each bucket.
    """

    group: dict[str, str | float | bool | None]
    is_other: bool
    total: dict[str, Number]
    values: dict[str, list[Number]]


@dataclass(frozen=True, slots=True)
class Usage:
    """The answer.

    Attributes:
        source: What was read, and which range it covers.
        times_ns: Start of each bucket, nanoseconds since 1970 UTC; a multiple of the interval, so the first and the last
            bucket may lie partly outside of the range and are counted within it alone.
        series: The largest group first, the rest last.
    """

    source: Source
    times_ns: list[int]
    series: list[Series]


def measure_usage(reader: Reader, question: UsageQuestion, kept: Kept, now_ns: int) -> Usage:
    """Measure usage; with quick precision, estimate it from a part of the spans where reading all would take long.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    can_use_rollups = (
        is_in_rollups(question.expr)
        and all(group.is_dimension for group in question.groups)
        and all(measure.is_in_rollups for measure in question.measures)
    )
    source = choose_source(question.scope, question.interval_s, can_use_rollups=can_use_rollups, kept=kept)
    if question.precision == "exact" or source.name != "spans":
        return _measured(reader, question, source, now_ns)
    statements = 1 if _has_few_groups(question, source) else 2
    sampled = with_slices(source, question.interval_s, _count_spans(reader, question, kept, now_ns), statements)
    if not sampled.slices:
        return _measured(reader, question, source, now_ns)
    trying = replace(reader, max_time_s=min(reader.max_time_s, TRY_S / statements))
    try:
        return _measured(trying, question, source, now_ns)
    except TooExpensive:
        return _measured(reader, question, sampled, now_ns)


def _count_spans(reader: Reader, question: UsageQuestion, kept: Kept, now_ns: int) -> int:
    """How many spans the range holds, whatever is asked of them, from the rollups."""
    everything = UsageQuestion(question.scope, And(()), (), read_measures("span_count"), None, 1, "span_count")
    source = choose_source(question.scope, None, can_use_rollups=True, kept=kept)
    return int(_measured(reader, everything, source, now_ns).series[0].total["span_count"] or 0)


def _has_few_groups(question: UsageQuestion, source: Source) -> bool:
    """Whether all groups may be measured before it is known which are the largest: of spans there may be as many as spans."""
    return source.name != "spans" or all(group.is_dimension for group in question.groups)


def _measured(reader: Reader, question: UsageQuestion, source: Source, now_ns: int) -> Usage:
    steps = Steps(reader, question, source, now_ns)
    times_ns = _times(source, question.interval_s)
    rows = steps.measure_if_few(len(times_ns)) if _has_few_groups(question, source) else None
    if rows is None:
        largest = steps.largest_groups()
        rows = steps.measure(None if len(largest) <= question.limit else largest[: question.limit])
    return Usage(source, times_ns, _series(rows, question, times_ns, source.sampled_share or 1))


def _times(source: Source, interval_s: int | None) -> list[int]:
    if interval_s is None:
        return []
    step_ns = interval_s * SECOND_NS
    return list(range(source.start_ns // step_ns * step_ns, source.end_ns, step_ns))


def _series(rows: list[dict[str, Any]], question: UsageQuestion, times_ns: list[int], share: float) -> list[Series]:
    """Put rows into series, the one with the most first, the rest last; they are of a share of the spans."""
    found: dict[tuple[bool, tuple[str, ...]], Series] = {}
    size: dict[tuple[bool, tuple[str, ...]], float] = {}
    first = times_ns[0] // (SECOND_NS * question.interval_s) if question.interval_s and times_ns else 0
    for row in rows:
        key = (bool(row["is_other"]), tuple(row[f"g{index}"] for index in range(len(question.groups))))
        series = found.get(key) or found.setdefault(key, _empty(question, key[1], key[0], len(times_ns)))
        if row["is_total"]:
            size[key] = MEASURES[question.order_by].value(row) or 0
        for measure in question.measures:
            value = _number(measure.value(row), measure, share)
            if row["is_total"]:
                series.total[measure.name] = value
            else:
                series.values[measure.name][row["bucket"] - first] = value
    if not found and not question.groups:
        return [_empty(question, (), False, len(times_ns))]
    return [found[key] for key in sorted(found, key=lambda key: (key[0], -size[key], key[1]))]


def _empty(question: UsageQuestion, texts: tuple[str, ...], is_other: bool, points: int) -> Series:
    """A group of which nothing is known yet: sums are 0, the rest is unknown."""
    named = zip(question.groups, texts, strict=True)
    nothing = {it.name: (0 if it.is_integer else 0.0) if it.is_sum else None for it in question.measures}
    return Series(
        group={} if is_other else {group.name: group.value(text) for group, text in named},
        is_other=is_other,
        total=dict(nothing),
        values={name: [value] * points for name, value in nothing.items()} if question.interval_s else {},
    )


def _number(value: Number, measure: Measure, share: float) -> Number:
    if value is None or not math.isfinite(value):
        return None
    scaled = value / share if measure.is_sum and share < 1 else value
    return round(scaled) if measure.is_integer else float(scaled)
