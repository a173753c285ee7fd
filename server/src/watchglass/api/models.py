"""GET /api/v1/models: the models that were called, and those without a price."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedPrecision, AskedReader, Filter
from watchglass.api.usage_totals import TotalsList, totals_list, totals_model
from watchglass.query.filter import parse
from watchglass.query.models import list_models
from watchglass.query.scope import format_time
from watchglass.query.unpriced import list_unpriced
from watchglass.query.usage_source import kept_since

router = APIRouter(prefix="/api/v1", tags=["usage"])

ModelTotals: Any = totals_model("ModelTotals", "One model's calls.", provider_name="Provider, empty when not known", model="Model, empty when not known")


class Models(TotalsList):
    """The models that were called."""

    models: list[ModelTotals] = Field(description="The most called first")


class Unpriced(BaseModel):
    """A model without a price."""

    provider_name: str = Field(description="Provider, empty when not known")
    model: str = Field(description="Model, empty when not known")
    call_count: int = Field(description="Calls that have tokens and no price")
    input_tokens: int = Field(description="Input tokens of the minutes with such calls")
    output_tokens: int = Field(description="Output tokens of the minutes with such calls")
    last_seen: str = Field(description="When the newest of them was stored")


class UnpricedModels(BaseModel):
    """The models without a price."""

    models: list[Unpriced] = Field(description="The most called first")


@router.get("/models", response_model=Models)
def models(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    filter: Filter = "",  # noqa: A002  the parameter's name
    limit: Annotated[int, Query(ge=1, le=1000, description="Most models")] = 200,
    precision: AskedPrecision = "exact",
) -> dict[str, Any]:
    """List the models that were called in the range, with counts, tokens, cost and latencies."""
    now_ns = services.clock.now_ns()
    answer = list_models(reader, scope, parse(filter), limit, kept_since(services.settings, now_ns), now_ns, precision)
    return totals_list("models", answer)


@router.get("/models/unpriced")
def unpriced_models(services: Injected, scope: AskedScope, reader: AskedReader) -> UnpricedModels:
    """List the models whose calls have tokens and no price; a price can be given them at /api/v1/prices."""
    found = list_unpriced(reader, scope, kept_since(services.settings, services.clock.now_ns()))
    return UnpricedModels(
        models=[
            Unpriced(
                provider_name=it.provider_name,
                model=it.model,
                call_count=it.call_count,
                input_tokens=it.input_tokens,
                output_tokens=it.output_tokens,
                last_seen=format_time(it.last_seen_ns),
            )
            for it in found
        ]
    )
