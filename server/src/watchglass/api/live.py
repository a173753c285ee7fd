"""GET /api/v1/live: a stream that says when something of a project was stored."""

from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from watchglass.api.access import Injected, Project
from watchglass.clock import Clock
from watchglass.store.changes import Listener

router = APIRouter(prefix="/api/v1", tags=["live"])

HEARTBEAT_S = 15.0
"""How often a stream says that it lives when there is nothing else to say, in seconds."""

REST_S = 1.0
"""Shortest time from one change to the next on a stream, in seconds."""

MAX_LIFE_S = 3600.0
"""How long a stream lasts, in seconds; then its client comes again, and with a key that is still good."""

EVENTS = {name: f"event: {name}\ndata: {{}}\n\n" for name in ("open", "change", "heartbeat")}


class EventStream(StreamingResponse):
    """Events for one listener, whose place is free again when the client is gone or the stream has ended."""

    media_type = "text/event-stream"

    def __init__(self, listener: Listener, clock: Clock) -> None:
        """Stream what `listener` is told."""
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(_events(listener, clock), headers=headers, media_type=self.media_type)
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until one of both ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._listener.close()


@router.get(
    "/live",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events, until the client leaves"}},
)
def live(services: Injected, project: Project) -> StreamingResponse:
    """Follow a project: an event `change` after spans, logs or metrics of it were committed, at most one a second.

    `open` comes first, `heartbeat` every 15 s without a change. Ask again for what is shown when a change comes; after a
    break everything may have changed.
    """
    return EventStream(services.changes.listen(project), services.clock)


async def _events(listener: Listener, clock: Clock) -> AsyncIterator[str]:
    ends_s = clock.monotonic_s() + MAX_LIFE_S
    yield EVENTS["open"]
    while clock.monotonic_s() < ends_s:
        is_change = await listener.next(HEARTBEAT_S)
        if is_change is None:
            return
        yield EVENTS["change" if is_change else "heartbeat"]
        if is_change and await listener.rest(REST_S):
            return
