"""What usage is measured in: each measure written once, over the rollups and over raw spans.

A question reads parts, which are rows with a partial of each aggregate: the rows of a rollup as they are, or spans that were
added up by bucket and group, so that each is read once. The parts are then merged into the measures, by bucket and also over
all buckets, so that a total is exact. What measures make of the merged partials is worked out here and not by the engine,
which plans every expression of every statement anew: that took longer than reading and merging a day.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from watchglass.errors import InvalidInput

Additive = Literal["span_count", "model_call_count", "error_count", "input_tokens", "output_tokens", "cost_usd"]
"""Measures by which groups can be the largest."""


@dataclass(frozen=True, slots=True)
class Partial:
    """An aggregate in parts that can be merged.

    Attributes:
        rollup: Of one row of a rollup; `{t}` stands for the table. Empty where no rollup has it.
        raw: Over spans; `{t}` stands for the table.
        merge_rollup: Merges the rollup's; `{c}` stands for the column that holds them.
        merge_raw: Merges those over spans, likewise.
    """

    rollup: str
    raw: str
    merge_rollup: str = "sum({c})"
    merge_raw: str = "sum({c})"


@dataclass(frozen=True, slots=True)
class Measure:
    """One number that usage is measured in.

    Attributes:
        name: Name, which ends in the unit where it has one.
        unit: Unit, empty for a count.
        brief: One sentence for people.
        partials: The partials that `value` is made of; of a measure that groups can be ordered by, the first is what they are
            ordered by.
        value: Makes it of a row with the merged partials by name; None, or a number that is not finite, is not known.
        is_sum: Whether it adds up over buckets and groups; then its value where nothing was is 0, else it is unknown.
        is_nullable: Whether it can be unknown where something was.
        is_integer: Whether it is a whole number.
    """

    name: str
    unit: str
    brief: str
    partials: tuple[str, ...]
    value: Callable[[Mapping[str, Any]], float | None]
    is_sum: bool
    is_nullable: bool
    is_integer: bool

    @property
    def is_in_rollups(self) -> bool:
        """Whether the rollups have it; else it is measured on the spans themselves."""
        return all(partial_named(name).rollup for name in self.partials)


BUCKETS_A_DOUBLING = 16
"""How many buckets times are counted in from one time to twice that time, so that a bucket's middle is at most 2.2 % off."""

_QUANTILES = "quantilesExactWeightedInterpolatedArray"
_SHARES = "(0.5, 0.95, 0.99)"


def _of_calls(column: str) -> Partial:
    return Partial(f"{{t}}.{column}", f"sumIf(ifNull({{t}}.{column}, 0), {{t}}.is_model_call)")


def _buckets(name: str) -> Partial:
    """Counts of times by bucket: those of a rollup's row, or one for each span, as the view behind the rollup counts."""
    counts, time = f"{{t}}.{name}_buckets", f"{{t}}.{name}_ns"
    bucket = f"toUInt16(log2(ifNull({time}, 0) + 1.) * {BUCKETS_A_DOUBLING})"
    return Partial(
        counts,
        f"{_QUANTILES}StateIf{_SHARES}([{bucket}], [toUInt64(1)], isNotNull({time}))",
        f"{_QUANTILES}{_SHARES}(mapKeys({{c}}), mapValues({{c}}))",
        f"{_QUANTILES}Merge{_SHARES}({{c}})",
    )


PARTIALS: dict[str, Partial] = {
    "span_count": Partial("{t}.span_count", "count()"),
    "model_call_count": Partial("if({t}.is_model_call, {t}.span_count, 0)", "countIf({t}.is_model_call)"),
    "error_count": Partial("{t}.error_count", "countIf({t}.status_code = 'error')"),
    "input_tokens": _of_calls("input_tokens"),
    "output_tokens": _of_calls("output_tokens"),
    "cache_read_input_tokens": _of_calls("cache_read_input_tokens"),
    "reasoning_output_tokens": _of_calls("reasoning_output_tokens"),
    "cost_usd": _of_calls("cost_usd"),
    "unpriced_count": Partial(
        "{t}.unpriced_count",
        "countIf({t}.is_model_call AND {t}.cost_usd IS NULL"
        " AND ({t}.input_tokens IS NOT NULL OR {t}.output_tokens IS NOT NULL))",
    ),
    "generation_ns": Partial(
        "{t}.generation_ns", "sumIf({t}.duration_ns, {t}.is_model_call AND {t}.output_tokens > 0)"
    ),
    "duration_sum_ns": Partial("{t}.duration_sum_ns", "sum({t}.duration_ns)"),
    "duration_buckets": _buckets("duration"),
    "time_to_first_token_buckets": _buckets("time_to_first_token"),
    "time_per_output_token_buckets": _buckets("time_per_output_token"),
    "perplexity_log_sum": Partial("", "sum(log(greatest({t}.perplexity, 1)))"),
    "perplexity_count": Partial("", "count({t}.perplexity)"),
    "entropy_sum_nats": Partial("", "sum({t}.mean_entropy_nats)"),
    "entropy_count": Partial("", "count({t}.mean_entropy_nats)"),
}
"""Each aggregate by name; the raw one says what the view behind the rollup says."""


def _sum(name: str, unit: str, brief: str) -> Measure:
    return Measure(name, unit, brief, (name,), lambda row: row[name], is_sum=True, is_nullable=False, is_integer=True)


def _ratio(name: str, unit: str, brief: str, above: str, below: str, scale: float = 1, *, is_integer: bool) -> Measure:
    def value(row: Mapping[str, Any]) -> float | None:
        return row[above] * scale / row[below] if row[below] else None

    return Measure(name, unit, brief, (above, below), value, is_sum=False, is_nullable=True, is_integer=is_integer)


def _cost(row: Mapping[str, Any]) -> float | None:
    """A sum of nothing but unknown costs is not 0."""
    cost_usd: float = row["cost_usd"]
    return None if cost_usd == 0 and row["unpriced_count"] > 0 else cost_usd


def _perplexity(row: Mapping[str, Any]) -> float | None:
    return math.exp(row["perplexity_log_sum"] / row["perplexity_count"]) if row["perplexity_count"] else None


def _percentiles(name: str, brief: str) -> list[Measure]:
    partial = f"{name}_buckets"

    def percentile(index: int) -> Callable[[Mapping[str, Any]], float | None]:
        return lambda row: time_of_bucket(row[partial][index])

    return [
        Measure(f"{name}_{word}_ns", "ns", f"{brief}, {word[1:]}th percentile", (partial,), percentile(index),
                is_sum=False, is_nullable=True, is_integer=True)
        for index, word in enumerate(("p50", "p95", "p99"))
    ]  # fmt: skip


def time_of_bucket(bucket: float) -> float:
    """The time in the middle of a bucket, ns; NaN of none."""
    return float(2.0 ** ((bucket + 0.5) / BUCKETS_A_DOUBLING) - 1)


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in [
        _sum("span_count", "", "Spans"),
        _sum("model_call_count", "", "Calls to a model"),
        _sum("error_count", "", "Spans with status error"),
        _sum("input_tokens", "tokens", "Input tokens of model calls, cached ones included"),
        _sum("output_tokens", "tokens", "Output tokens of model calls"),
        _sum("cache_read_input_tokens", "tokens", "Cached input tokens of model calls"),
        _sum("reasoning_output_tokens", "tokens", "Reasoning tokens of model calls"),
        Measure(
            "cost_usd", "USD", "Cost of priced model calls; unknown where none of them had a price",
            ("cost_usd", "unpriced_count"), _cost,
            is_sum=True, is_nullable=True, is_integer=False,
        ),
        _sum("unpriced_count", "", "Model calls with tokens but no price"),
        _ratio(
            "duration_mean_ns", "ns", "Mean duration of a span", "duration_sum_ns", "span_count", is_integer=True,
        ),
        *_percentiles("duration", "Duration of a span"),
        *_percentiles("time_to_first_token", "Time from the start of a call to its first token"),
        *_percentiles("time_per_output_token", "Mean time of each output token after the first, by call"),
        _ratio(
            "output_tokens_per_s", "1/s", "Output tokens of model calls over the time that these calls took",
            "output_tokens", "generation_ns", 1e9, is_integer=False,
        ),
        Measure(
            "perplexity_mean", "", "Geometric mean of the perplexity of answers whose tokens' logprobs were sent",
            ("perplexity_log_sum", "perplexity_count"), _perplexity,
            is_sum=False, is_nullable=True, is_integer=False,
        ),
        _ratio(
            "entropy_mean_nats", "nats", "Mean over answers of the mean entropy of their tokens' choice",
            "entropy_sum_nats", "entropy_count", is_integer=False,
        ),
    ]
}  # fmt: skip
"""Every measure by name, in the order in which they are answered."""


_OVER = re.compile(r"(?P<time>duration|time_to_first_token|time_per_output_token)_over_(?P<count>\d{1,9})(?P<unit>ms|s)_count", re.ASCII)


def measure_named(name: str) -> Measure | None:
    """Return a measure by its name, also one of how many took longer than a time: `duration_over_2s_count`; None for no measure."""
    if name in MEASURES or not (over := _OVER.fullmatch(name)):
        return MEASURES.get(name)
    words = over["time"].replace("_", " ")
    return _sum(name, "", f"Spans whose {words} is over {over['count']} {over['unit']}" if over["count"].strip("0") else f"Spans with a {words}")


def partial_named(name: str) -> Partial:
    """Return a partial by its name, also that of a measure of how many took longer.

    Times are counted by bucket, so that rollups and spans agree: what is in the bucket of the time itself is not over it.
    """
    over = _OVER.fullmatch(name)
    if over is None:
        return PARTIALS[name]
    time_ns = int(over["count"]) * (10**9 if over["unit"] == "s" else 10**6)
    last = int(math.log2(time_ns + 1) * BUCKETS_A_DOUBLING) if time_ns else -1
    counts, time = f"{{t}}.{over['time']}_buckets", f"{{t}}.{over['time']}_ns"
    return Partial(
        f"arraySum(arrayMap((bucket, n) -> if(bucket > {last}, n, 0), mapKeys({counts}), mapValues({counts})))",
        f"countIf(isNotNull({time}) AND log2(ifNull({time}, 0) + 1.) * {BUCKETS_A_DOUBLING} >= {last + 1})",
    )


QUICK_MEASURES = tuple(measure for measure in MEASURES.values() if measure.is_in_rollups)
"""Those that the rollups have: what is answered where nobody names measures."""


def read_measures(text: str | None) -> tuple[Measure, ...]:
    """Return the measures that a comma-separated list names, in the registry's order; those of the rollups when None.

    Raises:
        InvalidInput: A name that is no measure; the field is `measures`.
    """
    if text is None:
        return QUICK_MEASURES
    names = {name.strip() for name in text.split(",")}
    found = {name: measure_named(name) for name in sorted(names)}
    for name, measure in found.items():
        if measure is None:
            raise InvalidInput("measures", f"unknown measure {name[:60]!r}; there are {', '.join(MEASURES)}, and duration_over_2s_count and the like")
    in_order = [*(name for name in MEASURES if name in found), *(name for name in found if name not in MEASURES)]
    return tuple(measure for name in in_order if (measure := found[name]) is not None)


def needed_partials(measures: Iterable[Measure]) -> list[str]:
    """Return the names of the partials behind `measures`, each once."""
    return list(dict.fromkeys(name for measure in measures for name in measure.partials))


def merged_sql(partial: str, parts: str, *, is_of_spans: bool) -> str:
    """Write the merge of a partial over the rows of `parts`, whose columns are named as the partials, of spans or of rollups."""
    merge = partial_named(partial).merge_raw if is_of_spans else partial_named(partial).merge_rollup
    return merge.format(c=f"{parts}.{partial}")
