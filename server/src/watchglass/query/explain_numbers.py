"""What each span adds to a measure, so that a change of the measure can be taken apart span by span."""

from dataclasses import dataclass

from watchglass.errors import InvalidInput
from watchglass.query.measures import MEASURES

_CALL = "spans.is_model_call"

ADDED: dict[str, str] = {
    "span_count": "1",
    "model_call_count": f"toUInt8({_CALL})",
    "error_count": "spans.status_code = 'error'",
    "input_tokens": f"if({_CALL}, ifNull(spans.input_tokens, 0), 0)",
    "output_tokens": f"if({_CALL}, ifNull(spans.output_tokens, 0), 0)",
    "cache_read_input_tokens": f"if({_CALL}, ifNull(spans.cache_read_input_tokens, 0), 0)",
    "reasoning_output_tokens": f"if({_CALL}, ifNull(spans.reasoning_output_tokens, 0), 0)",
    "cost_usd": f"if({_CALL}, ifNull(spans.cost_usd, 0), 0)",
    "unpriced_count": f"{_CALL} AND spans.cost_usd IS NULL AND (spans.input_tokens IS NOT NULL OR spans.output_tokens IS NOT NULL)",
}
"""What a span adds to each measure that adds up: the same as its partial (measures.py) over this span alone."""

_OF_CALLS = frozenset(ADDED) - {"span_count", "error_count"}

_PERCENTILES = {f"{name}_{word}_ns": (f"spans.{name}_ns", share)
                for name in ("duration", "time_to_first_token", "time_per_output_token")
                for word, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is read of each span.

    Attributes:
        numerator: Expression of what the span adds; of a percentile, the value itself.
        denominator: Expression of what it adds below the line; 1 for sums, means and shares.
        fits: Condition of the spans that add anything, safe to stand between ANDs.
        is_sum: Whether the measure adds up.
        share: For a percentile: which, 0 to 1.
        unit: Unit of the measure.
        counts_errors: Whether errors are what is measured.
    """

    numerator: str
    denominator: str
    fits: str
    is_sum: bool
    share: float | None
    unit: str
    counts_errors: bool


def numbers_of(measure: str, per: str | None) -> Numbers:
    """Return what is read of each span for a measure, or for one measure over another.

    Raises:
        InvalidInput: It is no measure, or it has no parts that add up; the field is `measure` or `per`.
    """
    if measure not in MEASURES:
        raise InvalidInput("measure", f"unknown measure {measure[:60]!r}; there are {', '.join(MEASURES)}")
    unit, counts_errors = MEASURES[measure].unit, measure == "error_count"
    if per is not None:
        for field, name in (("measure", measure), ("per", per)):
            if name not in ADDED:
                raise InvalidInput(field, f"{name[:60]} does not add up: only {', '.join(ADDED)} can be divided")
        per_unit = MEASURES[per].unit
        # where both have the same unit none is left
        unit = "" if unit == per_unit else unit
        fits = "true" if per == "span_count" else f"(({ADDED[measure]}) != 0 OR ({ADDED[per]}) != 0)"
        return Numbers(ADDED[measure], ADDED[per], fits, False, None, unit, counts_errors)
    if measure in ADDED:
        return Numbers(ADDED[measure], "1", _CALL if measure in _OF_CALLS else "true", True, None, unit, counts_errors)
    if measure in _PERCENTILES:
        column, share = _PERCENTILES[measure]
        return Numbers(column, "1", f"{column} IS NOT NULL", False, share, unit, False)
    if measure == "duration_mean_ns":
        return Numbers("spans.duration_ns", "1", "true", False, None, unit, False)
    # output_tokens_per_s is the one that is left
    return Numbers("spans.output_tokens * 1e9", "spans.duration_ns", f"({_CALL} AND ifNull(spans.output_tokens, 0) > 0)", False, None, unit, False)
