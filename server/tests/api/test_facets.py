"""Facets, values and names of attributes over HTTP."""

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from doubles.rows import insert_rows, span
from watchglass.model.records import KeyScope, Principal
from watchglass.store.engine import Engine


def stored(engine: Engine) -> None:
    """Three spans ten minutes before the present."""
    row = {"project_id": "default", "start_time": NOW_NS - 600 * 10**9}
    insert_rows(engine, "spans", [
        span(1, 1, model="gpt-4o", status_code="error", attributes={"app.tier": "a/b"}, **row), span(1, 2, model="gpt-4o", **row),
        span(1, 3, model="claude", user_id="u", **row),
    ])  # fmt: skip


def test_facets_are_answered_in_the_order_of_the_fields(client: TestClient, engine: Engine) -> None:
    """Each says what was counted and how far back."""
    stored(engine)
    answer = client.get("/api/v1/facets", params={"fields": "user,model", "filter": "model:gpt-4o"}).json()
    user, model = answer["facets"]
    assert model == {
        "name": "model",
        "values": [
            {"value": "gpt-4o", "count": 2, "error_count": 1},
            {"value": "claude", "count": 1, "error_count": 0},
        ],
        "absent_count": 0,
        "other_count": 0,
        "start": "2023-11-13T22:13:00.000000000Z",
        "is_partial": False,
        "source": "rollups",
    }
    assert (user["values"], user["absent_count"], user["source"]) == ([], 2, "rows")
    assert user["start"] == "2023-11-13T22:13:20.000000000Z"


def test_a_typed_value_or_name_is_completed(client: TestClient, engine: Engine) -> None:
    """Names with a slash or a dot may stand in the path; what occurs most comes first."""
    stored(engine)
    values = client.get("/api/v1/fields/model/values", params={"prefix": "GPT"}).json()
    assert (values["values"], values["is_partial"]) == ([{"value": "gpt-4o", "count": 2, "error_count": 1}], False)
    values = client.get("/api/v1/fields/attributes.app.tier/values").json()
    assert [it["value"] for it in values["values"]] == ["a/b"]
    names = client.get("/api/v1/attributes", params={"prefix": "tier"}).json()
    assert names["attributes"] == [{"name": "attributes.app.tier", "count": 1}]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/v1/facets", "fields"),
        ("/api/v1/facets?fields=nothing", "fields"),
        ("/api/v1/facets?fields=model&filter=(", "filter"),
        ("/api/v1/facets?fields=model&filter=nothing:1", "filter"),
        ("/api/v1/facets?fields=model&table=metric_points", "table"),
        ("/api/v1/facets?fields=model&limit=0", "limit"),
        ("/api/v1/fields/nothing/values", "name"),
        ("/api/v1/fields/model,service/values", "name"),
        ("/api/v1/fields/tags/values", "name"),
        (f"/api/v1/fields/model/values?prefix={'a' * 501}", "prefix"),
        ("/api/v1/attributes?start=soon", "start"),
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient, path: str, field: str) -> None:
    """Bad input is a 400 that names the field."""
    answer = client.get(path)
    assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text


def test_reading_facets_takes_the_scope_read_and_the_own_project(make_client: MakeClient) -> None:
    """Who may only send sees nothing; who is bound to a project sees nothing of others."""
    sender = make_client(Principal("default", frozenset({KeyScope.INGEST})))
    bound = make_client(Principal("shop", frozenset({KeyScope.READ})))
    for path in ("/api/v1/facets?fields=model", "/api/v1/fields/model/values?", "/api/v1/attributes?"):
        assert sender.get(path).status_code == 403
        assert bound.get(f"{path}&project=default").status_code == 403
