"""GET /api/v1/targets says what is scraped and how it went."""

from starlette.testclient import TestClient


def test_nothing_is_scraped_without_a_file(client: TestClient) -> None:
    """The list is empty, and no file is named."""
    assert client.get("/api/v1/targets").json() == {"file": None, "error": "", "targets": []}
    assert client.get("/api/v1/targets", params={"project": "nope"}).status_code == 400
