"""The machines of scraped servers: which one reported, where its resource does not say.

An OpenTelemetry resource says `host.name`; what comes from Prometheus's world says `instance`. node_exporter tells the
machine's own name in `node_uname_info`, DCGM's exporter in a label; of the others the host of `host:port` is what is known.
"""

import re
from collections import OrderedDict

import pyarrow as pa
import pyarrow.compute as pc

UNAME, NODENAME = "node_uname_info", "nodename"
"""node_exporter's metric that tells the machine's name, and the label that has it."""

MAX_KNOWN = 100_000
"""Most instances whose machine is remembered."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "0.0.0.0"})  # noqa: S104  compared with, not listened on
"""Hosts that name no machine: each calls itself so."""

_INSTANCE = re.compile(r"(\[[^\]]+\]|[^:/\s]+):\d{1,5}")

Instance = tuple[str, str, str]
"""Project, service (Prometheus's job) and instance."""


def host_of(instance: str) -> str:
    """The host of `host:port`; empty for another form, and for a host that names no machine.

    >>> host_of("gpu-1:8000"), host_of("localhost:9100"), host_of("worker 7")
    ('gpu-1', '', '')
    """
    match = _INSTANCE.fullmatch(instance)
    return match[1] if match and match[1] not in LOOPBACK else ""


class HostNames:
    """Learns the machines' names from what comes, and tells them for the canonical points."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: OrderedDict[Instance, str] = OrderedDict()

    def learn(self, points: pa.RecordBatch) -> None:
        """Remember what points of `node_uname_info` say."""
        attributes = points.column("attributes").to_pylist()
        for instance, pairs in zip(_instances(points), attributes, strict=True):
            name = dict(pairs).get(NODENAME, "")
            if name and instance[2]:
                self._known[instance] = name
                self._known.move_to_end(instance)
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def fill(self, points: pa.RecordBatch, attributes: list[dict[str, str]]) -> pa.Array:
        """The column `host_name` of canonical points, with what is known where the resource says nothing.

        Args:
            points: The points.
            attributes: Their canonical attributes, of which `host.name` is the server's own word.
        """
        column = points.column("host_name")
        if not pc.any(pc.equal(column, "")).as_py():
            return column
        said = column.to_pylist()
        found = [
            name or one.get("host.name") or self._known.get(instance) or host_of(instance[2])
            for name, one, instance in zip(said, attributes, _instances(points), strict=True)
        ]
        return pa.array(found, pa.string())


def _instances(points: pa.RecordBatch) -> list[Instance]:
    names = ("project_id", "service_name", "service_instance_id")
    return list(zip(*(points.column(name).to_pylist() for name in names), strict=True))
