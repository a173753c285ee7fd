"""Metrics over HTTP: the list, one over time, exemplars, and what is refused."""

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS
from doubles.rows import insert_rows
from watchglass.store.engine import Engine


def stored(engine: Engine) -> None:
    """A histogram of one service and a gauge that was once infinite, in the last minutes."""
    row = {"project_id": "default", "series_id": 1, "service_name": "bot", "unit": "s"}
    histogram = {
        "metric_name": "gen_ai.client.operation.duration", "metric_type": "histogram", "temporality": "delta", "count": 4,
        "sum": 6.0, "bucket_bounds": [1.0, 2.0], "bucket_counts": [2, 2, 0], "time": NOW_NS - 90 * 10**9,
        "exemplar_times": [NOW_NS - 90 * 10**9], "exemplar_values": [1.5], "exemplar_trace_ids": ["a" * 32],
        "exemplar_span_ids": ["b" * 16], "exemplar_attributes": ["{}"],
    }  # fmt: skip
    gauge = {"metric_name": "queue", "metric_type": "gauge", "value": float("inf"), "time": NOW_NS - 60 * 10**9}
    insert_rows(engine, "metric_points", [row | histogram, row | gauge])


def test_metrics_are_listed_with_what_can_be_made_of_them(client: TestClient, engine: Engine) -> None:
    """Each metric says its type, unit and the aggregations that it can be read as."""
    stored(engine)
    answer = client.get("/api/v1/metrics").json()
    assert [(it["name"], it["type"], it["unit"], it["aggregations"][0]) for it in answer["metrics"]] == [
        ("gen_ai.client.operation.duration", "histogram", "s", "quantile"), ("queue", "gauge", "s", "avg"),
    ]  # fmt: skip
    assert answer["metrics"][1]["last_time"] == "2023-11-14T22:12:20.000000000Z"
    assert client.get("/api/v1/metrics", params={"limit": 1}).json()["is_truncated"] is True


def test_histogram_is_answered_with_quantiles_and_exemplars(client: TestClient, engine: Engine) -> None:
    """Lines by group and quantile, aligned to times; exemplars lead to traces."""
    stored(engine)
    parameters = {"name": "gen_ai.client.operation.duration", "start": "-10m", "interval": "1m", "group_by": "service", "quantiles": "0.5,1"}
    answer = client.get("/api/v1/metrics/series", params=parameters).json()
    assert (answer["aggregation"], answer["interval_s"], len(answer["times"])) == ("quantile", 60, 11)
    assert [(it["group"], it["quantile"], [value for value in it["values"] if value is not None]) for it in answer["series"]] == [
        ({"service": "bot"}, 0.5, [1.0]), ({"service": "bot"}, 1.0, [2.0]),
    ]  # fmt: skip
    [exemplar] = answer["exemplars"]
    assert (exemplar["trace_id"], exemplar["value"], exemplar["time"]) == ("a" * 32, 1.5, "2023-11-14T22:11:50.000000000Z")


def test_infinite_value_is_null(client: TestClient, engine: Engine) -> None:
    """JSON has no infinity: it is null, and the answer stays readable."""
    stored(engine)
    answer = client.get("/api/v1/metrics/series", params={"name": "queue"})
    assert answer.status_code == 200
    assert set(answer.json()["series"][0]["values"]) == {None}


@pytest.mark.parametrize(
    ("parameters", "status", "field"),
    [
        ({}, 400, "name"), ({"name": "nothing"}, 404, None), ({"name": "queue", "aggregation": "rate"}, 400, "aggregation"),
        ({"name": "queue", "aggregation": "median"}, 400, "aggregation"), ({"name": "queue", "quantiles": "2"}, 400, "quantiles"),
        ({"name": "queue", "group_by": "bucket_counts"}, 400, "group_by"), ({"name": "queue", "interval": "0s"}, 400, "interval"),
        ({"name": "queue", "filter": "nothing:1"}, 400, "filter"), ({"name": "queue", "type": "counter"}, 400, "type"),
    ],
)  # fmt: skip
def test_bad_input_names_its_field(
    client: TestClient, engine: Engine, parameters: dict[str, str], status: int, field: str | None
) -> None:
    """Each parameter is refused by name; a metric that is not there is not found."""
    stored(engine)
    answer = client.get("/api/v1/metrics/series", params=parameters)
    assert (answer.status_code, answer.json().get("field")) == (status, field)


def test_histogram_is_answered_as_a_heat_map(client: TestClient, engine: Engine) -> None:
    """Rows without a bound say null; each minute has a count a row; a gauge is refused."""
    stored(engine)
    parameters = {"name": "gen_ai.client.operation.duration", "start": "-10m", "interval": "1m"}
    answer = client.get("/api/v1/metrics/heatmap", params=parameters).json()
    assert (answer["metric"]["unit"], answer["interval_s"], len(answer["counts"])) == ("s", 60, len(answer["times"]))
    assert (answer["lower"], answer["upper"]) == ([None, 1.0, 2.0], [1.0, 2.0, None])
    assert [counts for counts in answer["counts"] if any(counts)] == [[2, 2, 0]]
    assert client.get("/api/v1/metrics/heatmap", params={"name": "queue"}).json()["field"] == "name"


def test_attributes_of_a_metric_are_listed_with_values(client: TestClient, engine: Engine) -> None:
    """Those of other metrics and times are left out; own attributes come before columns and resource, each by its series."""
    row = {"project_id": "default", "metric_name": "queue", "metric_type": "gauge", "value": 1.0, "time": NOW_NS - 10**9}
    rows = [
        row | {"series_id": 1, "attributes": {"model": "a", "rare": "x"}, "service_name": "bot"},
        row | {"series_id": 2, "attributes": {"model": "a"}, "resource_attributes": {"zone": "z"}},
        row | {"series_id": 2, "attributes": {"model": "a"}, "resource_attributes": {"zone": "z"}},
        row | {"series_id": 3, "attributes": {"model": "b"}},
        row | {"series_id": 4, "metric_name": "other", "attributes": {"foreign": "x"}},
        row | {"series_id": 5, "time": NOW_NS - 10**15, "attributes": {"old": "x"}},
    ]
    insert_rows(engine, "metric_points", rows)
    answer = client.get("/api/v1/metrics/attributes", params={"name": "queue"}).json()
    found = [(it["name"], it["series_count"], it["value_count"], [(value["value"], value["series_count"]) for value in it["values"]])
             for it in answer["attributes"]]  # fmt: skip
    assert found == [
        ("attributes.model", 3, 2, [("a", 2), ("b", 1)]), ("attributes.rare", 1, 1, [("x", 1)]),
        ("service_name", 1, 1, [("bot", 1)]), ("resource.zone", 1, 1, [("z", 1)]),
    ]  # fmt: skip
    assert client.get("/api/v1/metrics/attributes", params={"name": "nothing"}).json() == {"attributes": []}
