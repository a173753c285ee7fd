"""/api/v1/markers: what was deployed, as lines on the charts."""

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from watchglass.model.records import KeyScope, Principal
from watchglass.query.scope import format_time

NEW = {"title": "checkout 2.4.0", "service_name": "checkout", "release": "2.4.0", "environment": "production", "url": "https://ci.example/42", "source": "ci"}


def test_a_marker_is_kept_listed_and_deleted(client: TestClient) -> None:
    """One line of CI: the title is enough, the time is now; the same one sent again is kept once."""
    made = client.post("/api/v1/markers", json=NEW)
    assert made.status_code == 201, made.text
    marker = made.json()
    assert marker == {**NEW, "id": marker["id"], "project_id": "default", "time": format_time(NOW_NS), "created_at": format_time(NOW_NS), "created_by": None}
    assert client.post("/api/v1/markers", json=NEW).json()["id"] == marker["id"]
    earlier = client.post("/api/v1/markers", json={"title": "config", "time": "-30m"}).json()
    listed = client.get("/api/v1/markers", params={"start": "-1h", "end": format_time(NOW_NS + 1)}).json()["markers"]
    assert [it["id"] for it in listed] == [marker["id"], earlier["id"]]
    assert client.get("/api/v1/markers", params={"start": "-10m", "end": "-5m"}).json() == {"markers": []}
    assert client.delete(f"/api/v1/markers/{marker['id']}").status_code == 204
    assert client.delete(f"/api/v1/markers/{marker['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "a\u0007"}, "title"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://a\"b"}, "url"),
        ({"time": "soon"}, "time"),
        ({"service_name": "a" * 201}, "service_name"),
        ({"project_id": "nowhere"}, "project_id"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, change: dict[str, object], field: str) -> None:
    """And nothing is kept."""
    answer = client.post("/api/v1/markers", json={**NEW, **change})
    assert answer.status_code in (400, 422), answer.text
    assert field in answer.text
    assert client.get("/api/v1/markers", params={"end": format_time(NOW_NS + 1)}).json() == {"markers": []}


def test_a_reader_marks_nothing_and_projects_do_not_see_each_other(make_client: MakeClient) -> None:
    """To mark takes the scope edit; a key that is bound to a project marks and sees that one alone."""
    reader = make_client(Principal(None, frozenset({KeyScope.READ})))
    assert reader.post("/api/v1/markers", json=NEW).status_code == 403
    everybody = make_client()
    everybody.post("/api/v1/projects", json={"id": "shop"})
    of_default = everybody.post("/api/v1/markers", json=NEW).json()
    editor = make_client(Principal("shop", frozenset({KeyScope.EDIT, KeyScope.READ})))
    assert editor.post("/api/v1/markers", json=NEW).json()["project_id"] == "shop"
    assert editor.post("/api/v1/markers", json={**NEW, "project_id": "default"}).status_code == 403
    assert editor.delete(f"/api/v1/markers/{of_default['id']}").status_code == 404
    listed = reader.get("/api/v1/markers", params={"end": format_time(NOW_NS + 1)}).json()["markers"]
    assert [it["id"] for it in listed] == [of_default["id"]]
