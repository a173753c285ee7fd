"""/api/v1/explain: why a measure changed, over an empty store; what it finds is tested in tests/query/test_explain.py."""

import pytest
from starlette.testclient import TestClient


def test_an_explanation_has_the_markers_near_it(client: TestClient) -> None:
    """Those within the range and two hours before it; an empty store has too little to tell more."""
    for title, time in (("long ago", "-5h"), ("before", "-2h"), ("within", "-20m")):
        client.post("/api/v1/markers", json={"title": title, "time": time})
    answer = client.get("/api/v1/explain", params={"measure": "error_count", "per": "span_count", "start": "-1h"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [it["title"] for it in found["markers"]] == ["within", "before"]
    assert (found["verdict"], found["causes"], found["before_end"]) == ("too_little", [], found["start"])
    assert found["lines"] == ["There are too few spans in this time or in the baseline to tell why."]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"measure": "x"}, "measure"), ({"measure": "cost_usd", "per": "x"}, "per"), ({"measure": "cost_usd", "dimensions": "nothing"}, "dimensions"),
     ({"measure": "cost_usd", "baseline": "never"}, "baseline"), ({"measure": "cost_usd", "group_by": "model"}, "group_by")],
)  # fmt: skip
def test_a_wrong_parameter_of_an_explanation_is_named(client: TestClient, asked: dict[str, str], field: str) -> None:
    """As everywhere in the API."""
    answer = client.get("/api/v1/explain", params=asked)
    assert answer.status_code in (400, 422)
    assert field in answer.text
