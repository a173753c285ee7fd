"""What one user or session did over time: counts, tokens and cost in buckets, over whole traces as the lists count them."""

from dataclasses import dataclass

from watchglass.query.owned import PRUNED, Owner, has_unowned, owned_spans
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import Sql, in_scope
from watchglass.query.usage_source import SECOND_NS


@dataclass(frozen=True, slots=True)
class OwnerCourse:
    """Columns of equal length, a value a bucket; 0 where nothing was done.

    Attributes:
        times_ns: Start of each bucket, a multiple of the interval, nanoseconds since 1970 UTC.
        trace_count: Traces with a span in the bucket that says the id.
        model_call_count: Calls to a model.
        error_count: Spans with status error.
        input_tokens: Sum over the model calls.
        output_tokens: Sum over the model calls.
        cost_usd: Sum over the priced model calls.
    """

    times_ns: list[int]
    trace_count: list[int]
    model_call_count: list[int]
    error_count: list[int]
    input_tokens: list[int]
    output_tokens: list[int]
    cost_usd: list[float]


_COUNTED = tuple(name for name in OwnerCourse.__slots__ if name != "times_ns")


def course_of(reader: Reader, scope: Scope, owner: Owner, owner_id: str, interval_s: int) -> OwnerCourse:
    """Count what the owner did in each bucket of `interval_s` seconds of the scope.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    seen = in_scope(scope, "spans")
    asked = Sql(f"spans.{owner} = {{owner:String}}", {"owner": owner_id})
    source = owned_spans(owner, seen, asked, with_unowned=has_unowned(reader, owner, seen))
    rows = reader.query(
        f"""
        SELECT
            intDiv(toUnixTimestamp64Second(part.start_time), {interval_s}) AS bucket,
            uniqExactIf(part.trace_id, is_said) AS trace_count,
            countIf(is_model_call) AS model_call_count,
            countIf(status_code = 'error') AS error_count,
            sumIf(ifNull(part.input_tokens, 0), is_model_call) AS input_tokens,
            sumIf(ifNull(part.output_tokens, 0), is_model_call) AS output_tokens,
            sumIf(ifNull(part.cost_usd, 0), is_model_call) AS cost_usd
        FROM {source.text} AS part
        GROUP BY bucket
        """,
        source.parameters,
        PRUNED,
    ).to_pylist()
    step_ns = interval_s * SECOND_NS
    times_ns = list(range(scope.start_ns // step_ns * step_ns, scope.end_ns, step_ns))
    by_bucket = {row["bucket"] * step_ns: row for row in rows}
    return OwnerCourse(
        times_ns, *([by_bucket[at][name] if at in by_bucket else 0 for at in times_ns] for name in _COUNTED)
    )
