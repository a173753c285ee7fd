"""Who reported: the servers and machines with points in a stretch of time, and whether they are well."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.serving.measures import PARTS, Owner, metrics_of
from watchglass.query.sql import in_scope, instant
from watchglass.store.engine import Parameter

STALE_AFTER_NS = 150 * 10**9
"""A reporter that was silent for this long is stale: two reports of OpenTelemetry's usual minute are missing then."""

MAX_CLOCK_AHEAD_NS = 3600 * 10**9
"""How far a reporter's clock may be ahead of ours: no day that ended longer ago is looked into."""

MAX_LINES = 50_000
"""Most metrics and parts of all reporters together, those that were told last."""

MAX_REPORTERS = 2000
"""Most reporters of one answer, those that reported last."""

_PART = "coalesce(" + ", ".join(f"nullIf(attributes['{name}'], '')" for name in PARTS) + ", '')"

# maps are read once a series: to look into them for each point would take most of the time
_DIRECTORY = f"""
SELECT metric_name, service_name, service_instance_id, host_name, attributes['hw.id'] AS gpu, {_PART} AS part,
    any(attributes['hw.name']) AS gpu_model, any(attributes['watchglass.gpu.index']) AS gpu_index,
    any(resource_attributes['server.address']) AS address, any(resource_attributes['server.port']) AS port,
    any(resource_attributes['k8s.node.name']) AS node,
    groupUniqArray(50)(coalesce(nullIf(resource_attributes['k8s.pod.name'], ''), nullIf(attributes['k8s.pod.name'], ''),
        attributes['pod'])) AS pods,
    any(attributes['watchglass.server']) AS server, groupUniqArray(20)(attributes['gen_ai.request.model']) AS models,
    groupArray(series_id) AS series_ids, max(last) AS last_ns
FROM (
    SELECT metric_name, series_id, service_name, service_instance_id, host_name, any(attributes) AS attributes,
        any(resource_attributes) AS resource_attributes, toUnixTimestamp64Nano(max(metric_points.time)) AS last
    FROM metric_points
    WHERE {{fits}} AND metric_name IN {{metrics:Array(String)}} AND NOT has(marks, 'no_recorded_value')
    GROUP BY metric_name, series_id, service_name, service_instance_id, host_name
) AS of_series
GROUP BY metric_name, service_name, service_instance_id, host_name, gpu, part
ORDER BY last_ns DESC
LIMIT {MAX_LINES}
"""

State = Literal["up", "down", "stale"]

Key = tuple[str, str, str]
"""Service, service instance and host of a reporter."""


@dataclass(frozen=True, slots=True)
class Told:
    """One metric, or part of one, that a reporter tells of itself or of one of its GPUs.

    Attributes:
        metric: Canonical name.
        part: Which part of it, empty for a metric without parts.
        gpu: Id of the GPU that it is about, empty for none.
        gpu_name: Model and index of that GPU, as far as they are said.
        series_ids: Its series.
    """

    metric: str
    part: str
    gpu: str
    gpu_name: tuple[str, str]
    series_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reporter:
    """One service instance that reported metrics of servers or machines.

    Attributes:
        service_name: Its service; Prometheus's job.
        service_instance_id: Which one of the service, empty when not said; Prometheus's instance.
        host_name: The machine, empty when not known.
        address: Host at which it was scraped, empty when it was not.
        port: Port at which it was scraped.
        node: The Kubernetes node.
        pods: Pods that it reports of: its own, or those that use the GPUs.
        server: Which program it is (vllm, sglang ...), empty when not known.
        models: Models that it serves.
        owners: What it reports of.
        last_ns: Its last report, nanoseconds since 1970 UTC; 0 when only failed scrapes are known.
        is_up: What the last scrape said; None where it is not scraped.
        told: What it tells of.
    """

    service_name: str
    service_instance_id: str
    host_name: str
    address: str = ""
    port: str = ""
    node: str = ""
    pods: tuple[str, ...] = ()
    server: str = ""
    models: tuple[str, ...] = ()
    owners: frozenset[Owner] = frozenset()
    last_ns: int = 0
    is_up: bool | None = None
    told: tuple[Told, ...] = field(default=(), repr=False, compare=False)

    @property
    def key(self) -> Key:
        """What its points have in common."""
        return self.service_name, self.service_instance_id, self.host_name

    def state(self, at_ns: int) -> State:
        """How it was at `at_ns`: down when its last scrape failed, stale when it had been silent for long."""
        if self.is_up is False:
            return "down"
        return "stale" if at_ns - self.last_ns > STALE_AFTER_NS else "up"


def find_reporters(reader: Reader, scope: Scope, *owners: Owner) -> list[Reporter]:
    """Return who reported of `owners` within the scope, those that reported last first, at most MAX_REPORTERS.

    A target whose scrapes all failed is found when another one of its job reported.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    text, parameters = reported(scope)
    metrics = {metric: owner for owner in owners for metric in metrics_of(owner)}
    rows = reader.query(_DIRECTORY.replace("{fits}", text), {**parameters, "metrics": list(metrics)}).to_pylist()
    by_reporter: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_reporter[row["service_name"], row["service_instance_id"], row["host_name"]].append(row)
    scraped = _scraped(reader, scope, sorted({service for service, _, _ in by_reporter}))
    found = [_reporter(key, listed, metrics, scraped) for key, listed in by_reporter.items()]
    found.sort(key=lambda it: (-it.last_ns, it.key))
    known = {(it.service_name, it.service_instance_id) for it in found}
    by_service = {it.service_name: it for it in reversed(found)}
    failed = [
        Reporter(*who, host_name="", server=by_service[who[0]].server, owners=by_service[who[0]].owners, is_up=False)
        for who, is_up in scraped.items()
        if who not in known and not is_up
    ]
    return [*found[:MAX_REPORTERS], *failed]


def reported(scope: Scope) -> tuple[str, dict[str, Parameter]]:
    """The condition that points are of the scope; days that ended before it began are not looked into."""
    fits = in_scope(scope, "metric_points")
    first_ns = max(0, scope.start_ns - MAX_CLOCK_AHEAD_NS)
    return f"{fits.text} AND metric_points.received_at >= {instant('{arrived_ns:Int64}')}", {**fits.parameters, "arrived_ns": first_ns}


def _scraped(reader: Reader, scope: Scope, services: list[str]) -> dict[tuple[str, str], bool]:
    """What the last scrape of each target of the services said."""
    text, parameters = reported(scope)
    rows = reader.query(
        "SELECT service_name, service_instance_id, argMax(value, metric_points.time) AS up FROM metric_points "
        f"WHERE {text} AND metric_name = 'up' AND service_name IN {{services:Array(String)}} "
        f"AND NOT has(marks, 'no_recorded_value') GROUP BY service_name, service_instance_id LIMIT {MAX_REPORTERS}",
        {**parameters, "services": services},
    )
    return {(row["service_name"], row["service_instance_id"]): row["up"] > 0 for row in rows.to_pylist()}


def _reporter(key: Key, rows: list[dict[str, Any]], metrics: Mapping[str, Owner], scraped: dict[tuple[str, str], bool]) -> Reporter:
    def first(name: str) -> str:
        return next((row[name] for row in rows if row[name]), "")

    def all_of(name: str) -> tuple[str, ...]:
        return tuple(sorted({text for row in rows for text in row[name] if text}))

    return Reporter(
        *key,
        address=first("address"),
        port=first("port"),
        node=first("node"),
        pods=all_of("pods"),
        server=first("server"),
        models=all_of("models"),
        owners=frozenset(metrics[row["metric_name"]] for row in rows),
        last_ns=max(row["last_ns"] for row in rows),
        is_up=scraped.get(key[:2]),
        told=tuple(
            Told(row["metric_name"], row["part"], row["gpu"], (row["gpu_model"], row["gpu_index"]), tuple(row["series_ids"])) for row in rows
        ),
    )
