"""One request to a target: a bounded body, in a bounded time."""

import asyncio
import base64
from dataclasses import dataclass

import httpx

from watchglass import __version__
from watchglass.errors import InvalidInput
from watchglass.ingest.compression import decompress
from watchglass.ingest.prometheus.exposition import OPENMETRICS
from watchglass.ingest.scrape.configuration import Credentials
from watchglass.ingest.scrape.targets import Target

ACCEPT_ALL = (
    f"{OPENMETRICS};version=1.0.0;escaping=allow-utf-8;q=0.6,{OPENMETRICS};version=1.0.0;q=0.5,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.1"
)
"""OpenMetrics is preferred for its exemplars; `escaping` keeps colons, which the Python client replaces otherwise."""

ACCEPT_TEXT = "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
MAX_CONNECTIONS, MAX_IDLE = 1_000, 500


class ScrapeFailed(Exception):
    """A target did not answer with metrics; the text says why and holds no secret."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a target answered.

    Attributes:
        text: The exposition.
        is_openmetrics: Whether it is OpenMetrics.
    """

    text: str
    is_openmetrics: bool


def build_client() -> httpx.AsyncClient:
    """Return a client that keeps connections, follows redirects and is not led by the environment."""
    limits = httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_IDLE)
    return httpx.AsyncClient(
        limits=limits, follow_redirects=True, trust_env=False, max_redirects=10, headers={"user-agent": f"watchglass/{__version__}"}
    )


async def fetch(client: httpx.AsyncClient, target: Target, *, prefers_text: bool, limit_bytes: int) -> Answer:
    """Ask a target for its metrics.

    Args:
        client: See build_client.
        target: Whom to ask.
        prefers_text: Ask for Prometheus's text format, as its OpenMetrics could not be read.
        limit_bytes: Largest body after decompression, in bytes.

    Raises:
        ScrapeFailed: It did not answer well, or not in time.
    """
    try:
        async with asyncio.timeout(target.timeout_s):
            return await _ask(client, target, prefers_text, limit_bytes)
    except TimeoutError:
        raise ScrapeFailed(f"no answer within {target.timeout_s:g} s") from None
    except httpx.HTTPError as error:
        # what httpx says of a connection is short; an address of a redirect with its parameters is not repeated
        raise ScrapeFailed(f"{type(error).__name__}: {str(error)[:200]}" if "?" not in str(error) else type(error).__name__) from error
    except (httpx.InvalidURL, ValueError) as error:
        raise ScrapeFailed(f"cannot be asked: {type(error).__name__}") from error


async def _ask(client: httpx.AsyncClient, target: Target, prefers_text: bool, limit_bytes: int) -> Answer:
    headers = {
        "accept": ACCEPT_TEXT if prefers_text else ACCEPT_ALL,
        "accept-encoding": "gzip",
        "x-prometheus-scrape-timeout-seconds": f"{target.timeout_s:g}",
        **_authorization(target.credentials),
    }
    timeout = httpx.Timeout(target.timeout_s)
    async with client.stream("GET", target.url, params=target.params or None, headers=headers, timeout=timeout) as response:
        if response.status_code != 200:
            raise ScrapeFailed(f"answered {response.status_code} {response.reason_phrase[:80]}")
        chunks, size = [], 0
        async for chunk in response.aiter_raw():
            size += len(chunk)
            if size > limit_bytes:
                raise ScrapeFailed(f"the body is larger than {limit_bytes} bytes (scrape_max_body_bytes)")
            chunks.append(chunk)
    try:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        body = decompress(encoding, b"".join(chunks), limit_bytes, lambda _: None)
        text = body.decode("utf-8")
    except InvalidInput as error:
        raise ScrapeFailed(error.detail) from error
    except UnicodeDecodeError as error:
        raise ScrapeFailed(f"the body is not UTF-8 at byte {error.start}") from error
    return Answer(text, response.headers.get("content-type", "").strip().lower().startswith(OPENMETRICS))


def _authorization(credentials: Credentials | None) -> dict[str, str]:
    """The header that proves who asks.

    Raises:
        ScrapeFailed: The file of the secret cannot be read.
    """
    if credentials is None:
        return {}
    secret = credentials.secret
    if credentials.secret_file is not None:
        try:
            secret = credentials.secret_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ScrapeFailed(f"the file {credentials.secret_file} cannot be read") from error
    if credentials.kind == "Basic" and credentials.username:
        secret = base64.b64encode(f"{credentials.username}:{secret}".encode()).decode()
    return {"authorization": f"{credentials.kind} {secret}"}
