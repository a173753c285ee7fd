"""/api/v1/views: saved views of the screens' pages."""

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from watchglass.model.records import KeyScope, Principal
from watchglass.query.scope import format_time
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.keys import create_key

NEW = {"page": "traces", "name": "Dear errors", "search": {"filter": "error:true cost>0.1", "start": "-7d"}}
SHOP_EDITOR = Principal("shop", frozenset({KeyScope.EDIT, KeyScope.READ}))


def make_view(client: TestClient, **fields: object) -> dict[str, object]:
    """Save a view over the API and return the answer."""
    answer = client.post("/api/v1/views", json={**NEW, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_view_is_saved_renamed_and_deleted(client: TestClient) -> None:
    """It comes back as it was said, keeps its id and page when changed, and is gone when deleted."""
    made = make_view(client)
    assert made == {
        **NEW,
        "id": made["id"],
        "project_id": "default",
        "created_at": format_time(NOW_NS),
        "created_by": None,
    }
    changed = {"name": "Errors", "search": {"filter": 'error:true "späte Rückgabe\u0000"'}}
    answer = client.put(f"/api/v1/views/{made['id']}", json=changed)
    assert (answer.status_code, answer.json()) == (200, {**made, **changed})
    assert client.get("/api/v1/views").json() == {"views": [answer.json()]}
    assert client.delete(f"/api/v1/views/{made['id']}").status_code == 204
    assert client.delete(f"/api/v1/views/{made['id']}").status_code == 404
    assert client.put(f"/api/v1/views/{made['id']}", json=changed).status_code == 404
    assert client.get("/api/v1/views").json() == {"views": []}


def test_views_are_listed_by_page_and_project(client: TestClient) -> None:
    """A page shows its own views by name, and a project those of nobody else."""
    client.post("/api/v1/projects", json={"id": "shop"})
    for name, fields in (("b", {}), ("a", {}), ("c", {"page": "logs"}), ("d", {"project_id": "shop"})):
        make_view(client, name=name, **fields)
    named = lambda query: [view["name"] for view in client.get(f"/api/v1/views{query}").json()["views"]]  # noqa: E731
    assert named("") == ["c", "a", "b"]
    assert named("?page=traces") == ["a", "b"]
    assert named("?project=shop") == ["d"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"page": "../x"}, "page"),
        ({"search": {"a b": "c"}}, "search"),
        ({"search": {"project": "shop"}}, "search"),
        ({"search": {"filter": "a" * 17_000}}, "search"),
        ({"project_id": "nowhere"}, "project_id"),
        ({"color": "red"}, "color"),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, change: dict[str, object], field: str) -> None:
    """Bad input is a 400 that names the field, and nothing is stored."""
    answer = client.post("/api/v1/views", json={**NEW, **change})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert client.get("/api/v1/views").json() == {"views": []}


def test_a_page_has_each_name_once(client: TestClient) -> None:
    """A second view of the name is refused, made or renamed; another page may have it."""
    make_view(client)
    make_view(client, page="logs")
    other = make_view(client, name="Other")
    assert client.post("/api/v1/views", json=NEW).json()["field"] == "name"
    answer = client.put(f"/api/v1/views/{other['id']}", json={"name": "Dear errors", "search": {}})
    assert (answer.status_code, answer.json()["field"]) == (400, "name")


def test_saving_takes_the_scope_edit_and_notes_the_key(
    client: TestClient, make_client: MakeClient, control: ControlDatabase
) -> None:
    """A reader sees views and saves none; who saves with a key is named by the key's name."""
    key, _ = create_key(control, "Ada's laptop", "default", [KeyScope.EDIT], NOW_NS)
    editor = make_client(Principal("default", key.scopes, key.id))
    made = make_view(editor)
    assert made["created_by"] == "Ada's laptop"
    reader = make_client(Principal(None, frozenset({KeyScope.READ})))
    assert reader.get("/api/v1/views").json() == {"views": [made]}
    assert reader.post("/api/v1/views", json=NEW).status_code == 403
    assert reader.put(f"/api/v1/views/{made['id']}", json={"name": "x", "search": {}}).status_code == 403
    assert reader.delete(f"/api/v1/views/{made['id']}").status_code == 403


def test_an_editor_of_one_project_changes_nothing_of_another(client: TestClient, make_client: MakeClient) -> None:
    """Views of other projects are neither seen, nor made, nor changed, nor deleted."""
    client.post("/api/v1/projects", json={"id": "shop"})
    of_default = make_view(client)
    editor = make_client(SHOP_EDITOR)
    assert make_view(editor)["project_id"] == "shop"
    assert editor.post("/api/v1/views", json={**NEW, "project_id": "default"}).status_code == 403
    assert editor.get("/api/v1/views?project=default").status_code == 403
    path = f"/api/v1/views/{of_default['id']}"
    assert editor.put(path, json={"name": "mine", "search": {}}).status_code == 404
    assert editor.delete(path).status_code == 404
    assert client.get("/api/v1/views").json() == {"views": [of_default]}
