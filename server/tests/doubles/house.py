"""The real ingest over a real store: committers run, HTTP is called through ASGI."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from doubles.otlp import rows
from watchglass.app.ingest import Ingest
from watchglass.model.records import Signal
from watchglass.settings import Settings
from watchglass.store.engine import Engine
from watchglass.telemetry import Telemetry

PATHS = {Signal.TRACES: "/v1/traces", Signal.LOGS: "/v1/logs", Signal.METRICS: "/v1/metrics"}
PROTOBUF = "application/x-protobuf"


def admit_all(headers: Mapping[str, str], client: str) -> str:
    """Let everyone in, into the project that the header names."""
    return headers.get("x-watchglass-project", "default")


@dataclass(frozen=True)
class House:
    """An ingest that runs.

    Attributes:
        engine: Where the rows go.
        ingest: Committers and both protocols.
        telemetry: What was counted.
        settings: The limits.
    """

    engine: Engine
    ingest: Ingest
    telemetry: Telemetry
    settings: Settings

    def post(
        self, signal: Signal, body: bytes, headers: Mapping[str, str] | None = None, method: str = "POST"
    ) -> httpx.Response:
        """Send one request; the content type is protobuf unless `headers` say another."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.ingest.http)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                given = {"content-type": PROTOBUF, **(headers or {})}
                sent = {name: value for name, value in given.items() if value}
                return await client.request(method, PATHS[signal], content=body, headers=sent)

        return asyncio.run(send())

    def rows(self, signal: Signal, columns: str = "*") -> list[dict[str, Any]]:
        """What is stored."""
        table = self.engine.query(f"SELECT {columns} FROM {signal.value} ORDER BY ALL")
        batches = table.combine_chunks().to_batches()
        return rows(batches[0]) if batches else []

    def count(self, signal: Signal) -> int:
        """How many rows are stored."""
        return int(self.engine.query(f"SELECT count() AS n FROM {signal.value}").column("n")[0].as_py())

    def counted(self, name: str, **labels: str) -> float:
        """One of the server's own counters."""
        return self.telemetry.registry.get_sample_value(name, labels) or 0.0


MakeHouse = Callable[..., House]
