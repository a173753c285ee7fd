"""Usage over windows: from the rollups where they suffice, in one statement however many windows there are."""

from typing import get_args

import numpy as np

from watchglass.alerts.windows import (
    MINUTE_NS,
    Asked,
    Floats,
    Measured,
    S,
    Stretches,
    Values,
    as_buckets,
    labels_of,
    refuse_too_many,
)
from watchglass.query.asked import UsageQuery, usage_question
from watchglass.query.measures import Additive, Measure, read_measures
from watchglass.query.scope import Scope
from watchglass.query.usage import Number, Usage, measure_usage
from watchglass.query.usage_source import kept_since
from watchglass.query.variables import Variables

TRAFFIC = "span_count"
UNPRICED = "unpriced_count"

Columns = dict[str, Floats]
"""Each measure by name, one value a window."""


def adds_up(query: UsageQuery) -> bool:
    """Whether a window's value can be added up from those of its parts.

    Raises:
        InvalidInput: A measure is unknown.
    """
    names = [*query.measures, *([] if query.per is None else [query.per])]
    return all(measure.is_sum for measure in read_measures(",".join(names)))


def read_usage(asked: Asked, query: UsageQuery, stretches: Stretches) -> Measured:
    """Read usage over each window; see `measured.measure`."""
    measure = read_measures(query.measures[0])[0]
    wanted = dict.fromkeys((measure.name, TRAFFIC, *([UNPRICED] if "cost_usd" in (measure.name, query.per) else [])))
    order_by = measure.name if query.order_by == TRAFFIC and measure.name in get_args(Additive) else query.order_by
    changed = {"measures": list(wanted), "limit": asked.max_series, "order_by": order_by}
    watched = query.model_copy(update=changed)
    per = None if query.per is None else read_measures(query.per)[0]
    if len(stretches) == 1:
        found = _totals(asked, watched, stretches)
    elif adds_up(query):
        found = _added_up(asked, watched, stretches)
    else:
        found = _buckets(asked, watched, stretches)
    return {
        labels: Values(_value(columns, measure, per), columns[TRAFFIC], (columns[TRAFFIC] > 0) | (not query.group_by))
        for labels, columns in found.items()
    }


def _totals(asked: Asked, query: UsageQuery, stretches: Stretches) -> dict[tuple[tuple[str, str], ...], Columns]:
    """One window."""
    answer = _ask(asked, query, int(stretches.starts_ns[0]), int(stretches.ends_ns[0]), None)
    return {
        labels_of(series.group): {name: _floats([value]) for name, value in series.total.items()}
        for series in answer.series
        if not series.is_other
    }


def _added_up(asked: Asked, query: UsageQuery, stretches: Stretches) -> dict[tuple[tuple[str, str], ...], Columns]:
    """Windows of any lengths, from sums over what all are made of."""
    step_ns = stretches.step_ns if len(stretches) > 1 else MINUTE_NS
    refuse_too_many(stretches, step_ns)
    start_ns = int(stretches.starts_ns.min())
    answer = _ask(asked, query, start_ns, int(stretches.ends_ns.max()), step_ns // S)
    first_ns = answer.times_ns[0]
    starts, ends = ((it - first_ns) // step_ns for it in (stretches.starts_ns, stretches.ends_ns))

    def over_windows(values: list[Number]) -> Floats:
        running = np.concatenate([[0.0], np.nancumsum(_floats(values))])
        # what is left of cents that were added and taken away again is no money
        return np.round(running[ends] - running[starts], 9)

    return {
        labels_of(series.group): {name: over_windows(values) for name, values in series.values.items()}
        for series in answer.series
        if not series.is_other
    }


def _buckets(asked: Asked, query: UsageQuery, stretches: Stretches) -> dict[tuple[tuple[str, str], ...], Columns]:
    """Windows that are buckets of one interval."""
    interval_s, first = as_buckets(stretches)
    answer = _ask(asked, query, int(stretches.starts_ns[0]), int(stretches.ends_ns[-1]), interval_s)
    places = stretches.starts_ns // (interval_s * S) - first
    return {
        labels_of(series.group): {name: _floats(values)[places] for name, values in series.values.items()}
        for series in answer.series
        if not series.is_other
    }


def _ask(asked: Asked, query: UsageQuery, start_ns: int, end_ns: int, interval_s: int | None) -> Usage:
    asking = asked.asking
    question = usage_question(Scope(asked.project_id, start_ns, end_ns), query, Variables(), interval_s)
    return measure_usage(asking.reader, question, kept_since(asking.settings, asking.now_ns), asking.now_ns)


def _value(columns: Columns, measure: Measure, per: Measure | None) -> Floats:
    value = _known(columns, measure)
    if per is None:
        return value
    by = _known(columns, per)
    return np.divide(value, by, out=np.full(value.shape, np.nan), where=np.nan_to_num(by) != 0)


def _known(columns: Columns, measure: Measure) -> Floats:
    """A measure, without the sums of nothing but unknown costs, which are no 0."""
    values = columns[measure.name]
    if not (measure.is_sum and measure.is_nullable):
        return values
    return np.where((np.nan_to_num(values) == 0) & (columns[UNPRICED] > 0), np.nan, values)


def _floats(values: list[Number]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float64)
