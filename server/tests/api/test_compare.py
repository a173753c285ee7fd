"""GET /api/v1/compare through the real application."""

import pytest
from starlette.testclient import TestClient

from doubles.rows import NOW_NS, insert_rows, span
from watchglass.clock import FixedClock
from watchglass.store.engine import Engine


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at the rows' present."""
    return FixedClock(NOW_NS)


def test_two_releases_are_compared(client: TestClient, engine: Engine) -> None:
    """Each measure comes with both values, the interval and what it says; what was not measured is null."""
    rows = [
        span(n, n, at_s=-n, project_id="default", is_model_call=True, release=str(1 + n % 2), cost_usd=0.01 * (1 + n % 2), duration_ns=10**9 + n)
        for n in range(1, 81)
    ]  # fmt: skip
    insert_rows(engine, "spans", rows)
    answer = client.get("/api/v1/compare", params={"dimension": "release", "left": "1", "right": "2"}).json()
    assert (answer["left_call_count"], answer["right_call_count"], answer["is_sampled"]) == (40, 40, False)
    cost = answer["measures"][0]
    assert (cost["name"], cost["unit"], cost["left"], cost["right"], cost["change"]) == ("cost_mean_usd", "USD", 0.01, 0.02, "worse")
    assert (cost["ratio"], cost["difference"]) == (2.0, 0.01)
    by_name = {measure["name"]: measure for measure in answer["measures"]}
    assert by_name["duration_p50_ns"]["change"] == "unclear"
    assert by_name["time_to_first_token_p50_ns"]["left"] is None
    refused = client.get("/api/v1/compare", params={"dimension": "release", "left": "1", "right": "1"})
    assert (refused.status_code, refused.json()["field"]) == (400, "right")
