"""What the stub has to do, measured: it answers a few requests at once, as model servers do, and the others wait.

The numbers are the stub's own and are told under the canonical names that vLLM's are stored under: nothing is invented, but the
work is only waiting. Its KV cache is the tokens of the requests that run, of a capacity that it has on paper.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry.metrics import CallbackOptions, Meter, NoOpMeter, Observation

from watchglass.clock import Clock

SLOTS = 6
"""Requests that run at once."""

CAPACITY_TOKENS = 12_000
"""Tokens that the cache would hold."""

SERVER = {"watchglass.server": "demo stub"}

_SERVING = "watchglass.serving."
_SECONDS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 20.0, 40.0)
_DURATIONS = {
    "queue": f"{_SERVING}queue.duration",
    "prefill": f"{_SERVING}prefill.duration",
    "decode": f"{_SERVING}decode.duration",
    "first_token": "gen_ai.server.time_to_first_token",
    "between": f"{_SERVING}inter_token_latency",
    "whole": "gen_ai.server.request.duration",
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """What of a request the load is about: its model, its input tokens, and those of them that a cache had."""

    model: str
    input_tokens: int
    cached_tokens: int


class Load:
    """Lets requests in, and counts. All of it happens on the stub's own loop but for what reads the numbers."""

    def __init__(self, clock: Clock) -> None:
        """Measure by `clock`; nothing is told before `report`."""
        self._clock = clock
        self._slots = asyncio.Semaphore(SLOTS)
        self.waiting = 0
        self.running: set[Work] = set()
        self.report(NoOpMeter("none"))

    def report(self, meter: Meter) -> None:
        """Tell the numbers to `meter` from now on."""
        for name, unit, read in (
            ("requests.running", "{request}", lambda: len(self.running)),
            ("requests.waiting", "{request}", lambda: self.waiting),
            ("kv_cache.utilization", "1", lambda: min(1.0, sum(it.tokens for it in tuple(self.running)) / CAPACITY_TOKENS)),
        ):
            meter.create_observable_gauge(_SERVING + name, [_observe(read)], unit)
        self._durations = {
            key: meter.create_histogram(name, "s", explicit_bucket_boundaries_advisory=_SECONDS) for key, name in _DURATIONS.items()
        }
        self._tokens = meter.create_counter(f"{_SERVING}tokens", "{token}")
        self._queries = meter.create_counter(f"{_SERVING}prefix_cache.queries", "{token}")
        self._hits = meter.create_counter(f"{_SERVING}prefix_cache.hits", "{token}")

    def count(self, prompt: Prompt) -> None:
        """Count a prompt that was read."""
        self._tokens.add(prompt.input_tokens, _of(prompt, **{"gen_ai.token.type": "input"}))
        self._queries.add(prompt.input_tokens, _of(prompt))
        self._hits.add(prompt.cached_tokens, _of(prompt))

    def count_output(self, prompt: Prompt, tokens: int) -> None:
        """Count tokens that were given out."""
        self._tokens.add(tokens, _of(prompt, **{"gen_ai.token.type": "output"}))

    def observe(self, prompt: Prompt, key: str, seconds: float) -> None:
        """Tell one duration, by its key in the table above."""
        self._durations[key].record(seconds, _of(prompt))

    def work(self, prompt: Prompt) -> "Work":
        """Work on a request: an asynchronous context that begins when a slot is free."""
        return Work(self, prompt, self._slots, self._clock)


class Work:
    """One request from its arrival to its end."""

    def __init__(self, load: Load, prompt: Prompt, slots: asyncio.Semaphore, clock: Clock) -> None:
        """It arrives now."""
        self._load = load
        self._prompt = prompt
        self._slots = slots
        self._clock = clock
        self._arrived_s = clock.monotonic_s()
        self._begun_s = self._last_s = self._first_s = 0.0
        self.tokens = prompt.input_tokens

    async def __aenter__(self) -> "Work":
        """Wait for a slot."""
        self._load.waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._load.waiting -= 1
        self._load.running.add(self)
        self._begun_s = self._clock.monotonic_s()
        self._load.observe(self._prompt, "queue", self._begun_s - self._arrived_s)
        self._load.count(self._prompt)
        return self

    def token(self, count: int = 1) -> None:
        """`count` tokens were made; the first ones end the prefill."""
        now_s = self._clock.monotonic_s()
        if self._first_s == 0.0:
            self._first_s = now_s
            self._load.observe(self._prompt, "prefill", now_s - self._begun_s)
            self._load.observe(self._prompt, "first_token", now_s - self._arrived_s)
        else:
            for _ in range(count):
                self._load.observe(self._prompt, "between", (now_s - self._last_s) / count)
        self._last_s = now_s
        self.tokens += count
        self._load.count_output(self._prompt, count)

    async def __aexit__(self, *_: object) -> None:
        """Give the slot back; a client that left in the middle frees it too."""
        now_s = self._clock.monotonic_s()
        self._load.running.discard(self)
        self._slots.release()
        if self._first_s:
            self._load.observe(self._prompt, "decode", now_s - self._first_s)
        self._load.observe(self._prompt, "whole", now_s - self._arrived_s)


def _of(prompt: Prompt, **more: str) -> Mapping[str, str]:
    return {**SERVER, "gen_ai.request.model": prompt.model, **more}


def _observe(read: Any) -> Any:
    def callback(_options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(read(), SERVER)]

    return callback
