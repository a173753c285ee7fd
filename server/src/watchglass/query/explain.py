"""Why a measure changed: the values of dimensions, and their pairs, that explain it, with examples and what else changed."""

from dataclasses import replace

import numpy as np

from watchglass.analysis.explain.baseline import fit_expected, kinds_of, thresholds
from watchglass.analysis.explain.causes import Ranked, RankedCause, rank_causes
from watchglass.analysis.explain.rows import Both, Candidate, Sums
from watchglass.query.explain_examples import find_examples
from watchglass.query.explain_metrics import moved_metrics
from watchglass.query.explain_numbers import Numbers, numbers_of
from watchglass.query.explain_read import Asked, Read, read_both
from watchglass.query.explain_releases import changed_releases
from watchglass.query.explain_symptoms import error_cause, error_symptoms
from watchglass.query.explanation import Cause, ExplainQuestion, Explanation, baseline_scope
from watchglass.query.expr import And, Compare, Expr, Value, write
from watchglass.query.reader import Reader
from watchglass.query.usage_groups import Group, read_group
from watchglass.query.usage_source import Kept

DIMENSIONS = (
    "service_name", "model", "provider_name", "release", "prompt_name", "prompt_version", "tool_name", "agent_name",
    "operation_name", "host_name", "resource.cloud.region", "environment", "user_id",
)  # fmt: skip
"""What is looked at when nobody says; of two that name the same spans, the earlier is named first."""

KIND = ("operation_name", "model")
"""What makes spans comparable: a call is slow for its model, a tool call for a tool call."""

MAX_DIMENSIONS = 20

NEARLY_NONE = 0.05
"""What had less than this part of its spans in the baseline is called new: it came up shortly before the range."""


def read_dimensions(text: str | None) -> tuple[Group, ...]:
    """Read a comma-separated list of columns, short names, `attributes.KEY` and `resource.KEY`; DIMENSIONS when None.

    Raises:
        InvalidInput: An unknown name, one that cannot be grouped by, or too many; the field is `dimensions`.
    """
    names = DIMENSIONS if text is None else tuple(dict.fromkeys(it.strip() for it in text.split(",") if it.strip()))
    return tuple(read_group(name, index, "spans", "dimensions") for index, name in enumerate(names[:MAX_DIMENSIONS]))


def explain(reader: Reader, question: ExplainQuestion, kept: Kept, now_ns: int) -> Explanation:
    """Find out why a measure of the range differs from that of the baseline.

    Args:
        reader: The store.
        question: What is asked.
        kept: Since when the tables are complete.
        now_ns: The present, nanoseconds since 1970 UTC.

    Raises:
        InvalidInput: An unknown measure, or the filter names what is not there; the field is named.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    numbers = numbers_of(question.measure, question.per)
    before = baseline_scope(question.scope, question.baseline)
    dimensions = question.dimensions or read_dimensions(None)
    asked = Asked(question.expr, dimensions, numbers, now_ns)
    read = read_both(reader, asked, question.scope, before)
    searched, by_kind, threshold = _prepared(read, numbers, dimensions)
    ranked = rank_causes(searched, is_sum=numbers.is_sum, by_kind=by_kind)
    if before.start_ns < kept.spans_ns:
        # what retention has taken would look like growth
        ranked = replace(ranked, verdict="too_little", causes=[])
    namer = _Namer(read, dimensions, ranked, numbers)
    causes = [namer.cause(it) for it in ranked.causes]
    symptoms = error_symptoms(read) if numbers.counts_errors else []
    verdict = ranked.verdict
    if verdict == "everywhere" and (cause := error_cause(symptoms, ranked.whole, read)) is not None:
        verdict, causes = "causes", [cause]
    return Explanation(
        verdict=verdict,
        measure=question.measure,
        per=question.per,
        unit=numbers.unit,
        start_ns=question.scope.start_ns,
        end_ns=question.scope.end_ns,
        before_start_ns=before.start_ns,
        before_end_ns=before.end_ns,
        value=_measured(read, numbers, is_now=True),
        before=_measured(read, numbers, is_now=False),
        threshold=threshold,
        sampled_share=read.sampled_share,
        causes=causes,
        everywhere_ratio=float(np.clip(1 - sum(it.contribution_ratio for it in causes), 0, 1)),
        symptoms=symptoms,
        examples=find_examples(reader, asked, question.scope, read, searched, ranked, expr_of(causes), threshold),
        releases=changed_releases(reader, question.scope, question.expr, kept, now_ns),
        metrics=moved_metrics(reader, question.scope, before),
    )


def _prepared(read: Read, numbers: Numbers, dimensions: tuple[Group, ...]) -> tuple[Both, Both | None, float | None]:
    """What is searched: numbers with what the baseline lets expect of them, percentiles as shares of spans above them.

    Returns:
        The spans; for a percentile those again that are slow for their kind, and the percentile of the baseline.
    """
    both = read.both
    if numbers.share is None or not len(both.before):
        return fit_expected(both), None, None
    kind = [index for index, group in enumerate(dimensions) if group.name in KIND]
    kinds_now, kinds_before = (kinds_of(rows.codes, kind, both.sizes) for rows in (both.now, both.before))
    limits_now, limits_before, of_all = thresholds(both.before.numerator, kinds_before, kinds_now, numbers.share)
    by_kind = _above(both, limits_now, limits_before)
    overall = _above(both, np.asarray(of_all), np.asarray(of_all))
    return fit_expected(overall), fit_expected(by_kind), of_all


def _above(both: Both, limits_now: np.ndarray, limits_before: np.ndarray) -> Both:
    return replace(
        both,
        now=replace(both.now, numerator=(both.now.numerator > limits_now).astype(np.float64)),
        before=replace(both.before, numerator=(both.before.numerator > limits_before).astype(np.float64)),
    )


def _measured(read: Read, numbers: Numbers, *, is_now: bool) -> float | None:
    """The measure over all spans of one stretch; a sum of the baseline is scaled to the range's length."""
    rows = read.both.now if is_now else read.both.before
    if numbers.is_sum:
        return float(rows.numerator.sum()) * (1.0 if is_now else read.both.scale) / (read.sampled_share or 1)
    if not len(rows) or not rows.denominator.sum():
        return None
    if numbers.share is not None:
        return float(np.quantile(rows.numerator, numbers.share))
    return float(rows.numerator.sum() / rows.denominator.sum())


class _Namer:
    """Turns causes of codes into causes of names."""

    def __init__(self, read: Read, dimensions: tuple[Group, ...], ranked: Ranked, numbers: Numbers) -> None:
        self._read = read
        self._dimensions = dimensions
        self._whole = ranked.whole
        self._numbers = numbers

    def cause(self, cause: RankedCause) -> Cause:
        share, sums = self._read.sampled_share or 1, cause.sums
        dimensions = self._names(cause.candidate)
        return Cause(
            dimensions=dimensions,
            filter=filter_of(dimensions),
            kind=cause.kind,
            also=[self._names(it) for it in cause.also],
            is_new=bool(sums.count_before < NEARLY_NONE * sums.count),
            value=self._value(sums.numerator, sums.denominator, share),
            before=self._value(sums.numerator_before, sums.denominator_before, share) if sums.count_before else None,
            elsewhere=self._elsewhere(sums),
            span_count=round(float(sums.count) / share),
            contribution_ratio=cause.share,
            risk_ratio=cause.sure.risk_ratio,
            low=cause.sure.low,
            high=cause.sure.high,
            confidence=cause.sure.confidence,
        )

    def _names(self, candidate: Candidate) -> dict[str, str]:
        return {self._dimensions[dimension].name: self._read.values[dimension][code] for dimension, code in candidate}

    def _value(self, above: np.ndarray, below: np.ndarray, share: float) -> float | None:
        if self._numbers.is_sum:
            return float(above) / share
        return float(above / below) if below else None

    def _elsewhere(self, sums: Sums) -> float | None:
        if self._numbers.is_sum:
            return None
        rest = self._whole - sums
        return self._value(rest.numerator, rest.denominator, 1)


def expr_of(causes: list[Cause]) -> Expr:
    """The filter of the first cause, everything where there is none."""
    return _all_of(causes[0].dimensions if causes else {})


def filter_of(dimensions: dict[str, str]) -> str:
    """Write names and values as a filter."""
    return write(_all_of(dimensions))


def _all_of(dimensions: dict[str, str]) -> Expr:
    return And(tuple(Compare(name, "=", (Value(value),)) for name, value in dimensions.items()))
