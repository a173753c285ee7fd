"""What every request to the API and the screens passes: a known host, a bounded body, a measured answer."""

from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchglass.api.problems import problem_response
from watchglass.api.services import Services

MAX_BODY_BYTES = 2 * 2**20
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


class TrustedHost:
    """Refuse other host names where no key is asked for: a page of another site could reach this machine by its own name (DNS rebinding)."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        """Guard `app`."""
        self._app = app
        self._is_open = not services.settings.needs_keys
        self._hosts = LOOPBACK_HOSTS | {services.settings.host}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421."""
        if scope["type"] == "http" and self._is_open:
            host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
            if host.rpartition(":")[0].lower() not in self._hosts and host.lower() not in self._hosts:
                answer = problem_response(
                    421, "misdirected-request", "Misdirected request",
                    "this server answers to localhost only, as it asks for no API key", "host",
                )  # fmt: skip
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


class BoundedBody:
    """Refuse bodies over MAX_BODY_BYTES, before they are in memory."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while its body is small enough, else answer 413."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size += len(message.get("body", b""))
            if size > MAX_BODY_BYTES:
                answer = problem_response(
                    413, "content-too-large", "Content too large", f"a body has at most {MAX_BODY_BYTES} bytes", "body",
                    {"connection": "close"},
                )  # fmt: skip
                await answer(scope, receive, send)
                return
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        whole: Message = {"type": "http.request", "body": b"".join(chunks), "more_body": False}
        is_given = False

        async def replay() -> Message:
            nonlocal is_given
            if is_given:
                return await receive()
            is_given = True
            return whole

        await self._app(scope, replay, send)


class AnsweredHead:
    """Answer HEAD on the API as GET without the body, as HTTP asks of a server; the screens' files do so themselves."""

    def __init__(self, app: ASGIApp) -> None:
        """Answer for `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a HEAD on as GET, keep the answer's head, and tell the route that nobody takes the body."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        has_ended = False

        async def heard() -> Message:
            # an answer without an end, such as a stream of events, ends as it does when its reader goes
            return {"type": "http.disconnect"} if has_ended else await receive()

        async def without_body(message: Message) -> None:
            nonlocal has_ended
            if message["type"] != "http.response.start":
                return
            await send(message)
            has_ended = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app({**scope, "method": "GET"}, heard, without_body)


class Measured:
    """Report each answer's time by its route's template, so that the number of series stays small."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        """Measure `app`."""
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and report how long its answer took."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_s = self._services.clock.monotonic_s()
        status = 500

        async def observed(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            elapsed_s = self._services.clock.monotonic_s() - started_s
            self._services.telemetry.api_request(scope["method"], route or "screens", status, elapsed_s)
