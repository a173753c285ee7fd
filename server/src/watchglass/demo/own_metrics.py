"""What the demonstration tells of its own server and machine: the stub's load, and this machine by Watchglass's probe."""

import importlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from urllib.parse import urlsplit

import structlog
from opentelemetry.sdk.resources import Resource

from watchglass import __version__
from watchglass.demo.stub.load import Load
from watchglass.demo.telemetry import meter_provider

log = structlog.get_logger(__name__)

SERVICE = "demo-model-server"


@contextmanager
def telling(load: Load, stub: str, endpoint: str, headers: dict[str, str]) -> Iterator[None]:
    """Tell the numbers of the stub at the address `stub`, and of this machine, while the block runs.

    The machine is told of where the package `watchglass-probe` and psutil are installed.
    """
    address = urlsplit(stub)
    provider = meter_provider(
        Resource.create(
            {
                "service.name": SERVICE,
                "service.version": __version__,
                "service.instance.id": address.netloc,
                "server.address": address.hostname or "",
                "server.port": str(address.port),
                "host.name": socket.gethostname(),
            }
        ),
        endpoint,
        headers,
    )
    load.report(provider.get_meter("watchglass.demo"))
    if find_spec("watchglass_probe") is None:
        log.info("nothing is told of this machine: pip install 'watchglass-probe[host]'")
    else:
        importlib.import_module("watchglass_probe.host.machine").observe_machine(provider.get_meter("watchglass_probe"))
    try:
        yield
    finally:
        provider.shutdown()
