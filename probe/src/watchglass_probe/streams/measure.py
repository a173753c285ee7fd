"""The measuring of one stream: what is noted while it runs, and what is told at its end."""

import logging
from array import array
from time import perf_counter_ns
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.context import Context, get_current
from opentelemetry.trace import Span, Status, StatusCode

from watchglass_probe.clock import SYSTEM_CLOCK
from watchglass_probe.configuration import is_content_recorded
from watchglass_probe.streams.chunks import Reader, model_of, output_tokens, read_any
from watchglass_probe.streams.gaps import Attributes, Distribution, GapHistogram
from watchglass_probe.streams.uncertainty import Uncertainty

log = logging.getLogger("watchglass_probe")

SCOPE = "watchglass_probe"
FOLD_AT = 1024
"""Gaps held one by one before they are put in buckets."""
MAX_STALLS = 32
"""Stalls told as events; all are counted."""
TIME_TO_FIRST_TOKEN_BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0)
RATE_BOUNDS = (1, 2, 5, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000, 2000)

gap_histogram = GapHistogram()
"""Of all streams of the process; the metric exporter adds it to what it sends."""

_meter = metrics.get_meter(SCOPE)
_first_token = _meter.create_histogram(
    "watchglass.stream.time_to_first_token", unit="s", description="Time from the request to the first token",
    explicit_bucket_boundaries_advisory=TIME_TO_FIRST_TOKEN_BOUNDS_S,
)  # fmt: skip
_rate = _meter.create_histogram(
    "watchglass.stream.token_rate", unit="{token}/s", description="Tokens a second after the first",
    explicit_bucket_boundaries_advisory=RATE_BOUNDS,
)  # fmt: skip
_stalls = _meter.create_counter(
    "watchglass.stream.stalls", unit="{stall}", description="Gaps between tokens that were longer than the limit"
)
_tracer = trace.get_tracer(SCOPE)


class Measure:
    """What is known of one stream.

    Args:
        name: Of the span that is made.
        span: A span of the caller's to write on; None makes one.
        attributes: Written on the span and the metrics.
        stall_s: A longer gap is a stall, in seconds.
    """

    def __init__(self, name: str, span: Span | None, attributes: Attributes, stall_s: float) -> None:
        self._name = name
        self._span = span
        self._attributes = dict(attributes)
        self._context: Context = get_current()
        self._wall_ns = SYSTEM_CLOCK.now_ns()
        self.started_ns = perf_counter_ns()
        self.stall_ns = round(stall_s * 1e9)
        self.gaps: array[int] = array("q")
        self.uncertainty = Uncertainty()
        self.first_ns = 0
        self.last_ns = 0
        self._folded = Distribution()
        self._told_tokens: int | None = None
        self._stall_count = 0
        self._stalls: list[tuple[int, int, int]] = []

    def first_token(self, now_ns: int) -> None:
        """Note the first token."""
        self.first_ns = self.last_ns = now_ns

    def fold(self) -> None:
        """Put the gaps so far in buckets."""
        self._folded.add(self.gaps)
        del self.gaps[:]

    def stall(self, gap_ns: int, now_ns: int) -> None:
        """Note a long gap before the token that came at `now_ns`."""
        self._stall_count += 1
        if len(self._stalls) < MAX_STALLS:
            self._stalls.append((self._folded.count + len(self.gaps), gap_ns, now_ns))

    def other(self, chunk: Any) -> None:
        """Read a chunk that brings no token: it may name the model, or tell how many tokens there were."""
        tokens = output_tokens(chunk)
        self._told_tokens = tokens if tokens is not None else self._told_tokens
        self.name_model(chunk)

    def reading_failed(self) -> Reader:
        """Give up reading chunks whose shape is not what their first one promised; each counts as a token from now on."""
        log.warning("%s: a chunk could not be read; each is counted as a token", self._name, exc_info=True)
        return read_any

    def name_model(self, chunk: Any) -> None:
        """Note the model that a chunk names."""
        if "gen_ai.response.model" not in self._attributes and (model := model_of(chunk)):
            self._attributes["gen_ai.response.model"] = model

    def finish(self, end: str, error: BaseException | None = None) -> None:
        """Tell what was measured: on the span, and in the metrics.

        Args:
            end: How it ended: complete, abandoned or error.
            error: What the stream raised.
        """
        ended_ns = perf_counter_ns()
        self.fold()
        span = self._span or _tracer.start_span(self._name, context=self._context, start_time=self._wall_ns)
        span.set_attributes({**self._attributes, **self._told(end)})
        for number, gap_ns, at_ns in self._stalls:
            stall = {"watchglass.stream.gap": gap_ns / 1e9, "watchglass.stream.token_number": number}
            span.add_event("watchglass.stream.stall", stall, timestamp=self._wall(at_ns))
        if error is not None:
            span.record_exception(error)
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(Status(StatusCode.ERROR, str(error)))
        if self._span is None:
            span.end(self._wall(ended_ns))
        self._count()

    def _told(self, end: str) -> dict[str, Any]:
        told: dict[str, Any] = {"watchglass.stream.end": end, "watchglass.stream.tokens": self._tokens()}
        if self.first_ns:
            told["gen_ai.response.time_to_first_chunk"] = (self.first_ns - self.started_ns) / 1e9
        if self._folded.count:
            told["watchglass.stream.gap.mean"] = self._folded.sum_ns / self._folded.count / 1e9
            told["watchglass.stream.gap.max"] = self._folded.max_ns / 1e9
        if (rate := self._tokens_a_second()) is not None:
            told["watchglass.stream.token_rate"] = rate
        if self._stall_count:
            told["watchglass.stream.stalls"] = self._stall_count
        if (perplexity := self.uncertainty.perplexity()) is not None:
            told["watchglass.stream.perplexity"] = perplexity
            if is_content_recorded():
                told["watchglass.stream.logprobs"] = self.uncertainty.as_json()
        if (entropy := self.uncertainty.mean_entropy_nats()) is not None:
            told["watchglass.stream.entropy.mean"] = entropy
        return told

    def _count(self) -> None:
        gap_histogram.add(self._attributes, self._folded)
        if self.first_ns:
            _first_token.record((self.first_ns - self.started_ns) / 1e9, self._attributes, self._context)
        if (rate := self._tokens_a_second()) is not None:
            _rate.record(rate, self._attributes, self._context)
        if self._stall_count:
            _stalls.add(self._stall_count, self._attributes, self._context)

    def _tokens(self) -> int:
        """What the server told, else the tokens with logprobs, else the chunks that brought text."""
        chunks = self._folded.count + 1 if self.first_ns else 0
        return self._told_tokens or max(self.uncertainty.tokens, chunks)

    def _tokens_a_second(self) -> float | None:
        """Tokens after the first over the time that they took; None for fewer than two."""
        if self._tokens() < 2 or self.last_ns <= self.first_ns:
            return None
        return (self._tokens() - 1) * 1e9 / (self.last_ns - self.first_ns)

    def _wall(self, at_ns: int) -> int:
        """The time since 1970 of a reading of the process's clock, both in ns."""
        return self._wall_ns + at_ns - self.started_ns
