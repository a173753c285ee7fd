"""Usage over a whole range, without buckets: what the lists of models and services show."""

from watchglass.query.expr import Expr
from watchglass.query.measures import QUICK_MEASURES
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage import Usage, measure_usage
from watchglass.query.usage_groups import read_groups
from watchglass.query.usage_source import Kept, Precision
from watchglass.query.usage_statements import UsageQuestion


def total_usage(
    reader: Reader, scope: Scope, expr: Expr, group_by: str, limit: int, kept: Kept, now_ns: int, precision: Precision = "exact"
) -> Usage:
    """Measure all that rollups have by the columns in `group_by`, the group with the most spans first; see measure_usage."""
    question = UsageQuestion(
        scope=scope,
        expr=expr,
        groups=read_groups(group_by),
        measures=QUICK_MEASURES,
        interval_s=None,
        limit=limit,
        order_by="span_count",
        precision=precision,
    )
    return measure_usage(reader, question, kept, now_ns)
