"""/api/v1/projects: who sees and makes what."""

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from watchglass.model.records import KeyScope, Principal
from watchglass.query.scope import format_time

READER = Principal(None, frozenset({KeyScope.READ}))
SHOP_ADMIN = Principal("shop", frozenset({KeyScope.ADMIN}))


def test_a_project_is_made_and_listed(client: TestClient) -> None:
    """What was made comes back, in the answer and in the listing."""
    made = client.post("/api/v1/projects", json={"id": "shop", "name": "The shop"})
    assert made.status_code == 201
    assert made.json() == {"id": "shop", "name": "The shop", "created_at": format_time(NOW_NS)}
    listed = client.get("/api/v1/projects").json()["projects"]
    assert [project["id"] for project in listed] == ["default", "shop"]
    assert listed[1] == made.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "id"),
        ({"id": "Shop"}, "id"),
        ({"id": "default"}, "id"),
        ({"id": 5}, "id"),
        ({"id": "shop", "name": "a" * 201}, "name"),
        ({"id": "shop", "nmae": "typo"}, "nmae"),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, body: dict[str, object], field: str) -> None:
    """Bad input is a 400 that names the field, and nothing is made."""
    answer = client.post("/api/v1/projects", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert len(client.get("/api/v1/projects").json()["projects"]) == 1


def test_making_a_project_takes_an_admin_of_all(client: TestClient, make_client: MakeClient) -> None:
    """Neither a reader nor the admin of one project may make another."""
    client.post("/api/v1/projects", json={"id": "shop"})
    for principal in (READER, SHOP_ADMIN):
        assert make_client(principal).post("/api/v1/projects", json={"id": "new"}).status_code == 403
    assert len(client.get("/api/v1/projects").json()["projects"]) == 2


def test_a_bound_key_sees_its_own_project(client: TestClient, make_client: MakeClient) -> None:
    """Other projects' names are nobody else's business."""
    client.post("/api/v1/projects", json={"id": "shop"})
    assert [it["id"] for it in make_client(SHOP_ADMIN).get("/api/v1/projects").json()["projects"]] == ["shop"]
    assert len(make_client(READER).get("/api/v1/projects").json()["projects"]) == 2


def test_a_project_is_renamed_by_who_administers_it(client: TestClient, make_client: MakeClient) -> None:
    """The id stays; a name that is not allowed, a project that is not there and a key of another one are refused."""
    client.post("/api/v1/projects", json={"id": "shop"})
    renamed = make_client(SHOP_ADMIN).patch("/api/v1/projects/shop", json={"name": " Shop of things "})
    assert renamed.json() == {"id": "shop", "name": "Shop of things", "created_at": format_time(NOW_NS)}
    assert client.get("/api/v1/projects").json()["projects"][1] == renamed.json()
    refused = [
        (client.patch("/api/v1/projects/shop", json={"name": ""}), 400),
        (client.patch("/api/v1/projects/none", json={"name": "x"}), 404),
        (make_client(SHOP_ADMIN).patch("/api/v1/projects/default", json={"name": "x"}), 403),
        (make_client(READER).patch("/api/v1/projects/shop", json={"name": "x"}), 403),
    ]
    assert [answer.status_code for answer, _ in refused] == [status for _, status in refused]
