"""The dashboards that come with Watchglass: every panel answers from a real store."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS
from doubles.rows import insert_rows, span
from watchglass.api.dashboard_document import Panel
from watchglass.api.delivered_dashboards import IDS, delivered_dashboards
from watchglass.store.engine import Engine

PANELS = [(name, panel) for name in IDS for panel in delivered_dashboards()[name].panels if panel.query]
CHOSEN = {"environment": ["production"], "service": ["bot"], "model": ["gpt-4o", "other"]}
EVERYTHING: dict[str, list[str]] = {name: [] for name in CHOSEN}


def stored(engine: Engine) -> None:
    """An hour of a bot: calls with everything that a call can say, some failed, some unpriced, tools, and its metric."""
    told = {"project_id": "default", "service_name": "bot", "environment": "production", "release": "2", "user_id": "u1", "session_id": "s1"}
    call = {
        "is_model_call": True, "model": "gpt-4o", "provider_name": "openai", "input_tokens": 100, "output_tokens": 20,
        "cache_read_input_tokens": 10, "time_to_first_token_ns": 300_000_000, "time_per_output_token_ns": 20_000_000,
        "cost_usd": 0.01, "finish_reasons": ["stop"], "prompt_name": "answer", "prompt_version": "3",
    }  # fmt: skip
    rows = [
        span(number, number, start_time=NOW_NS - number * 60 * 10**9, **{**told, **call, "cost_usd": None if number % 7 == 0 else 0.01})
        for number in range(1, 60)
    ]
    rows += [
        span(99, 1, start_time=NOW_NS - 10**11, status_code="error", error_type="Timeout", **told, **call),
        span(99, 2, start_time=NOW_NS - 10**11, tool_name="search", **told),
    ]
    insert_rows(engine, "spans", rows)
    insert_rows(engine, "metric_points", [{
        "project_id": "default", "series_id": 1, "service_name": "bot", "environment": "production", "unit": "s",
        "metric_name": "gen_ai.client.operation.duration", "metric_type": "histogram", "temporality": "delta", "count": 4,
        "sum": 6.0, "bucket_bounds": [1.0, 2.0], "bucket_counts": [2, 2, 0], "time": NOW_NS - 90 * 10**9,
    }])  # fmt: skip


def numbers(data: dict[str, Any]) -> list[float]:
    """Every number that a panel is drawn from."""
    in_lines = [value for line in data["lines"] for value in line["values"]]
    in_rows = [value for row in data["rows"] for value in row if not isinstance(value, str)]
    return [value for value in in_lines + in_rows if value]


@pytest.mark.parametrize("chosen", [EVERYTHING, CHOSEN], ids=["everything", "chosen"])
@pytest.mark.parametrize(("name", "panel"), PANELS, ids=[f"{name}-{panel.id}" for name, panel in PANELS])
def test_every_panel_answers_from_a_store(
    client: TestClient, engine: Engine, name: str, panel: Panel, chosen: dict[str, list[str]]
) -> None:
    """With nothing chosen and with values chosen, each panel is drawn from numbers that the store holds."""
    stored(engine)
    declared = {variable.name: variable for variable in delivered_dashboards()[name].variables}
    answer = client.post("/api/v1/panels/data", params={"start": "-2h"}, json={
        "panel": panel.model_dump(mode="json"),
        "values": {key: values for key, values in chosen.items() if key in declared},
        "filters": {"filter": "has:service"},
    })  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert numbers(answer.json()), answer.text
    assert answer.json()["is_truncated"] is False


@pytest.mark.parametrize(("name", "panel"), PANELS, ids=[f"{name}-{panel.id}" for name, panel in PANELS])
def test_panels_follow_what_is_chosen(client: TestClient, engine: Engine, name: str, panel: Panel) -> None:
    """A value that nothing has leaves every panel that the variable is for empty."""
    stored(engine)
    values = {key: ["nobody"] for key in EVERYTHING if key in {it.name for it in delivered_dashboards()[name].variables}}
    answer = client.post("/api/v1/panels/data", params={"start": "-2h"}, json={
        "panel": panel.model_dump(mode="json"), "values": values, "filters": {"filter": ""},
    })  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert numbers(answer.json()) == []


@pytest.mark.parametrize("name", IDS)
def test_panels_do_not_lie_on_one_another(name: str) -> None:
    """No two panels of a delivered dashboard claim the same cell of the grid."""
    cells = [
        (x, y)
        for panel in delivered_dashboards()[name].panels
        for x in range(panel.place.x, panel.place.x + panel.place.w)
        for y in range(panel.place.y, panel.place.y + panel.place.h)
    ]
    assert len(cells) == len(set(cells))
