"""Load and check the data files: which metric of a server is which canonical one."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from watchglass.errors import InvalidInput

SERVERS = ("vllm", "sglang", "tgi", "triton", "llama_cpp", "ollama", "dcgm", "node_exporter")
"""Names of the data files; no two of them name the same metric."""

SOURCE_METRIC, SERVER = "watchglass.source.metric", "watchglass.server"
"""Attributes of a canonical point: the metric that it was made from, and the server that reported it."""


@dataclass(frozen=True, slots=True)
class ServingRule:
    """How a server's metric becomes a canonical one.

    Attributes:
        server: Name of the data file.
        source: The server's name of the metric.
        name: The canonical one.
        unit: Unit of the canonical one, in UCUM.
        factor: What values are multiplied with to be in that unit.
        attributes: What is added to a point's attributes.
        labels: The server's name of an attribute -> the canonical one.
    """

    server: str
    source: str
    name: str
    unit: str
    factor: float
    attributes: Mapping[str, str]
    labels: Mapping[str, str]


@cache
def load_serving() -> Mapping[str, ServingRule]:
    """Return the rules by the source's name.

    Raises:
        InvalidInput: A data file is wrong; the error names the file and the key.
    """
    found: dict[str, ServingRule] = {}
    for server in SERVERS:
        data = yaml.safe_load(files(__package__).joinpath(f"{server}.yml").read_text("utf-8"))
        for source, rules in parse_serving(server, data).items():
            if source in found:
                raise InvalidInput(f"{server}.yml: metrics.{source}", "is in another file too")
            found[source] = rules
    return found


def parse_serving(server: str, data: Any) -> dict[str, ServingRule]:
    """Check the content of a data file and return its rules.

    Raises:
        InvalidInput: Something in it is wrong; the field is `<server>.yml: <key>`.
    """
    if not isinstance(data, dict) or set(data) != {"brief", "source", "labels", "metrics"}:
        raise InvalidInput(f"{server}.yml", "must be a map of brief, source, labels and metrics")
    return {
        source: _rule(f"{server}.yml: metrics.{source}", server, source, data["labels"], entry)
        for source, entry in data["metrics"].items()
    }


def _rule(where: str, server: str, source: str, labels: Mapping[str, str], entry: Any) -> ServingRule:
    if not isinstance(entry, dict) or not {"to", "unit"} <= set(entry) <= {"to", "unit", "factor", "attributes"}:
        raise InvalidInput(where, "must be a map of to, unit and, where needed, factor and attributes")
    return ServingRule(
        server=server,
        source=source,
        name=entry["to"],
        unit=entry["unit"],
        factor=float(entry.get("factor", 1)),
        attributes=entry.get("attributes", {}),
        labels=labels,
    )
