"""Counts of model calls in Prometheus' text format 0.0.4 and in OpenMetrics 1.0.

Written by hand rather than by prometheus-client, which takes ten times as long for a page of ten thousand series.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from watchglass.prometheus.histogram import Histogram
from watchglass.prometheus.label_sets import escaped
from watchglass.prometheus.model_calls import Counts

_TIMES = (
    ("gen_ai_client_operation_duration_seconds", "Duration of calls to a model", "duration"),
    ("gen_ai_client_time_to_first_token_seconds", "From the start of a call to its first token", "first_token"),
    ("gen_ai_client_time_per_output_token_seconds", "Mean time of each output token after the first", "output_token"),
)
_COUNTERS = (
    ("gen_ai_client_requests", "Calls to a model", "requests"),
    ("gen_ai_client_unpriced_requests", "Calls with tokens whose model has no price", "unpriced"),
    ("gen_ai_client_cost_usd", "Cost of the priced calls in USD", "cost_usd"),
)
_ERRORS = ("gen_ai_client_errors", "Calls to a model that failed, by class of error")
_TOKENS = ("gen_ai_client_token_usage", "Tokens of a call, by input and output")
_OVERFLOW = (
    "watchglass_model_metrics_overflowed_requests",
    "Calls counted in a series of overflow, as there were too many label sets",
)


def write(counts: Counts, project: str | None, is_openmetrics: bool) -> bytes:
    """Write the series of a project, or of all for None, without the mark of the end that OpenMetrics asks for."""
    numbers = [number for number, of in enumerate(counts.projects) if project in (None, of)]
    lines: list[str] = []
    for name, brief, attribute in _COUNTERS:
        values = getattr(counts, attribute).tolist()
        lines += _head(name, "counter", brief, is_openmetrics)
        lines += [f"{name}_total{{{counts.labels[number]}}} {values[number]!r}" for number in numbers]
    lines += _errors(counts, numbers, is_openmetrics)
    for name, brief, key in _TIMES:
        lines += _head(name, "histogram", brief, is_openmetrics)
        lines += _buckets(name, counts.histograms[key], ((at, counts.labels[at]) for at in numbers), is_openmetrics)
    lines += _head(_TOKENS[0], "histogram", _TOKENS[1], is_openmetrics)
    for kind in ("input", "output"):
        labelled = ((at, f'{counts.labels[at]},gen_ai_token_type="{kind}"') for at in numbers)
        lines += _buckets(_TOKENS[0], counts.histograms[f"{kind}_tokens"], labelled, is_openmetrics)
    if project is None:
        lines += _head(_OVERFLOW[0], "counter", _OVERFLOW[1], is_openmetrics)
        lines.append(f"{_OVERFLOW[0]}_total {counts.overflowed}")
    return ("\n".join(lines) + "\n").encode()


def _head(name: str, kind: str, brief: str, is_openmetrics: bool) -> list[str]:
    # the older format names a counter's family as its sample
    family = f"{name}_total" if kind == "counter" and not is_openmetrics else name
    return [f"# HELP {family} {brief}", f"# TYPE {family} {kind}"]


def _errors(counts: Counts, numbers: Iterable[int], is_openmetrics: bool) -> Iterator[str]:
    yield from _head(_ERRORS[0], "counter", _ERRORS[1], is_openmetrics)
    shown = set(numbers)
    for (number, error_type), count in counts.errors.items():
        if number in shown:
            yield f'{_ERRORS[0]}_total{{{counts.labels[number]},error_type="{escaped(error_type)}"}} {count}'


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
