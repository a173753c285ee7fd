"""Who reported: the servers and machines with points in a stretch of time, and whether they are well."""

from dataclasses import dataclass
from typing import Any, Literal

from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.serving.measures import Owner, metrics_of
from watchglass.query.sql import in_scope, instant
from watchglass.store.engine import Parameter

STALE_AFTER_NS = 150 * 10**9
"""A reporter that was silent for this long is stale: two reports of OpenTelemetry's usual minute are missing then."""

MAX_CLOCK_AHEAD_NS = 3600 * 10**9
"""How far a reporter's clock may be ahead of ours: no day that ended longer ago is looked into."""

MAX_REPORTERS = 2000
"""Most reporters of one answer, those that reported last."""

State = Literal["up", "down", "stale"]

Key = tuple[str, str, str]
"""Service, service instance and host of a reporter."""


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
    fits = reported(scope)
    bound: dict[str, Parameter] = {**fits[1]}
    bound.update({str(owner): metrics_of(owner) for owner in owners})
    is_of = " OR ".join(f"metric_name IN {{{owner}:Array(String)}}" for owner in owners)
    told = ", ".join(f"countIf(metric_name IN {{{owner}:Array(String)}}) > 0 AS is_{owner}" for owner in owners)
    rows = reader.query(
        f"SELECT service_name, service_instance_id, host_name, {told}, any(resource_attributes['server.address']) AS address, "
        "any(resource_attributes['server.port']) AS port, any(resource_attributes['k8s.node.name']) AS node, "
        "groupUniqArray(50)(coalesce(nullIf(resource_attributes['k8s.pod.name'], ''), nullIf(attributes['k8s.pod.name'], ''), "
        "attributes['pod'])) AS pods, any(attributes['watchglass.server']) AS server, "
        "groupUniqArray(20)(attributes['gen_ai.request.model']) AS models, toUnixTimestamp64Nano(max(metric_points.time)) AS last_ns "
        f"FROM metric_points WHERE {fits[0]} AND ({is_of}) AND NOT has(marks, 'no_recorded_value') "
        f"GROUP BY service_name, service_instance_id, host_name ORDER BY last_ns DESC, service_name, service_instance_id, host_name LIMIT {MAX_REPORTERS}",
        bound,
    ).to_pylist()
    scraped = _scraped(reader, scope, sorted({row["service_name"] for row in rows}))
    found = [_reporter(row, owners, scraped) for row in rows]
    known = {(it.service_name, it.service_instance_id) for it in found}
    by_service = {it.service_name: it for it in reversed(found)}
    failed = [
        Reporter(*who, host_name="", server=by_service[who[0]].server, owners=by_service[who[0]].owners, is_up=False)
        for who, is_up in scraped.items()
        if who not in known and not is_up
    ]
    return [*found, *failed]


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


def _reporter(row: dict[str, Any], owners: tuple[Owner, ...], scraped: dict[tuple[str, str], bool]) -> Reporter:
    who = row["service_name"], row["service_instance_id"]
    return Reporter(
        *who,
        host_name=row["host_name"],
        address=row["address"],
        port=row["port"],
        node=row["node"],
        pods=tuple(sorted(pod for pod in row["pods"] if pod)),
        server=row["server"],
        models=tuple(sorted(model for model in row["models"] if model)),
        owners=frozenset(owner for owner in owners if row[f"is_{owner}"]),
        last_ns=row["last_ns"],
        is_up=scraped.get(who),
    )
