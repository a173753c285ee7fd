"""One request sent, and what became of it: taken, to be tried again, or refused for what it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

import httpx

from watchglass.clock import Clock
from watchglass.outgoing.backoff import retry_after_s

CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 30.0
MAX_ANSWER_BYTES = 64 * 1024
MAX_ERROR_CHARACTERS = 300

REFUSED = frozenset({400, 413, 415, 422})
"""Statuses that say that this request can never be taken; every other failure is the target's, or the settings', and may
pass (also 401, 403 and 404: a wrong key loses nothing for as long as rows are kept)."""


@dataclass(frozen=True, slots=True)
class Post:
    """One POST.

    Attributes:
        url: Where to; may be a secret, so it is never written anywhere.
        headers: With secrets.
        body: As sent.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Fate(Enum):
    """What became of a request."""

    TAKEN = auto()
    AGAIN = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """The target's answer.

    Attributes:
        fate: What became of the request.
        error: What went wrong, fit to be shown; empty when taken.
        body: What the target said, at most MAX_ANSWER_BYTES.
        asked_s: How long it asked to be left alone, in seconds; None when it did not.
    """

    fate: Fate
    error: str = ""
    body: bytes = b""
    asked_s: float | None = None


class Sender:
    """Sends requests to one target. Safe for several threads."""

    def __init__(self, clock: Clock, secrets: Sequence[str]) -> None:
        """Prepare; `secrets` are kept out of errors, for targets that repeat what they were sent."""
        self._clock = clock
        self._secrets = sorted(secrets, key=len, reverse=True)
        # a redirect would carry the key to wherever it leads
        self._client = httpx.Client(
            timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            follow_redirects=False,
            headers={"user-agent": "watchglass"},
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, request: Post) -> Answer:
        """Send one request. Never raises on what the network or the target does."""
        try:
            with self._client.stream("POST", request.url, content=request.body, headers=request.headers) as response:
                return self._answer(response, _read(response))
        except httpx.HTTPError as error:
            return Answer(Fate.AGAIN, self.shown(f"{type(error).__name__}: {error}"))

    def shown(self, text: str) -> str:
        """A text without the secrets, on one line, of bounded length."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return "".join(character if character.isprintable() else " " for character in text)[:MAX_ERROR_CHARACTERS]

    def _answer(self, response: httpx.Response, body: bytes) -> Answer:
        status = response.status_code
        if 200 <= status < 300:
            return Answer(Fate.TAKEN, body=body)
        error = self.shown(f"{status} {response.reason_phrase}: {body.decode(errors='replace').strip()}")
        if status in REFUSED:
            return Answer(Fate.REFUSED, error, body)
        asked_s = retry_after_s(response.headers.get("retry-after"), self._clock.now_ns() / 1e9)
        return Answer(Fate.AGAIN, error, body, asked_s)


def _read(response: httpx.Response) -> bytes:
    read = bytearray()
    for chunk in response.iter_bytes():
        read += chunk
        if len(read) >= MAX_ANSWER_BYTES:
            break
    return bytes(read[:MAX_ANSWER_BYTES])
