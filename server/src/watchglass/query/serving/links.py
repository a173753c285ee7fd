"""Which servers and machines a call went to: one table says what of a span meets what of a reporter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from watchglass.query.serving.directory import Reporter
from watchglass.query.serving.measures import Owner

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104  compared with, not listened on
URL_KEYS = ("url.full", "http.url", "gen_ai.openai.api_base", "llm.openai.api_base", "openai.api_base")
"""Attributes that hold the address of what was called as a URL."""


@dataclass(frozen=True, slots=True)
class Link:
    """One way from a span to a reporter.

    Attributes:
        way: Name of the way, for people.
        says: What a span says, by the names of `names_of_span`.
        meets: What a reporter says, by the names of `names_of_reporter`.
        owners: What is found so.
    """

    way: str
    says: str
    meets: str
    owners: frozenset[Owner]


_SERVERS: frozenset[Owner] = frozenset({"server"})
_MACHINES: frozenset[Owner] = frozenset({"host", "gpu"})

LINKS: tuple[Link, ...] = (
    Link("pod", "k8s.pod.name", "pod", _SERVERS | _MACHINES),
    Link("service instance", "service.instance.id", "instance", _SERVERS),
    Link("address and port", "server.address:server.port", "address:port", _SERVERS),
    Link("service on the host", "service.name@host.name", "service@host", _SERVERS),
    Link("host of the address", "server.address", "host", _MACHINES),
    Link("Kubernetes node", "k8s.node.name", "host", _MACHINES),
    Link("host name", "host.name", "host", _MACHINES),
)
"""The matching rule: for each way, what of a span equals what of a reporter; case does not matter."""

SERVER_TO_MACHINE = "machine of the server"
"""The way from a server that was found to its machine: their names of the host are the same, or the pod."""

Names = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a span says of where its call went.

    Attributes:
        name: Name as in LINKS.
        value: The value.
        span_id: The span that says it: the call's own or one below it.
    """

    name: str
    value: str
    span_id: str


@dataclass(frozen=True, slots=True)
class Match:
    """A reporter and how it was found.

    Attributes:
        reporter: The reporter.
        way: How, as in LINKS.
        fact: What met; None for the machine of a server.
        owners: What it was found as.
    """

    reporter: Reporter
    way: str
    fact: Fact | None
    owners: frozenset[Owner]


def facts_of(span_id: str, attributes: Mapping[str, str]) -> list[Fact]:
    """What a span says of where its call went.

    Args:
        span_id: Its id.
        attributes: Its attributes and its resource's, as text.
    """
    said = dict(attributes)
    for key in URL_KEYS:
        if "server.address" not in said and key in attributes:
            host, port = _of_url(attributes[key])
            said |= {"server.address": host, "server.port": port}
    if said.get("server.address") and said.get("server.port"):
        said["server.address:server.port"] = f"{_one_loopback(said['server.address'])}:{said['server.port']}"
    if said.get("service.name") and said.get("host.name"):
        said["service.name@host.name"] = f"{said['service.name']}@{said['host.name']}"
    names = dict.fromkeys(link.says for link in LINKS)
    facts = [Fact(name, said[name].lower(), span_id) for name in names if said.get(name)]
    return [it for it in facts if not (it.name == "server.address" and it.value in LOOPBACK)]


def names_of_reporter(reporter: Reporter) -> Names:
    """What a reporter can be met by, by the names of LINKS."""
    instance_host, _, instance_port = reporter.service_instance_id.rpartition(":")
    addresses = {(reporter.address, reporter.port), (instance_host, instance_port if instance_port.isdigit() else "")}
    hosts = {reporter.host_name, reporter.node, *(host for host, port in addresses if port)}
    return {
        "pod": _texts(reporter.pods),
        "instance": _texts([reporter.service_instance_id]),
        "address:port": _texts(f"{_one_loopback(host)}:{port}" for host, port in addresses if host and port),
        "service@host": _texts([f"{reporter.service_name}@{reporter.host_name}"] if reporter.host_name else []),
        "host": _texts(hosts) - LOOPBACK,
    }


def find_matches(facts: Sequence[Fact], reporters: Sequence[Reporter]) -> list[Match]:
    """Find the reporters that the facts lead to: servers first, then machines, each by the first way that leads there."""
    named = [(reporter, names_of_reporter(reporter)) for reporter in reporters]
    hosts_of_calls = {fact.value for fact in facts if fact.name == "host.name"}
    # one program may report of itself as a server and of its machine: it is found as each
    servers: dict[Reporter, Match] = {}
    machines: dict[Reporter, Match] = {}
    for link in LINKS:
        for reporter, names in named:
            fact = next((it for it in facts if it.name == link.says and it.value in names[link.meets]), None)
            if fact is None or not _is_same_machine(fact, reporter, hosts_of_calls):
                continue
            for found, kind in ((servers, _SERVERS), (machines, _MACHINES)):
                owners = reporter.owners & link.owners & kind
                if owners and reporter not in found:
                    found[reporter] = Match(reporter, link.way, fact, owners)
    for server in servers:
        own = names_of_reporter(server)
        for reporter, names in named:
            is_met = own["host"] & names["host"] or own["pod"] & names["pod"]
            owners = reporter.owners & _MACHINES
            if is_met and owners and (reporter not in machines or machines[reporter].way == "host name"):
                machines[reporter] = Match(reporter, SERVER_TO_MACHINE, None, owners)
    return [*servers.values(), *sorted(machines.values(), key=lambda match: match.way != SERVER_TO_MACHINE)]


def _is_same_machine(fact: Fact, reporter: Reporter, hosts: set[str]) -> bool:
    """Whether an address that every machine calls itself by is meant on the reporter's machine, as far as that is known."""
    is_loopback = fact.name == "server.address:server.port" and fact.value.startswith("localhost:")
    return not is_loopback or not hosts or not reporter.host_name or reporter.host_name.lower() in hosts


def _of_url(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", ""
    return parts.hostname or "", str(port or "")


def _one_loopback(host: str) -> str:
    bare = host.strip("[]").lower()
    return "localhost" if bare in LOOPBACK else bare


def _texts(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.lower() for value in values if value)
