"""Counts of model calls in Prometheus' text format 0.0.4 and in OpenMetrics 1.0.

Written by hand rather than by prometheus-client, which takes ten times as long for a page of ten thousand series.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from watchglass.prometheus.families import COUNTERS, ERRORS, OVERFLOW, TIMES, TOKEN_KINDS, TOKENS
from watchglass.prometheus.histogram import Histogram
from watchglass.prometheus.label_sets import escaped
from watchglass.prometheus.model_calls import Counts


def write(counts: Counts, project: str | None, is_openmetrics: bool) -> bytes:
    """Write the series of a project, or of all for None, without the mark of the end that OpenMetrics asks for."""
    numbers = [number for number, of in enumerate(counts.projects) if project in (None, of)]
    lines: list[str] = []
    for family in COUNTERS:
        values = getattr(counts, family.key).tolist()
        lines += _head(family.page_name, "counter", family.brief, is_openmetrics)
        lines += [f"{family.page_name}_total{{{counts.labels[number]}}} {values[number]!r}" for number in numbers]
    lines += _errors(counts, numbers, is_openmetrics)
    for family in TIMES:
        lines += _head(family.page_name, "histogram", family.brief, is_openmetrics)
        lines += _buckets(family.page_name, counts.histograms[family.key], ((at, counts.labels[at]) for at in numbers), is_openmetrics)
    lines += _head(TOKENS.page_name, "histogram", TOKENS.brief, is_openmetrics)
    for kind in TOKEN_KINDS:
        labelled = ((at, f'{counts.labels[at]},gen_ai_token_type="{kind}"') for at in numbers)
        lines += _buckets(TOKENS.page_name, counts.histograms[f"{kind}_tokens"], labelled, is_openmetrics)
    if project is None:
        lines += _head(OVERFLOW.page_name, "counter", OVERFLOW.brief, is_openmetrics)
        lines.append(f"{OVERFLOW.page_name}_total {counts.overflowed}")
    return ("\n".join(lines) + "\n").encode()


def _head(name: str, kind: str, brief: str, is_openmetrics: bool) -> list[str]:
    # the older format names a counter's family as its sample
    family = f"{name}_total" if kind == "counter" and not is_openmetrics else name
    return [f"# HELP {family} {brief}", f"# TYPE {family} {kind}"]


def _errors(counts: Counts, numbers: Iterable[int], is_openmetrics: bool) -> Iterator[str]:
    yield from _head(ERRORS.page_name, "counter", ERRORS.brief, is_openmetrics)
    shown = set(numbers)
    for (number, error_type), count in counts.errors.items():
        if number in shown:
            yield f'{ERRORS.page_name}_total{{{counts.labels[number]},error_type="{escaped(error_type)}"}} {count}'


def _buckets(
    name: str, histogram: Histogram, labelled: Iterable[tuple[int, str]], is_openmetrics: bool
) -> Iterator[str]:
    """The samples of each series that has observations."""
    ends = [*(f',le="{bound!r}"}} ' for bound in histogram.bounds.tolist()), ',le="+Inf"} ']
    cumulative = np.cumsum(histogram.counts, axis=1).tolist()
    sums = histogram.sums.tolist()
    held = histogram.exemplars
    for number, labels in labelled:
        if number >= len(sums) or not cumulative[number][-1]:
            continue
        start = f"{name}_bucket{{{labels}"
        rows = zip(ends, cumulative[number], strict=True)
        if is_openmetrics:
            seen = zip(held.trace_id[number].tolist(), held.value[number].tolist(), held.time_s[number].tolist(), strict=True)
            for (end, count), (trace_id, value, time_s) in zip(rows, seen, strict=True):
                mark = f' # {{trace_id="{trace_id.decode()}"}} {value!r} {time_s:.3f}' if trace_id else ""
                yield f"{start}{end}{count}{mark}"
        else:
            for end, count in rows:
                yield f"{start}{end}{count}"
        yield f"{name}_sum{{{labels}}} {sums[number]!r}"
        yield f"{name}_count{{{labels}}} {cumulative[number][-1]}"
