"""Price overrides: what is stored, what is refused, whose they are."""

from dataclasses import replace

import pytest

from watchglass.errors import InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.prices import NewPrice, create_price, delete_price, list_prices
from watchglass.store.control.projects import create_project

NEW = NewPrice(None, "openai", "gpt-*", 1.25, 10.0, 0.125, None, 5)


def test_a_price_comes_back_as_it_was_said(control: ControlDatabase) -> None:
    """Every field survives, also those that are null and prices of many digits."""
    exact = replace(NEW, input_usd_per_mtok=0.1 + 0.2, valid_from_ns=2**63 - 1)
    made = create_price(control, exact, 9)
    assert list_prices(control) == [made]
    assert (made.input_usd_per_mtok, made.valid_from_ns, made.created_at_ns) == (0.1 + 0.2, 2**63 - 1, 9)
    assert (made.provider_name, made.model, made.cache_read_usd_per_mtok) == ("openai", "gpt-*", 0.125)
    assert made.cache_creation_usd_per_mtok is None


def test_a_project_sees_its_own_prices_and_those_for_all(control: ControlDatabase) -> None:
    """What holds for a project is what was made for it or for all, newest first."""
    create_project(control, "shop", "", 1)
    for_all = create_price(control, NEW, 1)
    for_shop = create_price(control, replace(NEW, project_id="shop"), 2)
    for_default = create_price(control, replace(NEW, project_id="default"), 3)
    assert list_prices(control) == [for_default, for_shop, for_all]
    assert list_prices(control, "shop") == [for_shop, for_all]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"model": ""}, "model"),
        ({"model": "a" * 201}, "model"),
        ({"provider_name": "a\x00"}, "provider_name"),
        ({"project_id": "nowhere"}, "project_id"),
        ({"project_id": "No Id"}, "project_id"),
        ({"input_usd_per_mtok": -1.0}, "input_usd_per_mtok"),
        ({"output_usd_per_mtok": float("nan")}, "output_usd_per_mtok"),
        ({"cache_read_usd_per_mtok": float("inf")}, "cache_read_usd_per_mtok"),
        ({"cache_creation_usd_per_mtok": 1e10}, "cache_creation_usd_per_mtok"),
        ({"valid_from_ns": -1}, "valid_from"),
        ({"valid_from_ns": 2**63}, "valid_from"),
    ],
)
def test_what_a_price_may_not_be_is_named(control: ControlDatabase, change: dict[str, object], field: str) -> None:
    """The wrong field is named and nothing is stored."""
    with pytest.raises(InvalidInput) as raised:
        create_price(control, replace(NEW, **change), 1)  # type: ignore[arg-type]
    assert raised.value.field == field
    assert list_prices(control) == []


def test_only_a_project_s_own_price_is_deleted_within_it(control: ControlDatabase) -> None:
    """Within a project neither others' prices nor those for all can be deleted."""
    create_project(control, "shop", "", 1)
    for_all = create_price(control, NEW, 1)
    for_shop = create_price(control, replace(NEW, project_id="shop"), 2)
    with pytest.raises(NotFound):
        delete_price(control, for_all.id, "shop")
    delete_price(control, for_shop.id, "shop")
    assert list_prices(control) == [for_all]
    delete_price(control, for_all.id, None)
    with pytest.raises(NotFound):
        delete_price(control, for_all.id, None)
    assert list_prices(control) == []
