"""The schedule: each target is scraped at its own moment of the interval, on one thread for all."""

import asyncio
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import numpy as np
import structlog

from watchglass.clock import Clock
from watchglass.errors import InvalidInput
from watchglass.ingest.prometheus.families import Family, Sample
from watchglass.ingest.prometheus.layout import Layout
from watchglass.ingest.scrape.fetch import Answer, ScrapeFailed, build_client, fetch
from watchglass.ingest.scrape.outbox import Outbox
from watchglass.ingest.scrape.target_reading import SCOPE, TargetReading
from watchglass.ingest.scrape.targets import Target, TargetList

log = structlog.get_logger(__name__)

REFRESH_S = 5.0
"""How often the files are looked at, in seconds."""

FLUSH_S = 1.0
"""How often what was scraped is committed, in seconds: few large commits cost less than many small ones."""

OFF_LOOP_BYTES = 512 * 1024
"""Answers larger than this are read on a thread of their own, so that other targets are asked in time."""


@dataclass(frozen=True, slots=True)
class TargetState:
    """How a target is.

    Attributes:
        target: The target.
        health: up, down, or unknown before the first scrape.
        scraped_at_ns: Start of the last scrape, nanoseconds since 1970 UTC; 0 before the first.
        duration_s: How long it took, in seconds.
        sample_count: Samples that it brought.
        error: Why it failed, empty when it did not.
    """

    target: Target
    health: str = "unknown"
    scraped_at_ns: int = 0
    duration_s: float = 0.0
    sample_count: int = 0
    error: str = ""


class Scraper:
    """Scrapes the targets of a list until it is stopped. States may be read by any thread."""

    def __init__(self, targets: TargetList, outbox: Outbox, clock: Clock, *, limit_bytes: int) -> None:
        """Prepare; `start` begins. Bodies may have `limit_bytes` bytes after decompression."""
        self._list = targets
        self._outbox = outbox
        self._clock = clock
        self._limit_bytes = limit_bytes
        self._states: dict[Target, TargetState] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="scrape", daemon=True)

    @property
    def error(self) -> str:
        """Why the newest content of a file is not used, empty when all is."""
        return self._list.error

    def states(self) -> list[TargetState]:
        """How each target is, in the order of the file."""
        known = dict(self._states)
        return [known.get(target, TargetState(target)) for target in self._list.targets]

    def count(self, health: str) -> float:
        """How many targets are in this state."""
        return float(sum(state.health == health for state in self.states()))

    def start(self) -> None:
        """Begin to scrape."""
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Scrape no more, commit what was scraped, and say whether that was done within `timeout_s` seconds."""
        self._stopping.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    async def _run(self) -> None:
        tasks: dict[Target, asyncio.Task[None]] = {}
        async with build_client() as client:
            self._follow(tasks, client)
            rounds = 0
            while not self._stopping.is_set():
                await asyncio.sleep(FLUSH_S)
                await self._outbox.flush()
                rounds += 1
                if rounds * FLUSH_S >= REFRESH_S:
                    rounds = 0
                    if await asyncio.to_thread(self._list.refresh):
                        self._tell_refresh()
                        self._follow(tasks, client)
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
            await self._outbox.flush()

    def _tell_refresh(self) -> None:
        if self._list.error:
            log.error("the scrape configuration cannot be used; the one before stays", error=self._list.error[:1000])
        else:
            log.info("scrape configuration read", targets=len(self._list.targets))

    def _follow(self, tasks: dict[Target, asyncio.Task[None]], client: httpx.AsyncClient) -> None:
        """Have a task for each target of the list, and none for another."""
        wanted = set(self._list.targets)
        for target in tasks.keys() - wanted:
            tasks.pop(target).cancel()
            self._states.pop(target, None)
        for target in self._list.targets:
            if target not in tasks:
                tasks[target] = asyncio.create_task(self._scrape_for_ever(target, client))

    async def _scrape_for_ever(self, target: Target, client: httpx.AsyncClient) -> None:
        one = _TargetScrape(target, client, self._clock, self._limit_bytes)
        try:
            for wait_s in moments(target, self._clock):
                await asyncio.sleep(wait_s)
                requests, state = await one.scrape()
                self._outbox.put(requests)
                self._states[target] = state
        finally:
            # a target that is taken out of the file has no end of its own; a server that stops leaves series open
            if not self._stopping.is_set():
                self._outbox.put(one.reading.ended(self._clock.now_ns()))


def moments(target: Target, clock: Clock) -> Iterator[float]:
    """Seconds to wait before each scrape: at the same place in each interval, a place of its own for each target."""
    identity = f"{target.url} {target.params} {target.labels} {target.job}"
    place_s = zlib.crc32(identity.encode()) / 2**32 * target.interval_s
    next_s = clock.now_ns() / 1e9
    next_s += (place_s - next_s) % target.interval_s
    while True:
        now_s = clock.now_ns() / 1e9
        # moments that passed during a long scrape, or while the machine slept, are left out
        if next_s < now_s - target.interval_s or next_s > now_s + target.interval_s:
            next_s = now_s + (next_s - now_s) % target.interval_s
        yield max(0.0, next_s - now_s)
        next_s += target.interval_s


class _TargetScrape:
    """The scrapes of one target."""

    def __init__(self, target: Target, client: httpx.AsyncClient, clock: Clock, limit_bytes: int) -> None:
        self._target = target
        self._client = client
        self._clock = clock
        self._limit_bytes = limit_bytes
        self._prefers_text = False
        self.reading = TargetReading(target)
        self._about: Layout | None = None

    async def scrape(self) -> tuple[list[bytes], TargetState]:
        """Scrape once; return what is to be stored and how the target is."""
        started_ns, started_s = self._clock.now_ns(), self._clock.monotonic_s()
        error = ""
        try:
            requests, count = await self._read(started_ns)
        except (ScrapeFailed, InvalidInput) as failure:
            error = str(failure)
            requests, count = self.reading.ended(started_ns), 0
        except Exception as failure:  # a target must never end the scraping of itself
            log.exception("scrape failed unexpectedly", job=self._target.job, instance=self._target.instance)
            error = f"unexpected: {type(failure).__name__}"
            requests, count = self.reading.ended(started_ns), 0
        duration_s = self._clock.monotonic_s() - started_s
        requests = [*requests, self._about_it(started_ns, not error, duration_s, count)]
        return requests, TargetState(self._target, "down" if error else "up", started_ns, duration_s, count, error)

    async def _read(self, time_ns: int) -> tuple[list[bytes], int]:
        answer = await self._fetch()
        try:
            return await self._parsed(answer, time_ns)
        except InvalidInput:
            if not answer.is_openmetrics:
                raise
        # servers exist whose OpenMetrics is not: their text format is asked for from now on
        self._prefers_text = True
        return await self._parsed(await self._fetch(), time_ns)

    async def _fetch(self) -> Answer:
        return await fetch(self._client, self._target, prefers_text=self._prefers_text, limit_bytes=self._limit_bytes)

    async def _parsed(self, answer: Answer, time_ns: int) -> tuple[list[bytes], int]:
        if len(answer.text) > OFF_LOOP_BYTES:
            return await asyncio.to_thread(self.reading.read, answer, time_ns)
        return self.reading.read(answer, time_ns)

    def _about_it(self, time_ns: int, is_up: bool, duration_s: float, sample_count: int) -> bytes:
        """The series that Prometheus has of each target itself."""
        if self._about is None:
            labels = dict(self._target.labels)
            self._about = Layout(
                self._target.resource,
                [Family(name, "gauge", brief, samples=[Sample(name, labels, 0.0)]) for name, brief in ABOUT.items()],
                scope=SCOPE,
            )
        return self._about.fill(np.array([float(is_up), duration_s, float(sample_count)]), time_ns)


ABOUT = {
    "up": "1 when the target answered the scrape, 0 when it did not",
    "scrape_duration_seconds": "How long the scrape took",
    "scrape_samples_scraped": "Samples that the target exposed",
}
"""What is stored of each target at each scrape, in the order in which it is filled."""
