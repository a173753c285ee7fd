"""A target is asked once, within limits, and every way to fail is told in words."""

import asyncio
import base64
import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from doubles.exposition_server import OPENMETRICS, Exposed, exposing
from watchglass.ingest.scrape.configuration import Credentials
from watchglass.ingest.scrape.fetch import Answer, ScrapeFailed, build_client, fetch
from watchglass.ingest.scrape.targets import Target

LIMIT_BYTES = 10_000


def ask(exposed: Exposed, *, prefers_text: bool = False, **changes: object) -> Answer:
    """Fetch from a server."""
    target = Target("a", exposed.address, f"http://{exposed.address}/metrics", (("b", "c d"),), (), 15.0, 2.0, honor_labels=False)

    async def run() -> Answer:
        async with build_client() as client:
            changed = replace(target, **changes)  # type: ignore[arg-type]
            return await fetch(client, changed, prefers_text=prefers_text, limit_bytes=LIMIT_BYTES)

    return asyncio.run(run())


def test_a_target_is_asked_as_prometheus_asks() -> None:
    """Path, parameters, the formats that are understood, the time that it has."""
    with exposing("a 1\n") as exposed:
        assert ask(exposed) == Answer("a 1\n", is_openmetrics=False)
        exposed.say("# EOF\n", OPENMETRICS)
        assert ask(exposed).is_openmetrics
        ask(exposed, prefers_text=True)
    (path, headers), _, (_, text_only) = exposed.asked
    assert path == "/metrics?b=c+d"
    assert headers["accept"].startswith("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8")
    assert headers["x-prometheus-scrape-timeout-seconds"] == "2"
    assert "openmetrics" not in text_only["accept"]


def test_compressed_answers_are_read_within_the_limit() -> None:
    """A small body that would become a large one is refused before it is."""
    with exposing() as exposed:
        exposed.headers["content-encoding"] = "gzip"
        exposed.body = gzip.compress(b"a 1\n")
        assert ask(exposed).text == "a 1\n"
        exposed.body = gzip.compress(b"a 1\n" * 10_000)
        with pytest.raises(ScrapeFailed, match="larger than the limit of 10000 bytes"):
            ask(exposed)
        exposed.body = b"not gzip"
        with pytest.raises(ScrapeFailed, match="not readable as gzip"):
            ask(exposed)


def test_every_failure_is_told() -> None:
    """Size, status, time, text, and nobody there."""
    with exposing("a" * (LIMIT_BYTES + 1)) as exposed:
        with pytest.raises(ScrapeFailed, match="larger than 10000 bytes"):
            ask(exposed)
        exposed.status = 503
        with pytest.raises(ScrapeFailed, match="answered 503"):
            ask(exposed)
        exposed.status, exposed.body = 200, b"\xff"
        with pytest.raises(ScrapeFailed, match="not UTF-8 at byte 0"):
            ask(exposed)
        exposed.delay_s = 0.5
        with pytest.raises(ScrapeFailed, match=r"no answer within 0\.1 s"):
            ask(exposed, timeout_s=0.1)
    with pytest.raises(ScrapeFailed, match="ConnectError"):
        ask(exposed)


@pytest.mark.parametrize(
    ("credentials", "sent"),
    [
        (Credentials("Bearer", "", "t"), "Bearer t"),
        (Credentials("Basic", "u", "p"), "Basic " + base64.b64encode(b"u:p").decode()),
        (Credentials("ApiKey", "", "k"), "ApiKey k"),
    ],
)
def test_credentials_are_sent(tmp_path: Path, credentials: Credentials, sent: str) -> None:
    """From the configuration itself, or from a file that is read anew each time."""
    path = tmp_path / "secret"
    path.write_text(credentials.secret + "\n")
    with exposing("a 1\n") as exposed:
        ask(exposed, credentials=credentials)
        ask(exposed, credentials=replace(credentials, secret="", secret_file=path))
        assert [headers["authorization"] for _, headers in exposed.asked] == [sent, sent]
        path.unlink()
        with pytest.raises(ScrapeFailed, match="secret cannot be read"):
            ask(exposed, credentials=replace(credentials, secret="", secret_file=path))
