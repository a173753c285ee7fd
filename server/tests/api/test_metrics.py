"""GET /metrics: the form that is asked for, and only what the asker may read."""


from collections.abc import Callable

from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from starlette.testclient import TestClient

from doubles.model_calls import call_batch
from watchglass.model.records import KeyScope, Principal, Signal

MakeClient = Callable[..., TestClient]
READER = Principal("shop", frozenset({KeyScope.READ}))
OWN = "watchglass_api_request_seconds"
CALLS = "gen_ai_client_requests_total"


def with_calls(client: TestClient) -> TestClient:
    """The client of a server that has stored a call of each of two projects."""
    batch = call_batch([{"project_id": "shop"}, {"project_id": "bank"}])
    client.app.state.services.model_calls.stored(Signal.TRACES, batch)  # type: ignore[attr-defined]
    return client


def test_form_is_the_one_that_is_asked_for(client: TestClient) -> None:
    """OpenMetrics with its exemplars and its end for a scraper that takes it, else the text format 0.0.4."""
    with_calls(client)
    prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    answer = client.get("/metrics", headers={"accept": prometheus})
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("\n# EOF\n") and answer.text.count("# EOF") == 1
    families = {family.name for family in read_openmetrics(answer.text)}
    assert {"gen_ai_client_requests", "watchglass_api_request_seconds", "process_open_fds"} <= families
    plain = client.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# EOF" not in plain.text and "trace_id" not in plain.text
    assert CALLS in plain.text


def test_without_a_key_only_the_server_itself_is_told(make_client: MakeClient) -> None:
    """Where keys are needed, a scraper without one learns nothing of anybody's calls."""
    guarded = with_calls(make_client(READER, require_keys=True))
    guarded.get("/healthz")
    text = guarded.get("/metrics").text
    assert OWN in text
    assert "gen_ai" not in text


def test_a_key_reads_its_project(make_client: MakeClient) -> None:
    """A project's key reads that project's calls alone; a key that may not read is refused."""
    guarded = with_calls(make_client(READER, require_keys=True))
    text = guarded.get("/metrics", headers={"authorization": "Bearer k"}).text
    assert 'project="shop"' in text and 'project="bank"' not in text
    sender = make_client(Principal("shop", frozenset({KeyScope.INGEST})), require_keys=True)
    assert sender.get("/metrics", headers={"x-api-key": "k"}).status_code == 403
