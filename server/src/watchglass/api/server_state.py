"""GET /api/v1/server: how the server itself is, for those who run it."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass import __version__
from watchglass.api.access import Admin, Injected
from watchglass.api.ingest_state import SignalState, read_signals
from watchglass.api.paging import AskedReader
from watchglass.errors import Forbidden
from watchglass.logs import recent_complaints
from watchglass.query.scope import format_time
from watchglass.query.storage import disks, engine_version, table_sizes
from watchglass.telemetry import Telemetry

router = APIRouter(prefix="/api/v1", tags=["server"])


class StoredTable(BaseModel):
    """What a table takes."""

    table: str = Field(description="Table, as in SQL")
    row_count: int = Field(description="Rows of all projects")
    size_bytes: int = Field(description="Bytes on disk, compressed")
    part_count: int = Field(description="Parts that it lies in; many for long means that merges do not keep up")


class DiskOut(BaseModel):
    """Where rows lie."""

    name: str = Field(description="Name of the disk in the store")
    free_bytes: int = Field(description="Bytes that may still be written")
    total_bytes: int = Field(description="Size of the disk, in bytes")


class ComplaintOut(BaseModel):
    """A warning or an error of the server's own log."""

    time: str = Field(description="When, RFC 3339")
    level: str = Field(description="warning, error or critical")
    text: str = Field(description="What happened")
    details: str = Field(description="What the line says besides, as name=value")


class ServerState(BaseModel):
    """How one server is."""

    time: str = Field(description="The server's present, RFC 3339")
    version: str = Field(description="Version of Watchglass")
    uptime_s: float | None = Field(description="Since the process began, in seconds; null where the system does not tell")
    memory_bytes: int | None = Field(description="Memory that the process holds, in bytes; null where the system does not tell")
    causes: list[str] = Field(description="Why it cannot do its work now; empty when it can")
    store: str = Field(description="embedded, or cluster")
    database: str = Field(description="ClickHouse database")
    engine_version: str = Field(description="Version of ClickHouse")
    signals: list[SignalState] = Field(description="What comes in: traces (spans), logs, metrics (metric_points)")
    held_bytes: int = Field(description="Bytes of exports that were begun and are not answered yet")
    max_waiting_bytes: int = Field(description="Beyond that many exports are told to come again (ingest_max_waiting_bytes)")
    tables: list[StoredTable] = Field(description="The store's tables by name")
    disks: list[DiskOut] = Field(description="The store's local disks")
    complaints: list[ComplaintOut] = Field(description="The last warnings and errors of the server's own log, the newest first")


@router.get("/server")
def server_state(services: Injected, admin: Admin, reader: AskedReader) -> ServerState:
    """Say how the server is that answers; of several over one cluster each answers for itself."""
    if admin.project_id is not None:
        raise Forbidden(f"this key is for the project {admin.project_id}; the server takes a key for all projects")
    telemetry, settings, now_ns = services.telemetry, services.settings, services.clock.now_ns()
    started_s, memory = _one(telemetry, "process_start_time_seconds"), _one(telemetry, "process_resident_memory_bytes")
    return ServerState(
        time=format_time(now_ns),
        version=__version__,
        uptime_s=None if started_s is None else max(0.0, now_ns / 1e9 - started_s),
        memory_bytes=None if memory is None else int(memory),
        causes=services.not_ready(),
        store=reader.engine.kind,
        database=reader.engine.database,
        engine_version=engine_version(reader),
        signals=read_signals(telemetry),
        held_bytes=int(_one(telemetry, "watchglass_ingest_held_bytes") or 0),
        max_waiting_bytes=settings.ingest_max_waiting_bytes,
        tables=[
            StoredTable(table=it.table, row_count=it.row_count, size_bytes=it.size_bytes, part_count=it.part_count)
            for it in table_sizes(reader).values()
        ],
        disks=[DiskOut(name=it.name, free_bytes=it.free_bytes, total_bytes=it.total_bytes) for it in disks(reader)],
        complaints=[
            ComplaintOut(time=it.time, level=it.level, text=it.text, details=it.details) for it in recent_complaints()
        ],
    )


def _one(telemetry: Telemetry, name: str) -> float | None:
    """The value of a metric without labels, None when it is not there."""
    return next((value for _, value in telemetry.read(name)), None)
