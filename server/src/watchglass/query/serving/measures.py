"""What is shown of servers, machines and GPUs: one table, over the canonical metrics.

A measure has ways to be read, the best first: servers report the same thing as histograms, sums or gauges. The first way
whose metrics were reported is used.
"""

from dataclasses import dataclass
from typing import Literal

Owner = Literal["server", "host", "gpu"]

How = Literal["sum", "avg", "max", "rate", "added", "mean", "count"]
"""What is made of a metric's points in a bucket: levels over the series (sum, avg, max); of counters what was added a second
over the series (rate) or in all (added); of histograms the mean observation (mean), or observations a second (count)."""


@dataclass(frozen=True, slots=True)
class Term:
    """Points of one metric as one number a bucket.

    Attributes:
        metric: Canonical name.
        how: What is made of the points.
        part: Which of the parts that the metric is told in, such as `idle`; empty for all together.
    """

    metric: str
    how: How
    part: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a measure: a sum of terms, or a ratio of two sums.

    Attributes:
        above: What is added up.
        below: What that is divided by; nothing when it is empty.
        is_rest: Whether the measure is what is left of 1.
    """

    above: tuple[Term, ...]
    below: tuple[Term, ...] = ()
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is shown.

    Attributes:
        name: Name in the API.
        brief: Name for people.
        unit: Unit of the numbers: ratio, s, By, By/s, tokens/s, 1/s, Cel, W, or a noun in braces.
        owner: What has it.
        ways: How it is read, the best first.
    """

    name: str
    brief: str
    unit: str
    owner: Owner
    ways: tuple[Way, ...]


def _term(metric: str, how: How, part: str = "") -> Way:
    return Way((Term(metric, how, part),))


_S, _G = "watchglass.serving.", "gen_ai.server."

_SERVER: tuple[tuple[str, str, str, tuple[Way, ...]], ...] = (
    ("requests_running", "Requests running", "{request}", (_term(_S + "requests.running", "sum"),)),
    ("requests_waiting", "Requests waiting", "{request}", (_term(_S + "requests.waiting", "sum"),)),
    ("kv_cache", "KV cache used", "ratio", (_term(_S + "kv_cache.utilization", "avg"),)),
    ("time_to_first_token", "Time to first token, mean", "s", (_term(_G + "time_to_first_token", "mean"),)),
    ("inter_token_latency", "Between tokens, mean", "s",
     (_term(_S + "inter_token_latency", "mean"), _term(_G + "time_per_output_token", "mean"))),
    ("request_duration", "Request, mean", "s", (_term(_G + "request.duration", "mean"),)),
    ("queue_duration", "In the queue, mean", "s", (_term(_S + "queue.duration", "mean"),)),
    ("prefill_duration", "Prefill, mean", "s", (_term(_S + "prefill.duration", "mean"),)),
    ("decode_duration", "Decode, mean", "s", (_term(_S + "decode.duration", "mean"),)),
    # servers that tell durations as a sum only: seconds added a second are how many requests are at it, on average
    ("queue_load", "Requests in the queue, mean", "{request}", (_term(_S + "queue.time", "rate"),)),
    ("prefill_load", "Requests in prefill, mean", "{request}", (_term(_S + "prefill.time", "rate"),)),
    ("decode_load", "Requests in decode, mean", "{request}", (_term(_S + "decode.time", "rate"),)),
    ("requests", "Requests", "1/s", (_term(_G + "request.duration", "count"),)),
    ("input_tokens", "Input tokens", "tokens/s", (_term(_S + "tokens", "rate", "input"), _term(_S + "token_rate", "sum", "input"))),
    ("output_tokens", "Output tokens", "tokens/s", (_term(_S + "tokens", "rate", "output"), _term(_S + "token_rate", "sum", "output"))),
    ("preemptions", "Preemptions", "1/s", (_term(_S + "preemptions", "rate"),)),
    ("prefix_cache_hits", "Prefix cache hits", "ratio",
     (Way((Term(_S + "prefix_cache.hits", "added"),), (Term(_S + "prefix_cache.queries", "added"),)),
      _term(_S + "prefix_cache.hit_ratio", "avg"))),
    ("speculation_accepted", "Speculated tokens accepted", "ratio",
     (Way((Term(_S + "speculation.accepted_tokens", "added"),), (Term(_S + "speculation.draft_tokens", "added"),)),
      _term(_S + "speculation.acceptance_ratio", "avg"))),
)  # fmt: skip

_MEMORY_LIMIT = Term("system.memory.limit", "max")

_HOST: tuple[tuple[str, str, str, tuple[Way, ...]], ...] = (
    ("cpu", "CPU", "ratio",
     (_term("system.cpu.utilization", "avg"),
      Way((Term("system.cpu.time", "rate", "idle"),), (Term("system.cpu.time", "rate"),), is_rest=True))),
    ("memory", "Memory used", "ratio",
     (_term("system.memory.utilization", "sum", "used"),
      Way((Term("system.memory.usage", "sum", "used"),), (_MEMORY_LIMIT,)),
      Way(tuple(Term("system.memory.usage", "sum", part) for part in ("free", "cached", "buffers")), (_MEMORY_LIMIT,), is_rest=True))),
    ("memory_limit", "Memory", "By", (Way((_MEMORY_LIMIT,)),)),
    ("disk_read", "Disk, read", "By/s", (_term("system.disk.io", "rate", "read"),)),
    ("disk_write", "Disk, written", "By/s", (_term("system.disk.io", "rate", "write"),)),
    ("network_receive", "Network, received", "By/s", (_term("system.network.io", "rate", "receive"),)),
    ("network_transmit", "Network, sent", "By/s", (_term("system.network.io", "rate", "transmit"),)),
    ("filesystem", "Fullest file system", "ratio", (_term("system.filesystem.utilization", "max"),)),
)  # fmt: skip

_USAGE = Term("hw.gpu.memory.usage", "sum")

_GPU: tuple[tuple[str, str, str, tuple[Way, ...]], ...] = (
    ("gpu_utilization", "GPU", "ratio", (_term("hw.gpu.utilization", "avg"),)),
    ("gpu_memory", "GPU memory used", "ratio",
     (_term("hw.gpu.memory.utilization", "avg"),
      Way((_USAGE,), (Term("hw.gpu.memory.limit", "sum"),)),
      Way((_USAGE,), (_USAGE, Term("watchglass.gpu.memory.free", "sum"))))),
    ("gpu_memory_used", "GPU memory", "By", (Way((_USAGE,)),)),
    ("gpu_temperature", "GPU temperature", "Cel", (_term("hw.temperature", "max"),)),
    ("gpu_power", "GPU power", "W", (_term("hw.power", "sum"),)),
    ("gpu_throttled", "GPU slowed", "ratio",
     (_term("watchglass.gpu.throttled", "max"), _term("watchglass.gpu.throttled.time", "rate"))),
    ("gpu_ecc_corrected", "ECC errors, corrected", "{error}", (_term("hw.errors", "added", "corrected"),)),
    ("gpu_ecc_uncorrected", "ECC errors, not corrected", "{error}", (_term("hw.errors", "added", "uncorrected"),)),
)  # fmt: skip

_TABLES: tuple[tuple[Owner, tuple[tuple[str, str, str, tuple[Way, ...]], ...]], ...] = (
    ("server", _SERVER), ("host", _HOST), ("gpu", _GPU),
)  # fmt: skip

MEASURES: tuple[Measure, ...] = tuple(
    Measure(name, brief, unit, owner, ways) for owner, table in _TABLES for name, brief, unit, ways in table
)
"""Everything that is shown, in the order in which it is."""


def measures_of(*owners: Owner) -> tuple[Measure, ...]:
    """The measures that these have."""
    return tuple(measure for measure in MEASURES if measure.owner in owners)


def metrics_of(*owners: Owner) -> list[str]:
    """The metrics that these measures are read from."""
    terms = (term for measure in measures_of(*owners) for way in measure.ways for term in (*way.above, *way.below))
    return list(dict.fromkeys(term.metric for term in terms))


PARTS = (
    "gen_ai.token.type", "cpu.mode", "system.memory.state", "disk.io.direction", "network.io.direction",
    "watchglass.gpu.reason", "error.type",
)  # fmt: skip
"""The attributes that metrics are told in parts by; a metric has one of them at most."""
