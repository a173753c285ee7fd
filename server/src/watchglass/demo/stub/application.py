"""The stub's routes: checks, errors, waits, and answers whole or streamed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from watchglass.clock import Clock
from watchglass.demo.stub.answers import answer
from watchglass.demo.stub.anthropic_messages import message, message_events, read_messages
from watchglass.demo.stub.conversation import Answer, Ask
from watchglass.demo.stub.errors import anthropic_error, openai_error
from watchglass.demo.stub.faults import Conduct, Pace
from watchglass.demo.stub.load import Load, Prompt, Work
from watchglass.demo.stub.openai_chat import completion, completion_events, read_chat
from watchglass.demo.stub.openai_embeddings import embeddings
from watchglass.demo.stub.openai_responses import read_response, response, response_events
from watchglass.demo.stub.requests import parse_body
from watchglass.errors import InvalidInput

KEY_PREFIX = "demo-"
"""Keys begin so; others are refused, as a wrong key would be."""

Events = Iterator[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a route makes of a request: the answer, and its two forms."""

    ask: Ask
    answer: Answer
    whole: Callable[[], dict[str, Any]]
    events: Callable[[], Events]


class Stub:
    """The stub of both APIs as one application."""

    def __init__(self, conduct: Conduct, clock: Clock, seed: int, load: Load) -> None:
        """`seed` decides what is said; `conduct` when it is slow or fails; `load` lets requests in and measures."""
        self._conduct = conduct
        self._load = load
        self._clock = clock
        self._seed = seed

    def routes(self) -> Starlette:
        """The application to serve."""
        paths = {
            "/v1/chat/completions": self._chat,
            "/v1/responses": self._responses,
            "/v1/embeddings": self._embeddings,
            "/v1/messages": self._messages,
        }
        return Starlette(routes=[Route(path, handler, methods=["POST"]) for path, handler in paths.items()])

    async def _chat(self, request: Request) -> Response:
        def said(data: dict[str, Any], body: bytes) -> _Said:
            ask = read_chat(data, body)
            given = answer(ask, self._seed)
            with_usage = bool((data.get("stream_options") or {}).get("include_usage"))
            return _Said(
                ask,
                given,
                lambda: completion(ask, given, self._now_s()),
                lambda: completion_events(ask, given, self._now_s(), with_usage=with_usage),
            )

        return await self._openai(request, said)

    async def _responses(self, request: Request) -> Response:
        def said(data: dict[str, Any], body: bytes) -> _Said:
            ask = read_response(data, body)
            given = answer(ask, self._seed)
            return _Said(
                ask,
                given,
                lambda: response(ask, given, data, self._now_s()),
                lambda: response_events(ask, given, data, self._now_s()),
            )

        return await self._openai(request, said)

    async def _embeddings(self, request: Request) -> Response:
        body = await request.body()
        refusal = self._openai_refusal(request, body)
        if refusal is not None:
            return refusal
        try:
            answered = embeddings(parse_body(body))
        except InvalidInput as error:
            return openai_error(400, error.detail, error.field)
        await asyncio.sleep(self._conduct.pace(request.headers, body, 0).first_token_s / 5)
        return JSONResponse(answered)

    async def _messages(self, request: Request) -> Response:
        body = await request.body()
        if not _anthropic_key(request).startswith(KEY_PREFIX):
            return anthropic_error(401, "invalid x-api-key")
        status = self._conduct.error_status(request.headers, body, overloaded_status=529)
        if status is not None:
            return anthropic_error(status)
        try:
            data = parse_body(body)
            ask = read_messages(data, body)
        except InvalidInput as error:
            return anthropic_error(400, f"{error.field}: {error.detail}")
        given = answer(ask, self._seed)
        said = _Said(ask, given, lambda: message(ask, given), lambda: message_events(ask, given))
        return await self._deliver(request, body, data, said)

    async def _openai(self, request: Request, read: Callable[[dict[str, Any], bytes], _Said]) -> Response:
        body = await request.body()
        refusal = self._openai_refusal(request, body)
        if refusal is not None:
            return refusal
        try:
            data = parse_body(body)
            said = read(data, body)
        except InvalidInput as error:
            return openai_error(400, error.detail, error.field)
        return await self._deliver(request, body, data, said)

    def _openai_refusal(self, request: Request, body: bytes) -> Response | None:
        if not request.headers.get("authorization", "").startswith(f"Bearer {KEY_PREFIX}"):
            return openai_error(401, "Incorrect API key provided.")
        status = self._conduct.error_status(request.headers, body, overloaded_status=500)
        return None if status is None else openai_error(status)

    async def _deliver(self, request: Request, body: bytes, data: dict[str, Any], said: _Said) -> Response:
        pace = self._conduct.pace(request.headers, body, said.ask.input_tokens)
        work = self._load.work(Prompt(said.ask.model, said.answer.input_tokens, said.answer.cache_read_tokens))
        if data.get("stream"):
            return StreamingResponse(_paced(said.events(), pace, work), media_type="text/event-stream")
        async with work:
            await asyncio.sleep(pace.first_token_s)
            work.token()
            await asyncio.sleep(pace.per_token_s * said.answer.output_tokens)
            work.token(max(0, said.answer.output_tokens - 1))
        return JSONResponse(said.whole())

    def _now_s(self) -> int:
        return self._clock.now_ns() // 1_000_000_000


async def _paced(events: Events, pace: Pace, work: Work) -> AsyncIterator[str]:
    """Events with their waits: nothing comes before the prompt is read, and each token takes its time."""
    async with work:
        await asyncio.sleep(pace.first_token_s)
        for text, token_count in events:
            if token_count:
                await asyncio.sleep(pace.per_token_s * token_count)
                work.token(token_count)
            yield text


def _anthropic_key(request: Request) -> str:
    """The key, in the header of older clients or as the bearer token of newer ones."""
    return request.headers.get("x-api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
