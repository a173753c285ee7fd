"""A metric over windows."""

import numpy as np

from watchglass.alerts.windows import Asked, Measured, S, Stretches, Values, as_buckets, labels_of
from watchglass.errors import InvalidInput, NotFound
from watchglass.query.asked import MetricQuery, metric_question
from watchglass.query.metric_series import read_series
from watchglass.query.scope import Scope
from watchglass.query.variables import Variables


def read_metric(asked: Asked, query: MetricQuery, stretches: Stretches) -> Measured:
    """Read a metric over each window; see `measured.measure`."""
    start_ns, end_ns = int(stretches.starts_ns[0]), int(stretches.ends_ns[-1])
    if len(stretches) == 1:
        interval_s = one_bucket_s(start_ns, end_ns)
        places = np.zeros(1, np.int64)
    else:
        interval_s, first = as_buckets(stretches)
        places = stretches.starts_ns // (interval_s * S) - first
    watched = query.model_copy(update={"limit": asked.max_series})
    question = metric_question(Scope(asked.project_id, start_ns, end_ns), watched, Variables(), interval_s)
    try:
        answer = read_series(asked.asking.reader, question, asked.asking.now_ns)
    except NotFound:
        return {}
    found: Measured = {}
    for line in answer.series:
        labels = labels_of(line.group)
        if labels in found:
            raise InvalidInput("query.quantiles", "must be one quantile")
        values = np.array([np.nan if value is None else value for value in line.values], np.float64)[places]
        found[labels] = Values(values, None, ~np.isnan(values))
    return found


def one_bucket_s(start_ns: int, end_ns: int) -> int:
    """The shortest interval, in whole seconds, one bucket of which holds all of a range: buckets begin at its multiples.

    >>> one_bucket_s(600 * S, 900 * S), one_bucket_s(660 * S, 960 * S)
    (300, 320)
    """
    interval_s = -(-(end_ns - start_ns) // S)
    while start_ns // (interval_s * S) != (end_ns - 1) // (interval_s * S):
        interval_s += 1
    return interval_s
