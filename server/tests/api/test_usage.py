"""Usage, models and services over HTTP."""

from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from doubles.rows import insert_rows, span
from watchglass.errors import TooExpensive
from watchglass.query.measures import QUICK_MEASURES
from watchglass.query.reader import Reader
from watchglass.query.usage import TRY_S
from watchglass.store.engine import Engine

START_NS = NOW_NS - 600 * 10**9


def stored(engine: Engine) -> None:
    """Ten minutes before the present: two calls of one model, one of another without a price."""
    row = {"project_id": "default", "start_time": START_NS, "is_model_call": True, "provider_name": "x", "service_name": "bot"}
    insert_rows(engine, "spans", [
        span(1, 1, model="a", cost_usd=0.5, output_tokens=10, **row), span(1, 2, model="a", cost_usd=0.25, **row),
        span(1, 3, model="b", input_tokens=7, **row),
    ])  # fmt: skip


def test_usage_answers_with_times_and_aligned_values(client: TestClient, engine: Engine) -> None:
    """A day by hours: 25 buckets, as neither end lies on the hour, each measure a list as long."""
    stored(engine)
    answer = client.get("/api/v1/usage", params={"interval": "1h", "group_by": "model"}).json()
    assert (answer["interval_s"], answer["group_by"], answer["source"]) == (3600, ["model"], "usage_hour")
    assert (answer["start"], answer["end"]) == ("2023-11-13T22:13:00.000000000Z", "2023-11-14T22:14:00.000000000Z")
    assert answer["times"][0] == "2023-11-13T22:00:00.000000000Z"
    assert [(it["group"]["model"], it["total"]["cost_usd"], sum(it["values"]["span_count"])) for it in answer["series"]] == [
        ("a", 0.75, 2), ("b", None, 1),
    ]  # fmt: skip
    assert {len(values) for it in answer["series"] for values in it["values"].values()} == {len(answer["times"])} == {25}
    assert set(answer["measures"]) == {measure.name for measure in QUICK_MEASURES}


def test_only_asked_measures_are_answered(client: TestClient) -> None:
    """A list of measures is all that is computed and returned."""
    answer = client.get("/api/v1/usage", params={"measures": "cost_usd,span_count"}).json()
    assert list(answer["series"][0]["total"]) == ["span_count", "cost_usd"]


def test_range_older_than_what_is_kept_is_said(make_client: MakeClient) -> None:
    """An answer whose range begins before the rows that are certainly kept says from when on it is complete."""
    client = make_client(retention_usage_minute_days=2, retention_spans_days=2)
    old, new = (
        client.get("/api/v1/usage", params={"start": start, "interval": "30m"}).json()["complete_since"]
        for start in ("-5d", "-1d")
    )
    assert (old, new) == ("2023-11-12T22:13:20.000000000Z", None)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"interval": "soon"}, "interval"), ({"interval": "1s"}, "interval"), ({"group_by": "nothing"}, "group_by"),
        ({"measures": "nothing"}, "measures"), ({"precision": "fast"}, "precision"), ({"filter": "model:"}, "filter"), ({"filter": "nothing:1"}, "filter"),
        ({"start": "soon"}, "start"), ({"limit": "0"}, "limit"), ({"order_by": "model"}, "order_by"),
    ],
)  # fmt: skip
def test_bad_input_names_its_field(client: TestClient, parameters: dict[str, str], field: str) -> None:
    """Each parameter is refused by name."""
    answer = client.get("/api/v1/usage", params=parameters)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_models_are_listed_with_their_measures(client: TestClient, engine: Engine) -> None:
    """One row a model with every measure."""
    stored(engine)
    answer = client.get("/api/v1/models").json()
    assert [(row["provider_name"], row["model"], row["model_call_count"]) for row in answer["models"]] == [("x", "a", 2), ("x", "b", 1)]
    assert set(answer["models"][0]) == {"provider_name", "model", *(measure.name for measure in QUICK_MEASURES)}
    assert client.get("/api/v1/models", params={"limit": 1}).json()["is_truncated"] is True


def test_unpriced_models_are_listed(client: TestClient, engine: Engine) -> None:
    """The model without a price, its calls and tokens, and when they came."""
    stored(engine)
    [row] = client.get("/api/v1/models/unpriced").json()["models"]
    assert (row["model"], row["call_count"], row["input_tokens"]) == ("b", 1, 7)
    assert row["last_seen"].startswith("2026-")


def test_services_are_listed_with_a_filter(client: TestClient, engine: Engine) -> None:
    """A filter that only spans can answer works for services too."""
    stored(engine)
    [row] = client.get("/api/v1/services", params={"filter": "cost_usd>0.3"}).json()["services"]
    assert (row["service_name"], row["span_count"]) == ("bot", 1)


def test_quick_usage_says_from_how_much_it_was_estimated(client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact unless asked otherwise; where there is much to read and no time for it, the share of the spans is answered."""
    monkeypatch.setattr("watchglass.query.usage_slices.SAMPLED_SPANS", 100)
    patient = Reader.query

    def query(reader: Reader, *asked: Any) -> pa.Table:
        if reader.max_time_s <= TRY_S:
            raise TooExpensive("took too long")
        return patient(reader, *asked)

    monkeypatch.setattr(Reader, "query", query)
    row = {"project_id": "default", "is_model_call": True, "provider_name": "x", "model": "a", "status_code": "error"}
    insert_rows(engine, "spans", [
        span(number, number, start_time=NOW_NS - (number + 1) * 80 * 10**9, **row) for number in range(1000)
    ])  # fmt: skip
    asked = {"filter": "error:true", "measures": "span_count", "interval": "1d"}
    exact, quick = (client.get("/api/v1/usage", params={**asked, **more}).json() for more in ({}, {"precision": "quick"}))
    assert (exact["sampled_share"], exact["series"][0]["total"]["span_count"]) == (None, 1000)
    assert quick["sampled_share"] == pytest.approx(0.1)
    assert quick["series"][0]["total"]["span_count"] == pytest.approx(1000, rel=0.3)
    models = client.get("/api/v1/models", params={"filter": "error:true", "precision": "quick"}).json()
    assert models["sampled_share"] == pytest.approx(0.1)
    assert client.get("/api/v1/models", params={"filter": "error:true"}).json()["sampled_share"] is None
