"""What holds for every request: problems, guards, health, the screens' policy."""

import pytest
from starlette.testclient import TestClient

from api.conftest import MakeClient
from watchglass.api.middleware import MAX_BODY_BYTES


def test_unknown_api_path_is_a_problem(client: TestClient) -> None:
    """A path that the API does not have answers 404 as a problem document, never with the screens."""
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:watchglass:problem:not-found"


def test_wrong_method_is_a_problem(client: TestClient) -> None:
    """A method that a path does not have answers 405 as a problem document."""
    answer = client.delete("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (405, 405)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4318", "localhost.evil.example", "127.0.0.1.evil.example:80", ""])
def test_other_host_names_are_refused_without_keys(client: TestClient, host: str) -> None:
    """Without keys only loopback names are answered, so that a web page cannot reach the server by a name of its own."""
    answer = client.get("/healthz", headers={"host": host})
    assert (answer.status_code, answer.json()["field"]) == (421, "host")


@pytest.mark.parametrize("host", ["localhost", "localhost:4318", "127.0.0.1:4318", "[::1]:4318", "[::1]", "LOCALHOST:1"])
def test_loopback_names_are_answered(client: TestClient, host: str) -> None:
    """Every name of this machine's loopback is answered."""
    assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_any_host_name_is_answered_with_keys(make_client: MakeClient) -> None:
    """A server that asks for keys does not mind its name."""
    client = make_client(require_keys=True)
    assert client.get("/healthz", headers={"host": "watchglass.example"}).status_code == 200


def test_too_large_body_is_refused(client: TestClient) -> None:
    """A body over the limit answers 413 and names the body."""
    answer = client.post("/api/v1/anything", content=b"x" * (MAX_BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["field"]) == (413, "body")


def test_own_metrics_tell_of_requests(client: TestClient) -> None:
    """/metrics counts answers by route template and status."""
    client.get("/healthz")
    text = client.get("/metrics").text
    assert 'watchglass_api_request_seconds_count{method="GET",route="/healthz",status="200"} 1.0' in text


def test_readiness_follows_its_causes(make_client: MakeClient) -> None:
    """/readyz answers 200 while nothing is wrong."""
    answer = make_client().get("/readyz")
    assert (answer.status_code, answer.json()["causes"]) == (200, [])


def test_pages_come_with_a_strict_policy(client: TestClient) -> None:
    """Whatever the screens' folder answers forbids foreign scripts, frames and sniffing."""
    headers = client.get("/").headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/../settings.py", "/%2e%2e/settings.py", "/..%2f..%2fsettings.py", "/assets/../../settings.py"])
def test_screens_serve_their_folder_only(client: TestClient, path: str) -> None:
    """No path leads out of the screens' folder."""
    assert "WATCHGLASS_" not in client.get(path).text


def test_openapi_describes_the_routes(client: TestClient) -> None:
    """The description is served and has the problem document as the error answer."""
    document = client.get("/api/openapi.json").json()
    assert "/healthz" in document["paths"]
    assert "Problem" in document["components"]["schemas"]


@pytest.mark.parametrize(("path", "name"), [("traces?filters=model:x", "filters"), ("usage?limit=5&cursor=x", "cursor"), ("fields?project=p", "project")])
def test_unknown_parameter_is_named(client: TestClient, path: str, name: str) -> None:
    """A parameter that a path does not have is refused by name, since an answer without it would mislead."""
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["field"]) == (400, name)


def test_probes_may_send_any_parameter(client: TestClient) -> None:
    """A scraper's own parameters are no concern of ours."""
    assert client.get("/metrics?name[]=up").status_code == 200


def test_wrong_path_for_telemetry_says_the_right_ones(client: TestClient) -> None:
    """An exporter that is pointed at the address alone, or past the paths, is told them."""
    answer = client.post("/", content=b"")
    assert (answer.status_code, "/v1/traces" in answer.json()["detail"]) == (405, True)
    assert client.post("/api/v1/nothing").status_code == 404


@pytest.mark.parametrize("path", ["traces", "usage", "logs", "metrics", "models", "sessions"])
def test_unknown_project_is_named(client: TestClient, path: str) -> None:
    """A misspelt project is refused by name instead of answered with nothing; one that was just made is known."""
    answer = client.get(f"/api/v1/{path}", params={"project": "shpo"})
    assert (answer.status_code, answer.json()["field"]) == (400, "project")
    assert client.post("/api/v1/projects", json={"id": "shop"}).status_code == 201
    assert client.get(f"/api/v1/{path}", params={"project": "shop"}).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/api/v1/traces", 200), ("/api/v1/traces?project=no", 400), ("/healthz", 200)])
def test_head_answers_as_get_without_the_body(client: TestClient, path: str, status: int) -> None:
    """HEAD has the status and the headers of GET, the length of its body included, and no body."""
    head, whole = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (status, b"")
    names = ("content-type", "content-length")
    assert [head.headers[name] for name in names] == [whole.headers[name] for name in names]
