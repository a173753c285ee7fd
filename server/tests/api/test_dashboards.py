"""/api/v1/dashboards: made, changed by one at a time, exported, imported, and who may."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from watchglass.api.dashboard_document import MAX_PANELS
from watchglass.api.delivered_dashboards import IDS
from watchglass.model.records import KeyScope, Principal
from watchglass.query.scope import format_time

READER = Principal("default", frozenset({KeyScope.READ}))
SHOP_EDITOR = Principal("shop", frozenset({KeyScope.READ, KeyScope.EDIT}))

USAGE = {"source": "usage", "measures": ["span_count"]}
SQL = {"source": "sql", "query": "SELECT 1 AS one", "parameters": {"n": 1, "words": "x"}}
PLACE = {"x": 0, "y": 0, "w": 6, "h": 7}
PANELS: list[dict[str, Any]] = [
    {"id": "spans", "kind": "line", "title": "Spans", "place": PLACE, "query": USAGE},
    {"id": "one", "kind": "number", "place": PLACE, "unit": "ns", "thresholds": [{"value": 1, "color": "bad"}], "query": SQL},
    {"id": "words", "kind": "text", "place": PLACE, "text": "# Hello"},
]
VARIABLES = [{"name": "model", "kind": "values", "column": "model", "default": ["a"]}]
DOCUMENT = {"format_version": 1, "variables": VARIABLES, "panels": PANELS}
NEW = {"name": "Mine", "description": "For us", "document": DOCUMENT}


def make(client: TestClient, **fields: object) -> dict[str, Any]:
    """Make a dashboard over the API and return the answer."""
    answer = client.post("/api/v1/dashboards", json={**NEW, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def panel(**fields: object) -> dict[str, Any]:
    """A panel with these fields."""
    return {"id": "p", "kind": "line", "place": PLACE, "query": USAGE, **fields}


def test_a_dashboard_is_made_listed_and_read(client: TestClient) -> None:
    """The list has it without its panels, after those that come with Watchglass."""
    made = make(client, project_id="default")
    assert (made["name"], made["project_id"], made["version"], made["updated_at"]) == ("Mine", "default", 1, format_time(NOW_NS))
    assert [it["id"] for it in made["document"]["panels"]] == ["spans", "one", "words"]
    assert made["document"]["panels"][1]["query"]["parameters"] == {"n": 1, "words": "x"}
    listed = client.get("/api/v1/dashboards").json()["dashboards"]
    assert [it["id"] for it in listed] == [*IDS, made["id"]]
    assert "document" not in listed[-1]
    assert client.get(f"/api/v1/dashboards/{made['id']}").json() == made


def test_the_second_change_of_one_version_is_refused(client: TestClient) -> None:
    """Who read an older version is answered 409 with what to do."""
    made = make(client)
    path = f"/api/v1/dashboards/{made['id']}"
    changed = client.put(path, json={**NEW, "name": "Ours", "version": 1})
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "Ours", 2)
    refused = client.put(path, json={**NEW, "name": "Theirs", "version": 1})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:watchglass:problem:conflict")
    assert "version 2" in refused.json()["detail"]
    assert client.get(path).json() == changed.json()


def test_an_export_can_be_imported(client: TestClient) -> None:
    """The file holds name, description, variables and panels, and makes the same dashboard anew."""
    made = make(client)
    exported = client.get(f"/api/v1/dashboards/{made['id']}/export")
    assert exported.headers["content-disposition"] == f'attachment; filename="{made["id"]}.watchglass.json"'
    file = exported.json()
    assert set(file) == {"format_version", "name", "description", "variables", "panels"}
    again = client.post("/api/v1/dashboards/import", params={"project": "default"}, json=file)
    assert again.status_code == 201, again.text
    assert again.json()["id"] != made["id"]
    assert again.json()["project_id"] == "default"
    assert again.json()["document"] == made["document"]
    newer = client.post("/api/v1/dashboards/import", json={**file, "format_version": 2})
    assert (newer.status_code, newer.json()["field"]) == (400, "format_version")


def test_what_comes_with_watchglass_is_copied_and_not_changed(client: TestClient) -> None:
    """It is read and exported as any other; changing and deleting are refused; its copy is the user's."""
    for name in IDS:
        path = f"/api/v1/dashboards/{name}"
        entry = client.get(path).json()
        assert entry["is_delivered"] is True
        content = {"name": "Copy", "description": "", "document": entry["document"]}
        assert client.put(path, json={**content, "version": 1}).status_code == 403
        assert client.delete(path).status_code == 403
        copy = client.post("/api/v1/dashboards", json=content).json()
        assert copy["document"] == entry["document"]
        assert copy["is_delivered"] is False
        assert client.get(f"{path}/export").json()["panels"] == entry["document"]["panels"]


def test_reading_takes_read_and_changing_edit(client: TestClient, make_client: MakeClient) -> None:
    """A reader sees dashboards and changes none."""
    made = make(client, project_id="default")
    path = f"/api/v1/dashboards/{made['id']}"
    reader = make_client(READER)
    assert reader.get(path).json() == made
    refused = [
        reader.post("/api/v1/dashboards", json=NEW), reader.put(path, json={**NEW, "version": 1}), reader.delete(path),
        reader.post("/api/v1/dashboards/import", json={"name": "x", "format_version": 1}),
    ]  # fmt: skip
    assert [answer.status_code for answer in refused] == [403] * 4


def test_a_bound_editor_stays_within_its_project(client: TestClient, make_client: MakeClient) -> None:
    """It makes dashboards of its project, and neither sees nor changes those of another."""
    client.post("/api/v1/projects", json={"id": "shop"})
    other, for_all = make(client, project_id="default"), make(client)
    editor = make_client(SHOP_EDITOR)
    assert make(editor)["project_id"] == "shop"
    assert editor.post("/api/v1/dashboards", json={**NEW, "project_id": "default"}).status_code == 403
    assert editor.get(f"/api/v1/dashboards/{other['id']}").status_code == 404
    assert editor.get(f"/api/v1/dashboards/{for_all['id']}").status_code == 200
    for dashboard in (other, for_all):
        assert editor.delete(f"/api/v1/dashboards/{dashboard['id']}").status_code == 404


@pytest.mark.parametrize(
    ("panels", "field"),
    [
        ([panel(kind="pie")], "document.panels.0.kind"),
        ([panel(query=None)], "document.panels.0"),
        ([panel(kind="text")], "document.panels.0"),
        ([panel(id="A b")], "document.panels.0.id"),
        ([panel(), panel()], "document"),
        ([panel(place={**PLACE, "x": 8})], "document.panels.0.place"),
        ([panel(place={**PLACE, "h": 1000})], "document.panels.0.place.h"),
        ([panel(title="a" * 201)], "document.panels.0.title"),
        ([panel(title="a\u0007")], "document.panels.0.title"),
        ([panel(unit="furlong")], "document.panels.0.unit"),
        ([panel(colour="red")], "document.panels.0.colour"),
        ([panel(query={"source": "shell"})], "document.panels.0.query"),
        ([panel(query={**USAGE, "measures": []})], "document.panels.0.query.usage.measures"),
        ([panel(query={**USAGE, "limit": 1000})], "document.panels.0.query.usage.limit"),
        ([panel(query={**SQL, "query": "x" * 20_001})], "document.panels.0.query.sql.query"),
        ([panel(id=f"p{number}") for number in range(MAX_PANELS + 1)], "document.panels"),
    ],
)  # fmt: skip
def test_a_wrong_panel_is_named(client: TestClient, panels: list[dict[str, Any]], field: str) -> None:
    """Bad input is a 400 that names the field, and nothing is stored."""
    answer = client.post("/api/v1/dashboards", json={**NEW, "document": {"format_version": 1, "panels": panels}})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert len(client.get("/api/v1/dashboards").json()["dashboards"]) == len(IDS)


@pytest.mark.parametrize(
    "variable",
    [
        {"name": "start", "kind": "filter"}, {"name": "Model", "kind": "filter"}, {"name": "m", "kind": "values"},
        {"name": "m", "kind": "project", "column": "model"},
    ],
)  # fmt: skip
def test_a_wrong_variable_is_refused(client: TestClient, variable: dict[str, object]) -> None:
    """Names that placeholders have, and columns where they mean nothing, are refused."""
    answer = client.post("/api/v1/dashboards", json={**NEW, "document": {"format_version": 1, "variables": [variable]}})
    assert answer.status_code == 400
    assert answer.json()["field"].startswith("document.variables.0")


def test_broken_unicode_is_refused(client: TestClient) -> None:
    """Half of a surrogate pair, which JSON can write and no database can hold, is named and not a failure."""
    text = json.dumps({**NEW, "name": "X"}).replace('"X"', '"\\ud800"')
    answer = client.post("/api/v1/dashboards", content=text, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["field"]) == (400, "name")


@pytest.mark.parametrize("path", ["dashboard_0123456789abcdef", "nothing"])
def test_an_unknown_dashboard_is_not_found(client: TestClient, path: str) -> None:
    """Reading, changing and deleting what is not there is 404."""
    address = f"/api/v1/dashboards/{path}"
    answers = [client.get(address), client.put(address, json={**NEW, "version": 1}), client.delete(address)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
