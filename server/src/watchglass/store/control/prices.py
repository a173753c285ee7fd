"""Price overrides: what a user says a model costs, before the price list is asked."""

import math
from dataclasses import asdict, dataclass

from sqlalchemy import or_
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from watchglass.errors import InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.fields import MAX_TIME_NS, checked_project_id, checked_text, new_id
from watchglass.store.control.tables import prices

MAX_USD_PER_MTOK = 1e9


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A price override that is not stored yet.

    Attributes:
        project_id: The one project that it holds for; None for all.
        provider_name: As the column provider_name, in any case; empty for any provider.
        model: As the column model, in any case; each `*` stands for any text.
        input_usd_per_mtok: USD for a million input tokens.
        output_usd_per_mtok: USD for a million output tokens.
        cache_read_usd_per_mtok: USD for a million input tokens read from a cache; None: as other input.
        cache_creation_usd_per_mtok: USD for a million input tokens written to a cache; None: as other input.
        valid_from_ns: First start of a span that it holds for, nanoseconds since 1970 UTC.
    """

    project_id: str | None
    provider_name: str
    model: str
    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cache_read_usd_per_mtok: float | None = None
    cache_creation_usd_per_mtok: float | None = None
    valid_from_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOverride(NewPrice):
    """A stored price override.

    Attributes:
        id: Names it in the API.
        created_at_ns: Nanoseconds since 1970 UTC.
    """

    id: str
    created_at_ns: int


def list_prices(control: ControlDatabase, project_id: str | None = None) -> list[PriceOverride]:
    """Return the overrides that hold for one project, or all when `project_id` is None, newest first.

    Raises:
        Unavailable: The control database does not answer.
    """
    chosen = prices.select().order_by(prices.c.created_at_ns.desc(), prices.c.id)
    if project_id is not None:
        chosen = chosen.where(or_(prices.c.project_id == project_id, prices.c.project_id.is_(None)))
    with control.read() as connection:
        return [PriceOverride(**row) for row in connection.execute(chosen).mappings()]


def create_price(control: ControlDatabase, new: NewPrice, now_ns: int) -> PriceOverride:
    """Store an override; it holds for spans that come from now on, also for those that began earlier.

    Raises:
        InvalidInput: A field is not allowed; it is named.
        Unavailable: The control database does not answer.
    """
    values = asdict(new)
    if new.project_id is not None:
        checked_project_id("project_id", new.project_id)
    values["provider_name"] = checked_text("provider_name", new.provider_name, may_be_empty=True)
    values["model"] = checked_text("model", new.model)
    for field, price in values.items():
        if field.endswith("_usd_per_mtok") and price is not None and not _is_price(price):
            raise InvalidInput(field, f"must be between 0 and {MAX_USD_PER_MTOK:,.0f} USD for a million tokens")
    if not 0 <= new.valid_from_ns <= MAX_TIME_NS:
        raise InvalidInput("valid_from", "must be between 1970 and 2262")
    price = PriceOverride(id=new_id("price"), created_at_ns=now_ns, **values)
    with control.change() as connection:
        try:
            connection.execute(prices.insert().values(**asdict(price)))
        except IntegrityError:
            raise InvalidInput("project_id", f"there is no project {new.project_id}") from None
    return price


def delete_price(control: ControlDatabase, price_id: str, project_id: str | None) -> None:
    """Delete an override; rows that it priced keep their cost.

    Args:
        control: Where it is kept.
        price_id: Which override.
        project_id: Delete it only when it belongs to this project; None for any.

    Raises:
        NotFound: There is no such override (in that project).
        Unavailable: The control database does not answer.
    """
    chosen = prices.c.id == price_id
    if project_id is not None:
        chosen = chosen & (prices.c.project_id == project_id)
    with control.change() as connection:
        if not connection.execute(prices.delete().where(chosen)).rowcount:
            raise NotFound(f"there is no price {price_id[:64]}")


def all_prices(connection: Connection) -> tuple[PriceOverride, ...]:
    """Return all overrides, oldest first."""
    rows = connection.execute(prices.select().order_by(prices.c.created_at_ns, prices.c.id)).mappings()
    return tuple(PriceOverride(**row) for row in rows)


def _is_price(price: float) -> bool:
    return math.isfinite(price) and 0 <= price <= MAX_USD_PER_MTOK
