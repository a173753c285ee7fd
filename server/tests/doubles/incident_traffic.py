"""Seeded traffic of two hours with an injected cause in the second: what an explanation has to find.

Each trace is an agent's run with calls to models and tools; services, releases, hosts, regions, models, providers, prompts and
users hang together as in a company: a host is in one region, a service has its own agents and prompts, a provider its
models, users are few heavy and many light ones. The second hour differs from the first in harmless ways too: traffic, the
weights of services, a rollout elsewhere, and latencies by a few per cent.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from watchglass.model.arrow import arrow_type, default_column
from watchglass.model.fields import load_fields

HOUR_NS = 3600 * 10**9
START_NS = 1_780_000_000_000_000_000 // HOUR_NS * HOUR_NS
"""Start of the first hour; the incident is the second one."""

SERVICES = ("search", "support", "checkout", "writer", "triage", "copilot")
SERVICE_WEIGHTS = np.array([30, 24, 18, 13, 9, 6], float)
REGIONS = ("eu-west-1", "us-east-1", "ap-south-1")
PROVIDERS = {"openai": ("gpt-4o", "gpt-4o-mini", "o4"), "anthropic": ("claude-sonnet", "claude-haiku"), "mistral": ("mistral-large",)}
MODELS = [(provider, model) for provider, models in PROVIDERS.items() for model in models]
MODEL_SECONDS = np.array([1.8, 0.7, 6.0, 2.4, 0.9, 1.5])
MODEL_PRICE = np.array([5.0, 0.3, 20.0, 6.0, 1.0, 3.0])
TOOLS = ("web_search", "sql", "calculator", "calendar", "crm", "mail", "files", "weather")
ERROR_TYPES = ("timeout", "rate_limit", "server_error", "ValueError")
USERS = 600

Strings = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


@dataclass
class Traffic:
    """Spans as columns, before they become rows.

    Attributes:
        random: What everything is drawn from.
        columns: Values by name of the column, shape (spans,); `resource.cloud.region` beside the columns.
        is_now: Which are of the second hour.
        seconds: Durations, s.
        fails: Which have an error.
    """

    random: np.random.Generator
    columns: dict[str, Any]
    is_now: Mask
    seconds: npt.NDArray[np.float64]
    fails: Mask
    is_call: Mask
    is_tool: Mask
    trace: npt.NDArray[np.int64]

    def having(self, **values: str) -> Mask:
        """Which spans have these values."""
        mask = np.ones(len(self.is_now), np.bool_)
        for name, value in values.items():
            mask &= self.columns[name.replace("cloud_region", "resource.cloud.region")] == value
        return mask

    def fail(self, mask: Mask, probability: float) -> None:
        """Make spans of the second hour fail; half of their traces' roots fail with them."""
        new = mask & self.is_now & ~self.fails & (self.random.random(len(mask)) < probability)
        self.fails |= new
        self.columns["error_type"][new] = self.random.choice(ERROR_TYPES, new.sum())
        lost = np.unique(self.trace[new])
        lost = lost[self.random.random(len(lost)) < 0.5]
        roots = (self.columns["parent_span_id"] == "") & np.isin(self.trace, lost) & ~self.fails
        self.fails |= roots
        self.columns["error_type"][roots] = "ToolError"

    def slow(self, mask: Mask, factor: float) -> None:
        """Make spans of the second hour slower, with some scatter."""
        chosen = mask & self.is_now
        self.seconds[chosen] *= factor * self.random.lognormal(0, 0.15, chosen.sum())

    def grow(self, mask: Mask, factor: float) -> None:
        """Give calls of the second hour more input, and the cost of that."""
        chosen = mask & self.is_now & self.is_call
        self.columns["input_tokens"][chosen] = np.round(factor * self.columns["input_tokens"][chosen])
        self.columns["cost_usd"][chosen] *= factor


@dataclass(frozen=True)
class Incident:
    """A scenario.

    Attributes:
        kind: What was injected.
        measure: What is asked about.
        per: What it is divided by.
        filter: Which spans are asked about.
        truth: Names and values that tell the spans that were changed from the rest; None where all or none were.
        verdict: What has to be said.
        traffic: The spans.
    """

    kind: str
    measure: str
    per: str | None
    filter: str
    truth: dict[str, str] | None
    verdict: str
    traffic: Traffic
    wanted: Mask = field(repr=False)

    def is_found(self, dimensions: dict[str, str], also: list[dict[str, str]]) -> bool:
        """Whether a cause is the injected one: by name, or by another name of the same spans."""
        if self.truth is None:
            return False
        if self.truth in (dimensions, *also):
            return True
        asked = self.wanted & self.traffic.is_now
        true, said = (self.traffic.having(**{k.replace("resource.cloud.region", "cloud_region"): v for k, v in it.items()}) & asked
                      for it in (self.truth, dimensions))  # fmt: skip
        return bool((true & said).sum() >= 0.95 * (true | said).sum())

    def batch(self, project_id: str) -> pa.RecordBatch:
        """The spans as rows of a project."""
        traffic, count = self.traffic, len(self.traffic.is_now)
        starts, durations = traffic.columns["start_ns"], (traffic.seconds * 1e9).astype(np.int64)
        region = pa.array(traffic.columns["resource.cloud.region"])
        given = {name: pa.array(values) for name, values in traffic.columns.items() if name != "resource.cloud.region"}
        given |= {
            "project_id": pa.repeat(project_id, count),
            "received_at": pa.array(np.full(count, (START_NS + 2 * HOUR_NS) // 10**6)).cast(pa.timestamp("ms", "UTC")),
            "trace_id": pa.array([f"{it:032x}" for it in traffic.trace]),
            "span_id": pa.array([f"{it:016x}" for it in range(1, count + 1)]),
            "start_time": pa.array(starts).cast(pa.timestamp("ns", "UTC")),
            "end_time": pa.array(starts + durations).cast(pa.timestamp("ns", "UTC")),
            "duration_ns": pa.array(durations),
            "status_code": pa.array(np.where(traffic.fails, "error", "unset")),
            "is_model_call": pa.array(traffic.is_call),
            "input_tokens": pa.array(traffic.columns["input_tokens"], mask=~traffic.is_call),
            "output_tokens": pa.array(traffic.columns["output_tokens"], mask=~traffic.is_call),
            "cost_usd": pa.array(traffic.columns["cost_usd"], mask=~traffic.is_call),
            "resource_attributes": pa.MapArray.from_arrays(np.arange(count + 1, dtype=np.int32), pa.repeat("cloud.region", count), region),
        }
        arrays = {}
        for column in load_fields()["spans"]:
            values = given.get(column.name)
            kind = arrow_type(column.type)
            arrays[column.name] = default_column("spans", column.name, count) if values is None else values.cast(kind)
        return pa.RecordBatch.from_pydict(arrays)


def make_traffic(seed: int, traces: int, more: Callable[[np.random.Generator], Any] | None = None, *, shifted: bool = False) -> Traffic:
    """Draw two hours of traffic.

    Args:
        seed: What is drawn from.
        traces: Traces an hour, about.
        more: Unused values are drawn by it first, so that a kind of incident has chances of its own.
        shifted: Whether the second hour sends half of the calls to the slowest model.
    """
    random = np.random.default_rng(seed)
    if more is not None:
        more(random)
    growth = random.uniform(0.92, 1.12)
    counts = (traces, int(traces * growth))
    drift = random.uniform(0.93, 1.07, len(SERVICES))
    hour = np.repeat([0, 1], counts)
    weights = [SERVICE_WEIGHTS, SERVICE_WEIGHTS * drift]
    service = np.concatenate([random.choice(len(SERVICES), n, p=w / w.sum()) for n, w in zip(counts, weights, strict=True)])
    region = random.choice(3, len(hour), p=[0.45, 0.35, 0.2])
    host = service * 6 + region * 2 + random.integers(0, 2, len(hour))
    # the same versions in several services; one service is rolled out while the incident is on, which is harmless
    rolled = int(random.integers(0, len(SERVICES)))
    newer = np.where((service == rolled) & (hour == 1), 0.6, 0.25)
    release = np.where(random.random(len(hour)) < newer, 1, 0)
    prompt = service * 3 + random.choice(3, len(hour), p=[0.5, 0.3, 0.2])
    version = random.choice(3, len(hour), p=[0.2, 0.3, 0.5])
    # each service has its own heavy and light users
    user = np.minimum(random.zipf(1.35, len(hour)) - 1, USERS // len(SERVICES) - 1) * len(SERVICES) + service
    liked = np.stack([np.roll([0.4, 0.25, 0.05, 0.15, 0.1, 0.05], s) for s in range(len(SERVICES))])
    liked_now = liked * 0.5 + 0.5 * np.eye(len(MODELS))[2] if shifted else liked
    choices = np.where(hour[:, None] == 1, np.cumsum(liked_now[service], 1), np.cumsum(liked[service], 1))
    calls, tools = 1 + random.binomial(2, 0.4, len(hour)), random.binomial(3, 0.3, len(hour))
    kinds = [np.zeros(len(hour), int), np.ones(calls.sum(), int), np.full(tools.sum(), 2)]
    trace = np.concatenate([np.arange(len(hour)), np.repeat(np.arange(len(hour)), calls), np.repeat(np.arange(len(hour)), tools)])
    kind = np.concatenate(kinds)
    is_call, is_tool, spans = kind == 1, kind == 2, len(kind)
    # a run stays with one model
    of_run = np.minimum((random.random(len(hour))[:, None] > choices).sum(1), len(MODELS) - 1)
    model = of_run[trace]
    tool = (service[trace] + random.choice(4, spans, p=[0.4, 0.3, 0.2, 0.1])) % len(TOOLS)
    size = np.array([1.0, 1.6, 0.6])[prompt[trace] % 3] * random.lognormal(0, 0.5, spans)
    seconds = np.where(is_call, MODEL_SECONDS[model] * size * random.lognormal(0, 0.35, spans), random.lognormal(-1, 0.6, spans))
    seconds *= np.where(hour[trace] == 1, random.uniform(0.97, 1.03), 1.0)
    inner = np.bincount(trace, np.where(kind == 0, 0, seconds), len(hour))
    seconds = np.where(kind == 0, inner[trace] * 1.05 + 0.02, seconds)
    named = {
        "service_name": np.array(SERVICES, object)[service[trace]],
        "environment": np.where(random.random(len(hour)) < 0.85, "production", "staging").astype(object)[trace],
        "release": np.array(["2.3.0", "2.4.0"], object)[release[trace]],
        "host_name": np.array([f"node-{it:02d}" for it in range(36)], object)[host[trace]],
        "resource.cloud.region": np.array(REGIONS, object)[region[trace]],
        "agent_name": np.where(kind == 0, np.array([f"{it}-agent" for it in SERVICES], object)[service[trace]], ""),
        "operation_name": np.array(["invoke_agent", "chat", "execute_tool"], object)[kind],
        "provider_name": np.where(is_call, np.array([it[0] for it in MODELS], object)[model], ""),
        "model": np.where(is_call, np.array([it[1] for it in MODELS], object)[model], ""),
        "prompt_name": np.where(is_call, np.array([f"{SERVICES[it // 3]}-{it % 3}" for it in range(18)], object)[prompt[trace]], ""),
        "prompt_version": np.where(is_call, np.array(["1", "2", "3"], object)[version[trace]], ""),
        "tool_name": np.where(is_tool, np.array(TOOLS, object)[tool], ""),
        "user_id": np.array([f"user-{it}" for it in range(USERS)], object)[user[trace]],
        "parent_span_id": np.where(kind == 0, "", np.array([f"{it + 1:016x}" for it in range(len(hour))], object)[trace]),
        "error_type": np.full(spans, "", object),
    }
    begins = START_NS + hour * HOUR_NS + random.integers(0, HOUR_NS - 10**9, len(hour))
    tokens = np.round(800 * size).astype(np.float64)
    numbers = {
        "name": named["operation_name"],
        "start_ns": begins[trace] + np.where(kind == 0, 0, random.integers(10**6, 10**9, spans)),
        "input_tokens": tokens,
        "output_tokens": np.round(150 * size),
        "cost_usd": tokens * MODEL_PRICE[model] / 1e6,
    }
    rates = np.where(is_call, np.array([0.01, 0.006, 0.02, 0.008, 0.006, 0.012])[model], np.where(is_tool, 0.015, 0.002))
    fails = random.random(spans) < rates
    named["error_type"][fails] = random.choice(ERROR_TYPES, fails.sum(), p=[0.4, 0.3, 0.2, 0.1])
    return Traffic(random, {**named, **numbers}, hour[trace] == 1, seconds, fails, is_call, is_tool, trace)


CALLS = "is_model_call:true"


def make_incident(kind: str, seed: int, traces: int) -> Incident:
    """Draw one incident of a kind."""
    traffic = make_traffic(seed * 1000 + KINDS.index(kind), traces, shifted=kind == "more_calls_to_a_slow_model")
    random = traffic.random
    service = str(random.choice(SERVICES[:5]))
    _, model = MODELS[int(random.integers(0, len(MODELS)))]
    slow, fail = random.uniform(2, 4), random.uniform(0.15, 0.5)
    latency = str(random.choice(["duration_p95_ns", "duration_mean_ns"]))
    errors = [("error_count", None), ("error_count", "span_count")][int(random.integers(0, 2))]
    truth: dict[str, str] | None
    asked: tuple[str, str | None, str] = (latency, None, CALLS)
    verdict = "causes"
    match kind:
        case "model_slow":
            truth = {"model": model}
            traffic.slow(traffic.having(**truth), slow)
        case "provider_fails":
            truth, asked = {"provider_name": str(random.choice(["openai", "anthropic"]))}, (*errors, CALLS)
            traffic.fail(traffic.having(**truth), fail)
        case "release_of_a_service_fails":
            truth, asked = {"service_name": service, "release": "2.4.0"}, (*errors, CALLS)
            traffic.fail(traffic.having(**truth) & (traffic.is_call | traffic.is_tool), fail)
        case "new_release_fails":
            # rolled out to half of a service, a version that nobody else has
            truth, asked = {"release": "3.0.0"}, (*errors, CALLS)
            half = np.isin(traffic.trace, np.flatnonzero(random.random(traffic.trace.max() + 1) < 0.5))
            traffic.columns["release"][traffic.having(service_name=service) & traffic.is_now & half] = "3.0.0"
            traffic.fail(traffic.having(**truth), fail)
        case "new_release_everywhere_in_a_service":
            truth = {"release": "3.0.0"}
            traffic.columns["release"][traffic.having(service_name=service) & traffic.is_now] = "3.0.0"
            traffic.slow(traffic.having(**truth), slow)
        case "user_dear":
            truth, asked = {"user_id": f"user-{random.integers(0, 3) * len(SERVICES) + SERVICES.index(service)}"}, ("cost_usd", None, "")
            traffic.grow(traffic.having(**truth), random.uniform(10, 30))
        case "host_slow":
            busy = [f"node-{it:02d}" for it in range(30)]
            truth = {"host_name": str(random.choice(busy))}
            asked = ("duration_p95_ns", None, CALLS)
            traffic.slow(traffic.having(**truth), random.uniform(3, 6))
        case "tool_fails":
            truth, asked = {"tool_name": str(random.choice(TOOLS[:6]))}, (*errors, "")
            traffic.fail(traffic.having(**truth), random.uniform(0.3, 0.7))
        case "region_fails":
            truth, asked = {"resource.cloud.region": str(random.choice(REGIONS))}, (*errors, CALLS)
            traffic.fail(traffic.columns["resource.cloud.region"] == truth["resource.cloud.region"], fail)
        case "model_of_a_service_slow":
            liked = MODELS[SERVICES.index(service)][1]
            truth = {"service_name": service, "model": liked}
            traffic.slow(traffic.having(**truth), random.uniform(2.5, 5))
        case "prompt_version_dear":
            prompt = f"{service}-{random.integers(0, 3)}"
            truth = {"prompt_name": prompt, "prompt_version": "3"}
            asked = [("cost_usd", "model_call_count", ""), ("input_tokens", None, "")][int(random.integers(0, 2))]
            traffic.grow(traffic.having(**truth), random.uniform(4, 9))
        case "more_calls_to_a_slow_model":
            truth, asked = {"model": "o4"}, ("duration_mean_ns", None, CALLS)
        case "more_traffic_of_a_user":
            truth, asked = {"user_id": f"user-{SERVICES.index(service)}"}, ("model_call_count", None, "")
            _repeat(traffic, traffic.having(**truth), int(random.integers(4, 9)))
        case "all_slow":
            truth, verdict = None, "everywhere"
            traffic.slow(np.ones(len(traffic.is_now), np.bool_), random.uniform(1.4, 2.5))
        case "all_fail":
            truth, verdict, asked = None, "everywhere", (*errors, CALLS)
            traffic.fail(np.ones(len(traffic.is_now), np.bool_), random.uniform(0.05, 0.2))
        case "all_dear":
            truth, verdict, asked = None, "everywhere", ("cost_usd", None, "")
            traffic.grow(np.ones(len(traffic.is_now), np.bool_), random.uniform(1.3, 2))
        case "nothing":
            truth, verdict, asked = None, "unchanged", (*errors, "")
        case _:
            raise ValueError(kind)
    wanted = traffic.is_call if asked[2] == CALLS or asked[0] != "error_count" else np.ones(len(traffic.is_now), np.bool_)
    return Incident(kind, *asked, truth, verdict, traffic, wanted)


def _repeat(traffic: Traffic, mask: Mask, times: int) -> None:
    """Have spans of the second hour again and again, in traces of their own."""
    chosen = np.flatnonzero(mask & traffic.is_now)
    again = np.concatenate([np.arange(len(mask)), np.tile(chosen, times)])
    copies = np.concatenate([np.zeros(len(mask), np.int64), np.repeat(np.arange(1, times + 1), len(chosen))])
    for name, values in traffic.columns.items():
        traffic.columns[name] = values[again]
    for name in ("is_now", "seconds", "fails", "is_call", "is_tool"):
        setattr(traffic, name, getattr(traffic, name)[again])
    traffic.columns["start_ns"] = traffic.columns["start_ns"] + copies
    traffic.trace = traffic.trace[again] + copies * (int(traffic.trace.max()) + 1)


KINDS = (
    "model_slow", "provider_fails", "release_of_a_service_fails", "new_release_fails", "new_release_everywhere_in_a_service",
    "user_dear", "host_slow", "tool_fails", "region_fails", "model_of_a_service_slow", "prompt_version_dear",
    "more_calls_to_a_slow_model", "more_traffic_of_a_user", "all_slow", "all_fail", "all_dear", "nothing",
)  # fmt: skip
