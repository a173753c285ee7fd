"""The models that have no price: what was called and cannot be counted in money."""

from dataclasses import dataclass

from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage_source import Kept, choose_source
from watchglass.store.engine import Parameter

MAX_MODELS = 500
"""Most models that are listed."""


@dataclass(frozen=True, slots=True)
class UnpricedModel:
    """A model with calls that have tokens and no price.

    Attributes:
        provider_name: Provider, empty when it is not known.
        model: Model, empty when it is not known.
        call_count: Calls without a price.
        input_tokens: Input tokens of its calls in the minutes and places where some had no price.
        output_tokens: The same of output tokens.
        last_seen_ns: When the newest of them was stored, nanoseconds since 1970 UTC.
    """

    provider_name: str
    model: str
    call_count: int
    input_tokens: int
    output_tokens: int
    last_seen_ns: int


def list_unpriced(reader: Reader, scope: Scope, kept: Kept) -> list[UnpricedModel]:
    """List the models without a price, the most called first, at most MAX_MODELS.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    source = choose_source(scope, None, can_use_rollups=True, kept=kept)
    parameters: dict[str, Parameter] = {"project_id": scope.project_id}
    pieces = []
    for index, piece in enumerate(source.pieces):
        parameters |= {f"start_{index}": piece.start_ns, f"end_{index}": piece.end_ns}
        pieces.append(
            "SELECT provider_name, model, unpriced_count, input_tokens, output_tokens, last_received_at "
            f"FROM {piece.table} WHERE project_id = {{project_id:String}} AND unpriced_count > 0 "
            f"AND time >= fromUnixTimestamp64Nano({{start_{index}:Int64}}, 'UTC') "
            f"AND time < fromUnixTimestamp64Nano({{end_{index}:Int64}}, 'UTC')"
        )
    rows = reader.query(
        "SELECT provider_name, model, sum(part.unpriced_count) AS call_count, sum(part.input_tokens) AS input_tokens, "
        "sum(part.output_tokens) AS output_tokens, toUnixTimestamp64Milli(max(part.last_received_at)) AS last_seen_ms "
        f"FROM ({' UNION ALL '.join(pieces)}) AS part GROUP BY provider_name, model "
        f"ORDER BY call_count DESC, provider_name, model LIMIT {MAX_MODELS}",
        parameters,
    )
    return [
        UnpricedModel(
            provider_name=row["provider_name"],
            model=row["model"],
            call_count=row["call_count"],
            input_tokens=row["input_tokens"],
            output_tokens=row["output_tokens"],
            last_seen_ns=row["last_seen_ms"] * 1_000_000,
        )
        for row in rows.to_pylist()
    ]
