"""The models that were called, and what each call came to."""

from watchglass.query.expr import And, Compare, Expr, Value
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage import Usage
from watchglass.query.usage_source import Kept, Precision
from watchglass.query.usage_totals import total_usage

CALLS = Compare("is_model_call", "=", (Value("true"),))


def list_models(
    reader: Reader, scope: Scope, expr: Expr, limit: int, kept: Kept, now_ns: int, precision: Precision = "exact"
) -> Usage:
    """Measure the calls of each provider and model over the whole range, the most called first.

    Args:
        reader: Where to look.
        scope: Project and range.
        expr: Which of the calls count, over the columns of spans.
        limit: Most models; the others are taken together.
        kept: Since when the tables are complete.
        now_ns: The present, nanoseconds since 1970 UTC.
        precision: Whether it may be an estimate where it would take long.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    return total_usage(reader, scope, And((CALLS, expr)), "provider_name,model", limit, kept, now_ns, precision)
