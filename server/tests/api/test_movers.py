"""Movers over HTTP."""

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS
from doubles.rows import insert_rows, span
from watchglass.store.engine import Engine

HOUR_NS = 3600 * 10**9


def test_movers_answer_with_both_stretches(client: TestClient, engine: Engine) -> None:
    """Two calls after one: the model, its cost in both hours, and what each hour is."""
    row = {"project_id": "default", "model": "a", "is_model_call": True, "cost_usd": 0.5}
    insert_rows(engine, "spans", [
        span(1, 1, start_time=NOW_NS - 90 * 60 * 10**9, **row),
        span(1, 2, start_time=NOW_NS - HOUR_NS // 2, **row), span(1, 3, start_time=NOW_NS - HOUR_NS // 2, **row),
    ])  # fmt: skip
    answer = client.get("/api/v1/movers", params={"start": "-1h", "group_by": "model", "measure": "cost_usd"}).json()
    assert answer["movers"] == [
        {"group": {"model": "a"}, "value": 1.0, "before": 0.5, "span_count": 2, "contribution": 0.5, "contribution_ratio": 1.0}
    ]
    assert (answer["start"], answer["end"]) == ("2023-11-14T21:13:00.000000000Z", "2023-11-14T22:14:00.000000000Z")
    assert (answer["before_start"], answer["unit"]) == ("2023-11-14T20:12:00.000000000Z", "USD")
    assert (answer["total_value"], answer["total_before"]) == (1.0, 0.5)


def test_an_empty_project_has_no_movers(client: TestClient) -> None:
    """Nothing in either stretch is no error."""
    answer = client.get("/api/v1/movers").json()
    assert answer["movers"] == []


@pytest.mark.parametrize(
    ("parameters", "field"),
    [({"measure": "duration_p95_ns"}, "measure"), ({"group_by": "a,b,c"}, "group_by"), ({"filter": "model:"}, "filter"), ({"limit": "0"}, "limit")],
)
def test_what_is_wrong_is_named(client: TestClient, parameters: dict[str, str], field: str) -> None:
    """400, and the parameter's name."""
    answer = client.get("/api/v1/movers", params=parameters)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
