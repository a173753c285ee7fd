"""/api/v1/keys: shown once, revoked at once, and never more than the maker's own rights."""

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from watchglass.api.access import require_edit
from watchglass.clock import FixedClock
from watchglass.errors import Forbidden, Unauthorized
from watchglass.ingest.doors import Doors
from watchglass.model.records import KeyScope, Principal
from watchglass.query.scope import format_time
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.follower import Follower

READER = Principal("default", frozenset({KeyScope.READ, KeyScope.INGEST}))
SHOP_ADMIN = Principal("shop", frozenset({KeyScope.ADMIN}))


def make_key(client: TestClient, **fields: object) -> dict[str, object]:
    """Make a key over the API and return the answer."""
    answer = client.post("/api/v1/keys", json={"name": "key", "project_id": "default", "scopes": ["read"], **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_token_is_shown_once(client: TestClient) -> None:
    """Making shows the token and forbids caches to keep it; the listing shows all but the token."""
    answer = client.post("/api/v1/keys", json={"name": "ci", "project_id": "default", "scopes": ["read", "ingest"]})
    made = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    token = made.pop("token")
    assert token.startswith(made["prefix"])
    assert made["scopes"] == ["ingest", "read"]
    assert (made["created_at"], made["revoked_at"], made["last_used_at"]) == (format_time(NOW_NS), None, None)
    listed = client.get("/api/v1/keys")
    assert listed.json() == {"keys": [made]}
    assert token not in listed.text


@pytest.mark.parametrize("principal", [None, READER, SHOP_ADMIN])
def test_the_asker_is_told_what_may_be_done(make_client: MakeClient, principal: Principal | None) -> None:
    """Screens offer only what a key allows: its scopes and its project, whichever scopes it has."""
    answer = make_client(principal).get("/api/v1/keys/current")
    expected = principal or Principal(None, frozenset({KeyScope.ADMIN}))
    assert answer.json() == {"scopes": sorted(expected.scopes), "project_id": expected.project_id, "has_key": False}


def test_a_key_opens_the_doors_until_it_is_revoked(
    client: TestClient, control: ControlDatabase, clock: FixedClock
) -> None:
    """A key made over the API is good for exports at once, and refused at once when revoked."""
    doors = Doors(control, Follower(control), clock, needs_keys=True)
    made = make_key(client, scopes=["ingest"])
    headers = {"authorization": f"Bearer {made['token']}"}
    assert doors.admit(headers, "") == "default"
    assert client.delete(f"/api/v1/keys/{made['id']}").status_code == 204
    with pytest.raises(Unauthorized):
        doors.admit(headers, "")
    assert client.get("/api/v1/keys").json()["keys"][0]["revoked_at"] == format_time(NOW_NS)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u0007"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["write"]}, "scopes.0"),
        ({"scopes": "read"}, "scopes"),
        ({"project_id": None}, "project_id"),
        ({"project_id": "nowhere"}, "project_id"),
        ({"expires": "never"}, "expires"),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, change: dict[str, object], field: str) -> None:
    """Bad input is a 400 that names the field, and no key is made."""
    answer = client.post("/api/v1/keys", json={"name": "key", "project_id": "default", "scopes": ["read"], **change})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert client.get("/api/v1/keys").json() == {"keys": []}


def test_keys_take_an_admin(make_client: MakeClient) -> None:
    """A key that reads and sends may not even list keys."""
    reader = make_client(READER)
    key = {"name": "key", "project_id": "default", "scopes": ["read"]}
    answers = [
        reader.get("/api/v1/keys"),
        reader.post("/api/v1/keys", json=key),
        reader.delete("/api/v1/keys/key_0123456789abcdef"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_a_bound_admin_stays_within_its_project(client: TestClient, make_client: MakeClient) -> None:
    """It sees, makes and revokes keys of its project alone, so that it never gets more than it has."""
    client.post("/api/v1/projects", json={"id": "shop"})
    other, everywhere = make_key(client), make_key(client, project_id=None, scopes=["admin"])
    admin = make_client(SHOP_ADMIN)
    made = make_key(admin, project_id=None, scopes=["admin"])
    assert made["project_id"] == "shop"
    assert [key["id"] for key in admin.get("/api/v1/keys").json()["keys"]] == [made["id"]]
    refused = admin.post("/api/v1/keys", json={"name": "key", "project_id": "default", "scopes": ["read"]})
    assert refused.status_code == 403
    for key in (other, everywhere):
        assert admin.delete(f"/api/v1/keys/{key['id']}").status_code == 404
    assert [key["revoked_at"] for key in client.get("/api/v1/keys").json()["keys"]] == [None, None, None]


@pytest.mark.parametrize(("key_id", "status"), [("key_0123456789abcdef", 404), ("key_", 400), ("a%00b", 400)])
def test_an_unknown_key_is_not_found(client: TestClient, key_id: str, status: int) -> None:
    """An id that is none names its field; one that could be is not found."""
    answer = client.delete(f"/api/v1/keys/{key_id}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_key_may_edit_without_administering(client: TestClient, make_client: MakeClient) -> None:
    """The scope edit is given as any other, is no admin, and an admin has it."""
    assert make_key(client, scopes=["edit", "read"])["scopes"] == ["edit", "read"]
    editor = Principal("default", frozenset({KeyScope.EDIT}))
    assert make_client(editor).get("/api/v1/keys").status_code == 403
    assert require_edit(editor) is editor
    assert require_edit(SHOP_ADMIN) is SHOP_ADMIN
    with pytest.raises(Forbidden, match="edit"):
        require_edit(READER)
