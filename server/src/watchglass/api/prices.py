"""/api/v1/prices: what models cost here, where the price list does not know or is not right."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from watchglass.api.access import Admin, Injected, Reader, bound_project
from watchglass.query.scope import format_time, parse_time
from watchglass.store.control import prices as store
from watchglass.store.control.fields import checked_project_id

router = APIRouter(prefix="/api/v1", tags=["prices"])


class PriceFields(BaseModel):
    """What an override says."""

    model: str = Field(description="Model as the column model, in any case; each * stands for any text")
    provider_name: str = Field("", description="Provider as the column provider_name, in any case; empty for any")
    project_id: str | None = Field(
        None, description="The one project that it holds for; null for all, or for the one that the asker is bound to"
    )
    input_usd_per_mtok: float = Field(description="USD for a million input tokens")
    output_usd_per_mtok: float = Field(description="USD for a million output tokens")
    cache_read_usd_per_mtok: float | None = Field(
        None, description="USD for a million input tokens read from a cache; null: as other input"
    )
    cache_creation_usd_per_mtok: float | None = Field(
        None, description="USD for a million input tokens written to a cache; null: as other input"
    )


class NewPrice(PriceFields):
    """An override to be made; it prices spans that come from then on."""

    model_config = ConfigDict(extra="forbid")

    valid_from: str | None = Field(
        None,
        description="First start of a span that it holds for: RFC 3339, Unix time, or relative such as -1h; any when null",
    )


class PriceEntry(PriceFields):
    """A price override."""

    id: str = Field(description="Names the override")
    valid_from: str = Field(description="First start of a span that it holds for, RFC 3339")
    created_at: str = Field(description="When it was made, RFC 3339")


class PriceList(BaseModel):
    """Price overrides, newest first."""

    prices: list[PriceEntry]


@router.get("/prices")
def list_prices(
    services: Injected,
    reader: Reader,
    project: Annotated[
        str | None, Query(description="Only what holds for this project; everything when not given")
    ] = None,
) -> PriceList:
    """List overrides; who is bound to a project sees those that hold for it."""
    project_id = bound_project(reader, checked_project_id("project", project) if project else None)
    return PriceList(prices=[_entry(price) for price in store.list_prices(services.control, project_id)])


@router.post("/prices", status_code=201)
def create_price(services: Injected, admin: Admin, new: NewPrice) -> PriceEntry:
    """Make an override.

    Of several that fit a call the most special one wins: one project before all, an exact model before a pattern, one
    provider before any, a longer pattern before a shorter; then the one whose valid_from is last.
    """
    now_ns = services.clock.now_ns()
    price = store.NewPrice(
        project_id=bound_project(admin, new.project_id),
        provider_name=new.provider_name,
        model=new.model,
        input_usd_per_mtok=new.input_usd_per_mtok,
        output_usd_per_mtok=new.output_usd_per_mtok,
        cache_read_usd_per_mtok=new.cache_read_usd_per_mtok,
        cache_creation_usd_per_mtok=new.cache_creation_usd_per_mtok,
        valid_from_ns=0 if new.valid_from is None else parse_time("valid_from", new.valid_from, now_ns),
    )
    return _entry(store.create_price(services.control, price, now_ns))


@router.delete("/prices/{price_id}", status_code=204)
def delete_price(
    services: Injected, admin: Admin, price_id: Annotated[str, Path(pattern="^price_[0-9a-f]{16}$")]
) -> None:
    """Delete an override; rows that it priced keep their cost."""
    store.delete_price(services.control, price_id, admin.project_id)


def _entry(price: store.PriceOverride) -> PriceEntry:
    return PriceEntry(
        id=price.id,
        model=price.model,
        provider_name=price.provider_name,
        project_id=price.project_id,
        input_usd_per_mtok=price.input_usd_per_mtok,
        output_usd_per_mtok=price.output_usd_per_mtok,
        cache_read_usd_per_mtok=price.cache_read_usd_per_mtok,
        cache_creation_usd_per_mtok=price.cache_creation_usd_per_mtok,
        valid_from=format_time(price.valid_from_ns),
        created_at=format_time(price.created_at_ns),
    )
