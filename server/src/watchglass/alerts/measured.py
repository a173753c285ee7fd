"""One door to the values of a query over windows, whatever it asks."""

from watchglass.alerts.metric_windows import read_metric
from watchglass.alerts.sql_windows import read_sql
from watchglass.alerts.usage_windows import read_usage
from watchglass.alerts.windows import Asked, Measured, Stretches
from watchglass.query.asked import MetricQuery, SqlQuery, UsageQuery


def measure(asked: Asked, query: UsageQuery | MetricQuery | SqlQuery, stretches: Stretches) -> Measured:
    """Read a query, which has one value a series, over each window.

    Raises:
        InvalidInput: The query cannot be answered as it is, or not over these windows.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    match query:
        case UsageQuery():
            return read_usage(asked, query, stretches)
        case MetricQuery():
            return read_metric(asked, query, stretches)
        case SqlQuery():
            return read_sql(asked, query, stretches)
