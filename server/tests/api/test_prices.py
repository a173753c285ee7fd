"""/api/v1/prices: what a user says a model costs."""

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from watchglass.ingest.cost import Pricer
from watchglass.model.records import KeyScope, Principal
from watchglass.query.scope import format_time
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.follower import Follower

READER = Principal(None, frozenset({KeyScope.READ}))
SHOP_ADMIN = Principal("shop", frozenset({KeyScope.ADMIN}))
NEW = {"model": "my-*", "input_usd_per_mtok": 1.5, "output_usd_per_mtok": 6}


def make_price(client: TestClient, **fields: object) -> dict[str, object]:
    """Make an override over the API and return the answer."""
    answer = client.post("/api/v1/prices", json={**NEW, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_price_is_made_and_listed(client: TestClient) -> None:
    """What was not said is null or holds for all; the time may be relative."""
    made = make_price(client, cache_read_usd_per_mtok=0.15, valid_from="-1h")
    assert made == {
        "id": made["id"],
        "model": "my-*",
        "provider_name": "",
        "project_id": None,
        "input_usd_per_mtok": 1.5,
        "output_usd_per_mtok": 6.0,
        "cache_read_usd_per_mtok": 0.15,
        "cache_creation_usd_per_mtok": None,
        "valid_from": format_time(NOW_NS - 3600 * 10**9),
        "created_at": format_time(NOW_NS),
    }
    assert client.get("/api/v1/prices").json() == {"prices": [made]}


def test_a_price_holds_for_the_next_spans_until_it_is_deleted(client: TestClient, control: ControlDatabase) -> None:
    """Made, changed and deleted over the API, it is what calls cost from then on."""
    follower = Follower(control)
    pricer = Pricer(lambda: follower.snapshot.prices)
    columns = {
        "model": pa.array(["my-model"]),
        "is_model_call": pa.array([True]),
        "start_time": pa.array([NOW_NS], pa.timestamp("ns", tz="UTC")),
        "input_tokens": pa.array([2_000_000], pa.uint64()),
    }
    assert pricer.price(columns)["cost_usd"].to_pylist() == [None]
    made = make_price(client)
    assert pricer.price(columns)["cost_usd"].to_pylist() == [3.0]
    assert client.delete(f"/api/v1/prices/{made['id']}").status_code == 204
    assert pricer.price(columns)["cost_usd"].to_pylist() == [None]
    assert client.delete(f"/api/v1/prices/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"model": ""}, "model"),
        ({"input_usd_per_mtok": -1}, "input_usd_per_mtok"),
        ({"output_usd_per_mtok": None}, "output_usd_per_mtok"),
        ({"output_usd_per_mtok": "nan"}, "output_usd_per_mtok"),
        ({"cache_read_usd_per_mtok": "cheap"}, "cache_read_usd_per_mtok"),
        ({"cache_creation_usd_per_mtok": 1e12}, "cache_creation_usd_per_mtok"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"provider_name": "a" * 201}, "provider_name"),
        ({"project_id": "nowhere"}, "project_id"),
        ({"currency": "EUR"}, "currency"),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, change: dict[str, object], field: str) -> None:
    """Bad input is a 400 that names the field, and nothing is stored."""
    answer = client.post("/api/v1/prices", json={**NEW, **change})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert client.get("/api/v1/prices").json() == {"prices": []}


def test_reading_prices_takes_read_and_changing_them_admin(client: TestClient, make_client: MakeClient) -> None:
    """A reader sees prices and changes none."""
    made = make_price(client)
    reader = make_client(READER)
    assert reader.get("/api/v1/prices").json() == {"prices": [made]}
    assert reader.post("/api/v1/prices", json=NEW).status_code == 403
    assert reader.delete(f"/api/v1/prices/{made['id']}").status_code == 403


def test_a_bound_admin_stays_within_its_project(client: TestClient, make_client: MakeClient) -> None:
    """It sees what holds for its project, and makes and deletes prices of that project alone."""
    client.post("/api/v1/projects", json={"id": "shop"})
    for_all, for_default = make_price(client), make_price(client, project_id="default")
    admin = make_client(SHOP_ADMIN)
    made = make_price(admin)
    assert made["project_id"] == "shop"
    assert {price["id"] for price in admin.get("/api/v1/prices").json()["prices"]} == {made["id"], for_all["id"]}
    assert admin.post("/api/v1/prices", json={**NEW, "project_id": "default"}).status_code == 403
    assert admin.get("/api/v1/prices?project=default").status_code == 403
    for price in (for_all, for_default):
        assert admin.delete(f"/api/v1/prices/{price['id']}").status_code == 404
    assert admin.delete(f"/api/v1/prices/{made['id']}").status_code == 204


def test_prices_are_listed_by_project(client: TestClient) -> None:
    """The parameter project leaves what holds for that project; a wrong one is named."""
    client.post("/api/v1/projects", json={"id": "shop"})
    for_all, for_shop = make_price(client), make_price(client, project_id="shop")
    for project, expected in (("shop", {for_all["id"], for_shop["id"]}), ("default", {for_all["id"]})):
        listed = client.get("/api/v1/prices", params={"project": project}).json()["prices"]
        assert {price["id"] for price in listed} == expected
    answer = client.get("/api/v1/prices", params={"project": "No Id"})
    assert (answer.status_code, answer.json()["field"]) == (400, "project")
