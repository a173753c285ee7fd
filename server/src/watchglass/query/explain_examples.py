"""Spans that show a change: typical of the cause, not the oddest of all, and from all over its time."""

import numpy as np
import numpy.typing as npt

from watchglass.analysis.explain.causes import Ranked
from watchglass.analysis.explain.rows import Both, holds
from watchglass.query.conditions import condition
from watchglass.query.explain_read import Asked, Read
from watchglass.query.explanation import Example
from watchglass.query.expr import And, Expr
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import instant

MOST_EXAMPLES = 5

TRIED = 4
"""How many times as many are looked up, since several may be of one trace."""

NEAR = 0.3
"""Part of the cause's spans that are near enough to the typical one to be an example."""


def find_examples(
    reader: Reader, asked: Asked, scope: Scope, read: Read, searched: Both, ranked: Ranked, cause: Expr, threshold: float | None
) -> list[Example]:
    """Return spans of the first cause (or of all where there is none), each of another trace, the newest first.

    Args:
        reader: The store.
        asked: What was read of the spans.
        scope: Project and range.
        read: The spans; of a percentile with their values.
        searched: The same with what they add to the change.
        ranked: The causes.
        cause: The first cause as a filter, everything where there is none.
        threshold: What values of a percentile are above of.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    if ranked.verdict in ("unchanged", "too_little"):
        return []
    rows = read.both.now
    mask = holds(ranked.causes[0].candidate, rows) if ranked.causes else np.ones(len(rows), np.bool_)
    # failed, slow, or whatever adds to it: the spans that the measure counts
    adds = mask & (searched.now.numerator > 0)
    chosen = np.flatnonzero(adds if adds.any() else mask)
    if not len(chosen):
        return []
    times_ns = read.start_ns[_typical(chosen, rows.numerator[chosen])]
    least = threshold or 0.0 if adds.any() else None
    return _look_up(reader, asked, scope, And((asked.expr, cause)), times_ns, least)


def _typical(chosen: npt.NDArray[np.intp], values: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Of the rows in `chosen`, those whose value is nearest to the middle, evenly over time."""
    distance = np.abs(values - np.median(values))
    near = np.argsort(distance, kind="stable")[: max(MOST_EXAMPLES * TRIED, int(NEAR * len(chosen)))]
    in_time = np.sort(chosen[near])
    places = np.linspace(0, len(in_time) - 1, min(len(in_time), MOST_EXAMPLES * TRIED)).round().astype(np.intp)
    return in_time[np.unique(places)]


def _look_up(
    reader: Reader, asked: Asked, scope: Scope, expr: Expr, times_ns: npt.NDArray[np.int64], least: float | None
) -> list[Example]:
    """The spans that start at these moments and fit; moments find their blocks by the table's key."""
    fits = condition(expr, "spans", asked.now_ns)
    moments = sorted({int(it) for it in times_ns})
    bounds = " OR ".join(f"spans.start_time = {instant(f'{{moment_{index}:Int64}}')}" for index in range(len(moments)))
    adds = "" if least is None else f" AND toFloat64({asked.numbers.numerator}) > {{least:Float64}}"
    found = reader.query(
        "SELECT trace_id, span_id, toUnixTimestamp64Nano(spans.start_time) AS start_ns, name, "
        f"toFloat64({asked.numbers.numerator}) AS value FROM spans "
        f"WHERE spans.project_id = {{project_id:String}} AND ({bounds}) AND {fits.text} AND {asked.numbers.fits}{adds} "
        f"ORDER BY start_ns DESC LIMIT 1 BY trace_id LIMIT {MOST_EXAMPLES * TRIED}",
        {
            "project_id": scope.project_id,
            **fits.parameters,
            **({} if least is None else {"least": least}),
            **{f"moment_{index}": moment for index, moment in enumerate(moments)},
        },
    ).to_pylist()
    if not found:
        return []
    places = np.linspace(0, len(found) - 1, min(len(found), MOST_EXAMPLES)).round().astype(int)
    return [Example(**found[int(place)]) for place in places]
