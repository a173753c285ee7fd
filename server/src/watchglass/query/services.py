"""The services that reported spans, and what each came to."""

from watchglass.query.expr import Expr
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage import Usage
from watchglass.query.usage_source import Kept
from watchglass.query.usage_totals import total_usage


def list_services(reader: Reader, scope: Scope, expr: Expr, limit: int, kept: Kept, now_ns: int) -> Usage:
    """Measure the spans of each service and environment over the whole range, the one with the most first.

    Args:
        reader: Where to look.
        scope: Project and range.
        expr: Which spans count, over the columns of spans.
        limit: Most services; the others are taken together.
        kept: Since when the tables are complete.
        now_ns: The present, nanoseconds since 1970 UTC.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    return total_usage(reader, scope, expr, "service_name,environment", limit, kept, now_ns)
