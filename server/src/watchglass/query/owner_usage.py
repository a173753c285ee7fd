"""What one user or session did over time: counts, tokens and cost in buckets, over whole traces as the lists count them."""

from dataclasses import dataclass

from watchglass.query.owned import HASHES, PRUNED, Owner, has_unowned, in_rows, owned_rows
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import Sql
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
    """Count what the owner did in each bucket of `interval_s` seconds of the scope, whole minutes.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    asked = Sql(f"spans.{HASHES[owner]} = cityHash64({{owner:String}})", {"owner": owner_id})
    source = owned_rows(scope, owner, asked, with_unowned=has_unowned(reader, owner, in_rows(scope)))
    rows = reader.query(
        f"""
        SELECT
            intDiv(toUnixTimestamp(part.time), {interval_s}) AS bucket,
            uniqExactIf(part.trace_hash, is_said) AS trace_count,
            sum(part.model_call_count) AS model_call_count,
            sum(part.error_count) AS error_count,
            ifNull(sum(part.input_tokens), 0) AS input_tokens,
            ifNull(sum(part.output_tokens), 0) AS output_tokens,
            ifNull(sum(part.cost_usd), 0) AS cost_usd
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
