"""Two models, releases, prompts or whatever spans have, compared by what a call costs, takes and how often it fails."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from watchglass.analysis.compare import (
    Difference,
    Floats,
    compare_means,
    compare_quantiles,
    compare_rates,
    holm,
    share_of_greater,
    verdict,
)
from watchglass.errors import InvalidInput
from watchglass.query.compare_sample import Sample, draw_sample
from watchglass.query.expr import And, Compare, Expr, Value
from watchglass.query.measures import read_measures
from watchglass.query.models import CALLS
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage import measure_usage
from watchglass.query.usage_groups import Group, read_groups
from watchglass.query.usage_source import Kept
from watchglass.query.usage_statements import UsageQuestion

SEED = 20261124
"""Of all resamples: the same question is answered the same."""

Change = Literal["better", "worse", "lower", "higher", "unclear", "unknown"]


@dataclass(frozen=True, slots=True)
class Statistic:
    """What is compared.

    Attributes:
        name: Name, which ends in the unit where it has one.
        unit: Unit, empty for a ratio.
        brief: What it is, for people.
        column: Column of spans; empty for the share of errors.
        is_better_lower: Whether less of it is better; tokens are neither good nor bad.
        compare: Compares two samples of the column.
    """

    name: str
    unit: str
    brief: str
    column: str
    is_better_lower: bool
    compare: Callable[[Floats, Floats], Difference]


def _mean(left: Floats, right: Floats) -> Difference:
    return compare_means(left, right, SEED)


def _median(left: Floats, right: Floats) -> Difference:
    return compare_quantiles(left, right, 0.5, SEED)


def _p95(left: Floats, right: Floats) -> Difference:
    return compare_quantiles(left, right, 0.95, SEED)


STATISTICS = (
    Statistic("cost_mean_usd", "USD", "Cost of a call, mean of the priced ones", "cost_usd", True, _mean),
    Statistic("input_mean_tokens", "tokens", "Input tokens of a call, mean", "input_tokens", False, _mean),
    Statistic("output_mean_tokens", "tokens", "Output tokens of a call, mean", "output_tokens", False, _mean),
    Statistic("duration_p50_ns", "ns", "Duration of a call, median", "duration_ns", True, _median),
    Statistic("duration_p95_ns", "ns", "Duration of a call, 95th percentile", "duration_ns", True, _p95),
    Statistic(
        "time_to_first_token_p50_ns", "ns", "Time to first token, median", "time_to_first_token_ns", True, _median
    ),
    Statistic(
        "time_per_output_token_p50_ns", "ns", "Time per output token, median", "time_per_output_token_ns", True, _median
    ),
)
"""What is compared on a sample of the calls."""

COLUMNS = tuple(dict.fromkeys(statistic.column for statistic in STATISTICS))


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of both sides.

    Attributes:
        name: Name, which ends in the unit where it has one.
        unit: Unit, empty for a ratio.
        brief: What it is, for people.
        difference: Both values, the interval of their difference and the p-value.
        adjusted_p_value: The p-value corrected for all measures (Holm); None when it cannot be told.
        change: What the right side changed: better or worse, lower or higher where neither is good, unclear when chance
            would do, unknown with too few values.
        greater_ratio: How often a call of the right has more of it than one of the left, 0 to 1; None for errors.
        greater_p_value: The p-value of that (Mann-Whitney).
    """

    name: str
    unit: str
    brief: str
    difference: Difference
    adjusted_p_value: float | None
    change: Change
    greater_ratio: float | None
    greater_p_value: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer.

    Attributes:
        left_call_count: Calls of the left side.
        right_call_count: Calls of the right side.
        sample: Of how many calls the means and quantiles are.
        measures: The measures in order.
    """

    left_call_count: int
    right_call_count: int
    sample: Sample
    measures: list[Compared]


def compare(
    reader: Reader, scope: Scope, dimension: str, left: str, right: str, expr: Expr, kept: Kept, now_ns: int
) -> Comparison:
    """Compare the calls whose `dimension` is `left` with those where it is `right`.

    Args:
        reader: Where to look.
        scope: Project and range.
        dimension: Column, short name or attribute with text, as usage groups by.
        left: The value that is compared with.
        right: The value of which is said what it changed.
        expr: Which calls count, over the columns of spans.
        kept: Since when the tables are complete.
        now_ns: The present, nanoseconds since 1970 UTC.

    Raises:
        InvalidInput: Nothing has that name, or both sides are one; the field is `dimension` or `right`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    group = _dimension(dimension)
    if left == right:
        raise InvalidInput("right", "must be another value than left")
    both_sides = Compare(dimension, "=", (Value(left), Value(right)))
    calls = And((CALLS, expr, both_sides))
    counted = ("model_call_count", "error_count")
    question = UsageQuestion(scope, calls, (group,), read_measures(",".join(counted)), None, 2, "model_call_count")
    usage = measure_usage(reader, question, kept, now_ns)
    totals = {series.group.get(group.name): series.total for series in usage.series if not series.is_other}
    (left_calls, left_errors), (right_calls, right_errors) = (
        tuple(int(totals.get(side, {}).get(name) or 0) for name in counted) for side in (left, right)
    )
    sample = draw_sample(reader, scope, calls, group, right, COLUMNS, (left_calls, right_calls), now_ns)
    errors = compare_rates(left_errors, left_calls, right_errors, right_calls)
    return Comparison(left_calls, right_calls, sample, _compared(sample, errors))


def _dimension(name: str) -> Group:
    try:
        groups = read_groups(name)
    except InvalidInput as error:
        raise InvalidInput("dimension", error.detail) from error
    if len(groups) != 1 or groups[0].kind != "text":
        raise InvalidInput("dimension", "must be one column or attribute that holds text, such as model or release")
    return groups[0]


def _compared(sample: Sample, errors: Difference) -> list[Compared]:
    differences: list[Difference] = []
    greater: list[tuple[float | None, float | None]] = []
    of_column: dict[str, tuple[float | None, float | None]] = {}
    for statistic in STATISTICS:
        left, right = _values(sample.left, statistic.column), _values(sample.right, statistic.column)
        differences.append(statistic.compare(left, right))
        if statistic.column not in of_column:
            of_column[statistic.column] = share_of_greater(left, right)
        greater.append(of_column[statistic.column])
    failing = Statistic("error_ratio", "", "Share of calls that failed", "", True, _mean)
    adjusted = holm([it.p_value for it in [*differences, errors]])
    rows = zip([*STATISTICS, failing], [*differences, errors], adjusted, [*greater, (None, None)], strict=True)
    return [
        Compared(it.name, it.unit, it.brief, difference, p_value, _change(it, difference, p_value), *more)
        for it, difference, p_value, more in rows
    ]


def _values(table: pa.Table, column: str) -> Floats:
    values = table.column(column).drop_null().to_numpy().astype(np.float64)
    # sorted, as the engine gives rows in any order and a resample picks them by their place
    return np.sort(values[np.isfinite(values)])


def _change(statistic: Statistic, difference: Difference, adjusted_p_value: float | None) -> Change:
    found = verdict(difference, adjusted_p_value)
    if not statistic.is_better_lower or found in ("unclear", "unknown"):
        return found
    return "better" if found == "lower" else "worse"
