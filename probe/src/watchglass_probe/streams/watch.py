"""`watch_stream`: the same stream, measured as it passes."""

import inspect
from asyncio import CancelledError
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Generator, Iterable
from time import perf_counter_ns
from types import TracebackType
from typing import Any

from opentelemetry.trace import Span

from watchglass_probe.errors import InvalidInput
from watchglass_probe.streams.chunks import reader_for
from watchglass_probe.streams.gaps import Attributes
from watchglass_probe.streams.measure import FOLD_AT, Measure


def watch_stream(
    stream: Any,
    *,
    name: str = "token stream",
    span: Span | None = None,
    attributes: Attributes | None = None,
    stall_s: float = 1.0,
) -> Any:
    """Measure a token stream: use what is returned in its place.

    Time is counted from this call. Give a function that makes the request, or the awaitable of an asynchronous client,
    and the wait for the answer's head is counted too; give the stream itself, and it is not.

    Args:
        stream: An iterable or an asynchronous iterable of chunks (OpenAI's, Anthropic's, plain strings, others), an
            awaitable of one, or a function without arguments that returns one of these.
        name: Name of the span that tells what was measured; it is a child of the span that is current now.
        span: A span to write on instead; it must not end before the stream does.
        attributes: Written on the span and on the metrics, such as `gen_ai.request.model`; few values each.
        stall_s: A longer gap between tokens is told as an event, in seconds.

    Raises:
        InvalidInput: `stream` is none of these, or `stall_s` is not above zero.
    """
    if not stall_s > 0:
        raise InvalidInput("stall_s", "must be above zero")
    measure = Measure(name, span, attributes or {}, stall_s)
    if callable(stream) and not hasattr(stream, "__iter__") and not hasattr(stream, "__aiter__"):
        stream = stream()
    if hasattr(stream, "__aiter__") or inspect.isawaitable(stream):
        return AsyncWatchedStream(stream, measure)
    if hasattr(stream, "__iter__"):
        return WatchedStream(stream, measure)
    raise InvalidInput("stream", f"must be iterable, asynchronously iterable or a function that returns such, not {type(stream).__name__}")


class WatchedStream:
    """A stream in whose place it stands: it has all of its attributes too."""

    def __init__(self, stream: Iterable[Any], measure: Measure) -> None:
        self._stream = stream
        self._passing = _passing(stream, measure)

    def __iter__(self) -> Generator[Any, None, None]:
        """The chunks; a `for` runs over the generator itself, as a method a chunk would cost more than the measuring."""
        return self._passing

    def __next__(self) -> Any:
        """The next chunk."""
        return next(self._passing)

    def __enter__(self) -> "WatchedStream":
        """The same; the stream is closed at the end of the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the measuring, and the stream where it can be closed."""
        self._passing.close()
        if hasattr(self._stream, "close"):
            self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class AsyncWatchedStream:
    """The same of an asynchronous stream; an awaitable's attributes are there once its first chunk was asked for."""

    def __init__(self, stream: Any, measure: Measure) -> None:
        self._stream = stream
        self._passing = _passing_async(self._opened, measure)

    def __aiter__(self) -> AsyncGenerator[Any, None]:
        """The chunks."""
        return self._passing

    async def __anext__(self) -> Any:
        """The next chunk."""
        return await self._passing.__anext__()

    async def __aenter__(self) -> "AsyncWatchedStream":
        """The same; the stream is closed at the end of the block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the measuring, and the stream where it can be closed."""
        await self._passing.aclose()
        for name in ("close", "aclose"):
            if hasattr(self._stream, name):
                closing = getattr(self._stream, name)()
                if inspect.isawaitable(closing):
                    await closing
                return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def _opened(self) -> AsyncIterable[Any]:
        """The stream, waited for where an awaitable was given."""
        if inspect.isawaitable(self._stream):
            self._stream = await self._stream
        stream: AsyncIterable[Any] = self._stream
        return stream


def _passing(stream: Iterable[Any], measure: Measure) -> Generator[Any, None, None]:
    """Pass the chunks on. What runs for each token is written out here: a call more would cost as much again."""
    read, uncertainty, gaps, stall_ns = None, measure.uncertainty, measure.gaps, measure.stall_ns
    last_ns, clock = 0, perf_counter_ns
    try:
        for chunk in stream:
            now_ns = clock()
            if read is None:
                read = reader_for(chunk)
                measure.name_model(chunk)
            try:
                is_token = read(chunk, uncertainty)
            except Exception:
                read, is_token = measure.reading_failed(), True
            if is_token:
                if last_ns:
                    gap_ns = now_ns - last_ns
                    gaps.append(gap_ns)
                    if gap_ns > stall_ns:
                        measure.stall(gap_ns, now_ns)
                    if len(gaps) >= FOLD_AT:
                        measure.fold()
                else:
                    measure.first_token(now_ns)
                measure.last_ns = last_ns = now_ns
            else:
                measure.other(chunk)
            yield chunk
    except (GeneratorExit, CancelledError):
        measure.finish("abandoned")
        raise
    except BaseException as error:
        measure.finish("error", error)
        raise
    measure.finish("complete")


async def _passing_async(
    opened: Callable[[], Awaitable[AsyncIterable[Any]]], measure: Measure
) -> AsyncGenerator[Any, None]:
    """The same as `_passing`; Python has no way to write both as one."""
    read, uncertainty, gaps, stall_ns = None, measure.uncertainty, measure.gaps, measure.stall_ns
    last_ns, clock = 0, perf_counter_ns
    try:
        async for chunk in await opened():
            now_ns = clock()
            if read is None:
                read = reader_for(chunk)
                measure.name_model(chunk)
            try:
                is_token = read(chunk, uncertainty)
            except Exception:
                read, is_token = measure.reading_failed(), True
            if is_token:
                if last_ns:
                    gap_ns = now_ns - last_ns
                    gaps.append(gap_ns)
                    if gap_ns > stall_ns:
                        measure.stall(gap_ns, now_ns)
                    if len(gaps) >= FOLD_AT:
                        measure.fold()
                else:
                    measure.first_token(now_ns)
                measure.last_ns = last_ns = now_ns
            else:
                measure.other(chunk)
            yield chunk
    except (GeneratorExit, CancelledError):
        measure.finish("abandoned")
        raise
    except BaseException as error:
        measure.finish("error", error)
        raise
    measure.finish("complete")
