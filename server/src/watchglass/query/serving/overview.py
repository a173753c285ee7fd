"""All servers, and all machines with their GPUs: how each is and what it did over a stretch of time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.serving.beside_call import by_gpu, machine_of, name_of
from watchglass.query.serving.directory import Reporter, State, find_reporters
from watchglass.query.serving.measures import measures_of
from watchglass.query.serving.points import Line, read_lines
from watchglass.query.serving.values import Measured, measure_all

MAX_INSTANCES = 200
"""Most servers or machines of one answer, those that reported last."""

THROTTLED = "watchglass.gpu.throttled"


@dataclass(frozen=True, slots=True)
class ServerOverview:
    """One server instance.

    Attributes:
        reporter: Who it is.
        state: How it is.
        measures: What it did.
    """

    reporter: Reporter
    state: State
    measures: list[Measured]


@dataclass(frozen=True, slots=True)
class GpuOverview:
    """One GPU.

    Attributes:
        id: Its id.
        name: Its model, empty when not said.
        index: Its place in the machine, empty when not said.
        measures: What it did.
        slowed_by: Why it is slowed by its last report; empty when it is not.
    """

    id: str
    name: str
    index: str
    measures: list[Measured]
    slowed_by: list[str]


@dataclass(frozen=True, slots=True)
class HostOverview:
    """One machine.

    Attributes:
        name: Its name.
        reporters: Who reports of it.
        state: How it is: as its best reporter.
        last_ns: Its last report, nanoseconds since 1970 UTC.
        measures: What it did.
        gpus: Its GPUs.
    """

    name: str
    reporters: list[Reporter]
    state: State
    last_ns: int
    measures: list[Measured]
    gpus: list[GpuOverview] = field(default_factory=list)


def read_servers(reader: Reader, scope: Scope, interval_s: int, now_ns: int) -> tuple[list[ServerOverview], bool]:
    """Return the model servers that reported within the scope, by service and instance, and whether there are more.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    found = find_reporters(reader, scope, "server")
    kept = found[:MAX_INSTANCES]
    lines = _by_reporter(read_lines(reader, scope, interval_s, kept))
    at_ns = min(now_ns, scope.end_ns)
    servers = [
        ServerOverview(it, it.state(at_ns), _held(measure_all(measures_of("server"), lines.get(it.key, [])), interval_s)) for it in kept
    ]
    return sorted(servers, key=lambda it: it.reporter.key), len(found) > len(kept)


def read_hosts(reader: Reader, scope: Scope, interval_s: int, now_ns: int) -> tuple[list[HostOverview], bool]:
    """Return the machines that were reported of within the scope, by name, and whether there are more.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    machines: dict[str, list[Reporter]] = defaultdict(list)
    for reporter in find_reporters(reader, scope, "host", "gpu"):
        machines[machine_of(reporter)].append(reporter)
    kept = dict(list(machines.items())[:MAX_INSTANCES])
    reporting = [it for reporters in kept.values() for it in reporters]
    lines = _by_reporter(read_lines(reader, scope, interval_s, reporting))
    at_ns = min(now_ns, scope.end_ns)
    hosts = []
    for name, reporters in kept.items():
        own = [line for it in reporters for line in lines.get(it.key, [])]
        hosts.append(
            HostOverview(
                name,
                reporters,
                min((it.state(at_ns) for it in reporters), key=("up", "stale", "down").index),
                max(it.last_ns for it in reporters),
                _held(measure_all(measures_of("host"), own), interval_s),
                [gpu for gpu in (_gpu(id_, of_gpu, interval_s) for id_, of_gpu in by_gpu(own).items()) if gpu.measures],
            )
        )
    return sorted(hosts, key=lambda it: it.name), len(machines) > len(kept)


def _by_reporter(lines: Iterable[Line]) -> dict[tuple[str, str, str], list[Line]]:
    found: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        found[line.reporter].append(line)
    return found


def _gpu(gpu: str, lines: Sequence[Line], interval_s: int) -> GpuOverview:
    name, index = name_of(lines)
    reasons = [line.part for line in lines if line.metric == THROTTLED and _last(line) > 0]
    return GpuOverview(gpu, name, index, _held(measure_all(measures_of("gpu"), lines), interval_s), sorted(set(reasons)))


def _last(line: Line) -> float:
    values = line.values["max"]
    known = np.flatnonzero(np.isfinite(values))
    return float(values[known[-1]]) if len(known) else 0.0


def _held(measures: Iterable[Measured], interval_s: int) -> list[Measured]:
    return [it.held(interval_s) for it in measures]
