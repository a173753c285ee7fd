"""POST /api/v1/panels/data: one panel's query, with the variables bound."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from doubles.rows import insert_rows, span
from watchglass.model.records import KeyScope, Principal
from watchglass.query.measures import MEASURES
from watchglass.store.engine import Engine

START_NS = NOW_NS - 600 * 10**9
PLACE = {"x": 0, "y": 0, "w": 6, "h": 7}


def stored(engine: Engine) -> None:
    """Ten minutes before the present: two calls of model a, one of which failed, one of b; and a gauge."""
    row = {"project_id": "default", "start_time": START_NS, "is_model_call": True, "service_name": "bot"}
    insert_rows(engine, "spans", [
        span(1, 1, model="a", cost_usd=0.5, **row), span(1, 2, model="a", cost_usd=0.25, status_code="error", **row),
        span(1, 3, model="b", input_tokens=7, **row),
        span(2, 1, **{**row, "project_id": "shop", "model": "secret"}),
    ])  # fmt: skip
    gauge = {"project_id": "default", "series_id": 1, "service_name": "bot", "metric_name": "queue", "metric_type": "gauge", "unit": "{request}"}
    insert_rows(engine, "metric_points", [{**gauge, "value": value, "time": NOW_NS - at_s * 10**9} for value, at_s in ((4.0, 90), (6.0, 30))])


def asked(client: TestClient, kind: str, query: dict[str, Any], **question: Any) -> dict[str, Any]:
    """Ask what a panel is drawn from, over the last hour."""
    panel = {"id": "p", "kind": kind, "place": PLACE, "query": query, **question.pop("panel", {})}
    answer = client.post("/api/v1/panels/data", params={"start": "-1h"}, json={"panel": panel, **question})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refused(client: TestClient, query: dict[str, Any], kind: str = "line", **question: Any) -> tuple[int, str | None]:
    """Ask what cannot be answered; the status and the field that is named."""
    panel = {"id": "p", "kind": kind, "place": PLACE, "query": query}
    answer = client.post("/api/v1/panels/data", json={"panel": panel, **question})
    return answer.status_code, answer.json().get("field")


def test_usage_is_lines_with_totals(client: TestClient, engine: Engine) -> None:
    """A line a group, its total over the range, and what was counted in words."""
    stored(engine)
    data = asked(client, "line", {"source": "usage", "measures": ["span_count"], "group_by": ["model"], "interval": "5m"})
    assert data["aggregates"] == "Spans, by model, each 5 min"
    assert [(line["name"], line["unit"], line["total"], sum(line["values"])) for line in data["lines"]] == [("a", "", 2, 2), ("b", "", 1, 1)]
    assert {len(line["values"]) for line in data["lines"]} == {len(data["times"])}
    assert (data["interval_s"], data["rows"]) == (300, [])


def test_usage_is_rows_for_a_table(client: TestClient, engine: Engine) -> None:
    """A row a group with its totals; columns say their units; groups beyond the limit are taken together."""
    stored(engine)
    query = {"source": "usage", "measures": ["span_count", "cost_usd"], "group_by": ["model"], "limit": 1}
    data = asked(client, "table", query)
    assert data["rows"] == [["a", 2, 0.75], ["others", 1, None]]
    assert [(it["name"], it["unit"], it["is_number"]) for it in data["columns"]] == [
        ("model", "", False), ("span count", "", True), ("cost", "USD", True),
    ]  # fmt: skip
    assert (data["is_truncated"], data["aggregates"]) == (True, "span count, cost, by model, over the whole range")


def test_a_measure_is_divided_by_another(client: TestClient, engine: Engine) -> None:
    """Counts over counts are a ratio, and nothing divided by nothing is unknown."""
    stored(engine)
    query = {"source": "usage", "measures": ["error_count"], "per": "span_count", "interval": "5m"}
    [line] = asked(client, "line", query)["lines"]
    assert (line["unit"], line["total"]) == ("ratio", pytest.approx(1 / 3))
    assert [value for value in line["values"] if value is not None] == [pytest.approx(1 / 3)]
    cost = asked(client, "bar", {"source": "usage", "measures": ["cost_usd"], "per": "model_call_count", "group_by": ["model"]}, panel={"by": "group"})
    assert cost["rows"] == [["a", 0.375], ["b", None]]


def test_variables_choose_rows(client: TestClient, engine: Engine) -> None:
    """Chosen values restrict usage and SQL alike; values that look like the language or like SQL are only values."""
    stored(engine)
    usage = {"source": "usage", "measures": ["span_count"], "filter": "model:$model $filter"}
    sql = {"source": "sql", "query": "SELECT count() AS n FROM spans WHERE empty({model:Array(String)}) OR has({model:Array(String)}, model)"}
    for values, expected in ((["a"], 2), (["a", "b"], 3), ([], 3), (["a' OR 1 = 1 --"], 0), (['a" OR model:"b'], 0)):
        question = {"values": {"model": values}, "filters": {"filter": "service:bot"}}
        assert asked(client, "line", usage, **question)["lines"][0]["total"] == expected
        assert asked(client, "number", sql, **question)["rows"] == [[expected]]


def test_a_histogram_is_a_line_a_bucket_for_a_heat_map(client: TestClient, engine: Engine) -> None:
    """From the first bucket that holds something to the last, the lowest first; what has no buckets is refused by name."""
    stored(engine)
    point = {"project_id": "default", "metric_name": "wait", "metric_type": "histogram", "temporality": "delta", "unit": "s",
             "time": NOW_NS - 30 * 10**9}  # fmt: skip
    insert_rows(engine, "metric_points", [
        point | {"series_id": 1, "bucket_bounds": [1.0, 2.0, 4.0], "bucket_counts": [0, 3, 0, 1], "count": 4},
        point | {"series_id": 2, "bucket_bounds": [4.0], "bucket_counts": [0, 2], "count": 2},
    ])  # fmt: skip
    query = {"source": "metrics", "name": "wait", "aggregation": "heatmap", "interval": "1m"}
    data = asked(client, "heatmap", query)
    assert data["aggregates"] == "Observations of wait by bucket, each 1 min; bounds differ, spread evenly within each bucket"
    assert [(line["name"], sum(line["values"])) for line in data["lines"]] == [("≤ 2 s", 3), ("≤ 4 s", 0), ("> 4 s", 3)]
    assert refused(client, query | {"name": "queue"}, "heatmap") == (400, "name")
    assert asked(client, "heatmap", query | {"name": "nothing"})["lines"] == []


def test_metrics_are_lines_and_latest_values(client: TestClient, engine: Engine) -> None:
    """A gauge over time; in a table its latest value; one that nobody reported is empty and no error."""
    stored(engine)
    query = {"source": "metrics", "name": "queue", "group_by": ["service"], "interval": "1m"}
    data = asked(client, "line", query)
    assert (data["aggregates"], data["lines"][0]["name"], data["lines"][0]["unit"]) == ("Mean of queue, by service, each 1 min", "bot", "{request}")
    assert [value for value in data["lines"][0]["values"] if value is not None] == [4.0, 6.0]
    latest = asked(client, "table", query)
    assert (latest["rows"], latest["aggregates"]) == ([["bot", 6.0]], "Mean of queue, the latest, by service, each 1 min")
    nothing = asked(client, "line", {**query, "name": "nothing"})
    assert (nothing["lines"], nothing["aggregates"]) == ([], "No points of nothing in this range")


def test_sql_is_mapped_to_lines(client: TestClient, engine: Engine) -> None:
    """Times, names and numbers are found by type; buckets without a row are filled in when the interval was asked for."""
    stored(engine)
    slot = "toDateTime(intDiv(toUnixTimestamp(start_time), {interval_s:UInt32}) * {interval_s:UInt32}, 'UTC') AS slot"
    statement = f"SELECT {slot}, model, count() AS n FROM spans WHERE start_time >= {{start:DateTime64(9)}} AND start_time < {{end:DateTime64(9)}} GROUP BY slot, model ORDER BY n DESC"
    data = asked(client, "line", {"source": "sql", "query": statement, "interval": "5m"})
    assert [(line["name"], [value for value in line["values"] if value]) for line in data["lines"]] == [("a", [2]), ("b", [1])]
    assert (len(data["times"]), data["interval_s"], data["aggregates"]) == (13, 300, "SQL, 2 rows")
    before = asked(client, "line", {"source": "sql", "query": statement.replace("start_time <", "start_time + INTERVAL 1 HOUR <")})
    assert before["lines"] == []


def test_sql_may_name_its_columns(client: TestClient) -> None:
    """Which column is the time, which tell lines apart and which are drawn can be said; a Date is a time."""
    query = {
        "source": "sql", "query": "SELECT toDate('2023-11-14') AS day, 7 AS team, 1 AS a, 2 AS b", "time": "day",
        "names": ["team"], "values": ["a", "b"],
    }  # fmt: skip
    data = asked(client, "area", query)
    assert data["times"] == ["2023-11-14T00:00:00.000000000Z"]
    assert [(line["name"], line["values"]) for line in data["lines"]] == [("7 · a", [1]), ("7 · b", [2])]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"source": "usage", "measures": ["nothing"]}, "measures"),
        ({"source": "usage", "measures": ["span_count"], "per": "nothing"}, "measures"),
        ({"source": "usage", "measures": ["span_count"], "order_by": "model"}, "order_by"),
        ({"source": "usage", "measures": ["span_count"], "group_by": ["nothing"]}, "group_by"),
        ({"source": "usage", "measures": ["span_count"], "filter": "model:$nothing"}, "filter"),
        ({"source": "usage", "measures": ["span_count"], "filter": "model:"}, "filter"),
        ({"source": "usage", "measures": ["span_count"], "interval": "soon"}, "interval"),
        ({"source": "sql", "query": "DROP TABLE spans"}, "query"),
        ({"source": "sql", "query": "SELECT {nothing:String}"}, "parameters"),
        ({"source": "sql", "query": "SELECT {model:String}"}, "parameters"),
        ({"source": "sql", "query": "SELECT 1"}, "time"),
        ({"source": "sql", "query": "SELECT now() AS t"}, "values"),
        ({"source": "sql", "query": "SELECT now() AS t, 1 AS n", "names": ["x"]}, "names"),
        ({"source": "sql", "query": "SELECT toDate(0) AS t, number FROM numbers(2)"}, "query"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_query_is_named(client: TestClient, query: dict[str, Any], field: str) -> None:
    """A panel's error says what to mend."""
    assert refused(client, query, values={"model": ["a", "b"]}) == (400, field)


def test_a_panel_takes_read_and_stays_in_its_project(client: TestClient, make_client: MakeClient, engine: Engine) -> None:
    """Who may not read is refused, and no SQL of a panel sees another project."""
    stored(engine)
    sql = {"source": "sql", "query": "SELECT uniq(project_id) AS projects, countIf(model = 'secret') AS secrets FROM spans"}
    assert asked(client, "table", sql)["rows"] == [[1, 0]]
    sender = make_client(Principal("default", frozenset({KeyScope.INGEST, KeyScope.EDIT})))
    assert refused(sender, sql) == (403, None)


def test_measures_are_listed(client: TestClient) -> None:
    """An editor learns what can be measured, in which unit, and by what groups can be ordered."""
    measures = {it["name"]: it for it in client.get("/api/v1/panels/measures").json()["measures"]}
    assert set(measures) == set(MEASURES)
    assert (measures["cost_usd"]["unit"], measures["cost_usd"]["can_order"]) == ("USD", True)
    assert measures["duration_p95_ns"]["can_order"] is False
