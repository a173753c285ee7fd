"""The tokens of an answer, from the export that carried their logprobs to the page of them, and what is asked of many."""

import json
import math
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from doubles.rows import NOW_NS, insert_rows, span
from doubles.spans import NoPrices, trace_export, trace_request
from watchglass.clock import FixedClock
from watchglass.ingest.traces import TraceDecoder
from watchglass.store.engine import Engine

TRACE, SPAN = f"{1:032x}", f"{1:016x}"
TOKENS = f"/api/v1/traces/{TRACE}/spans/{SPAN}/tokens"


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at the rows' present."""
    return FixedClock(NOW_NS)


def test_tokens_of_an_export_are_listed_page_by_page(client: TestClient, engine: Engine) -> None:
    """Text, surprisal, entropy and alternatives of each; the answer without them is what the span says."""
    likely = {"a": math.log(0.5), "b": math.log(0.25)}
    told = {"tokens": ["a", "c", "<b>&"], "token_logprobs": [likely["a"], -2.0, 0.0], "top_logprobs": [likely, {}, {"<b>&": 0.0}]}
    request = trace_request([{"start_ns": NOW_NS - 10**9, "attributes": {"watchglass.stream.logprobs": json.dumps(told)}}])
    decoded = TraceDecoder(NoPrices(), future_tolerance_s=60)([trace_export(request, "default")], NOW_NS)
    engine.insert("spans", decoded.batch)
    page = client.get(TOKENS).json()
    assert page["total"] == 3 and page["perplexity"] == pytest.approx(math.exp((math.log(2) + 2) / 3))
    assert [token["text"] for token in page["tokens"]] == ["a", "c", "<b>&"]
    assert [token["surprisal_nats"] for token in page["tokens"]] == [0.693, 2.0, 0.0]
    assert [token["entropy_nats"] for token in page["tokens"]] == [pytest.approx(1.5 * math.log(2), abs=1e-3), None, 0.0]
    assert page["tokens"][0]["alternatives"] == [{"text": "a", "surprisal_nats": 0.693}, {"text": "b", "surprisal_nats": 1.386}]
    assert page["mean_entropy_nats"] == pytest.approx(1.5 * math.log(2) / 2)
    last = client.get(TOKENS, params={"offset": 2, "limit": 1}).json()
    assert last["total"] == 3 and last["tokens"] == page["tokens"][2:]
    assert client.get(TOKENS, params={"offset": 9}).json()["tokens"] == []
    detail = client.get(f"/api/v1/traces/{TRACE}/spans/{SPAN}").json()["span"]
    assert detail["token_count"] == 3 and detail["attributes"] == {} and "token_texts" not in detail


def test_a_span_without_logprobs_has_no_tokens(client: TestClient, engine: Engine) -> None:
    """Nothing is made up for it; a span that is not there is another matter."""
    insert_rows(engine, "spans", [span(1, 1, project_id="default")])
    assert client.get(TOKENS).json() == {"total": 0, "perplexity": None, "mean_entropy_nats": None, "tokens": []}
    assert client.get(TOKENS.replace(SPAN, f"{2:016x}")).status_code == 404
    assert client.get(TOKENS, params={"limit": 0}).status_code == 400


def test_answers_are_found_and_measured_by_their_perplexity(client: TestClient, engine: Engine) -> None:
    """The filter compares; usage means over answers, geometrically, and reads the spans for it whatever the range."""
    rows = [
        span(1, 1, project_id="default", model="m", perplexity=2.0, mean_entropy_nats=0.5),
        span(2, 2, project_id="default", model="m", perplexity=32.0, mean_entropy_nats=1.5),
        span(3, 3, project_id="default", model="m"),
    ]
    insert_rows(engine, "spans", rows)
    found: Callable[[str], list[str]] = lambda text: [  # noqa: E731
        one["span_id"] for one in client.get("/api/v1/spans", params={"filter": text}).json()["spans"]
    ]
    assert found("perplexity>20") == [f"{2:016x}"] and found("mean_entropy_nats<1") == [f"{1:016x}"]
    asked = {"group_by": "model", "measures": "perplexity_mean,entropy_mean_nats,span_count"}
    answer = client.get("/api/v1/usage", params=asked).json()
    total = answer["series"][0]["total"]
    assert (answer["source"], total["perplexity_mean"], total["entropy_mean_nats"]) == ("spans", pytest.approx(8), 1.0)
    assert "perplexity_mean" not in client.get("/api/v1/usage").json()["measures"]
    nothing = client.get("/api/v1/usage", params={**asked, "filter": "span:3"}).json()["series"]
    assert all(series["total"]["perplexity_mean"] is None for series in nothing)
