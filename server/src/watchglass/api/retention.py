"""GET /api/v1/retention: how long each table keeps its rows, and what they take."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.api.access import Injected, Reader
from watchglass.api.paging import AskedReader
from watchglass.query.storage import TableSize, table_sizes
from watchglass.store.retention import retentions

router = APIRouter(prefix="/api/v1", tags=["server"])


class TableRetention(BaseModel):
    """How long a table keeps its rows."""

    table: str = Field(description="Table, as in SQL")
    kept_days: int = Field(description="Days that a row is kept; 0 for ever")
    counted_from: Literal["arrival", "start"] = Field(description="What the days are counted from: when a row arrived, or the spans' start")
    setting: str = Field(description="The environment variable that changes it, at the next start")
    row_count: int | None = Field(description="Rows of all projects; null for a key that is bound to one")
    size_bytes: int | None = Field(description="Bytes on disk, compressed, all projects; null for a key that is bound to one")
    oldest_day: str | None = Field(description="Day on which the oldest rows arrived, UTC; null when empty, counted from the start, or not for this key")


class RetentionOut(BaseModel):
    """How long everything is kept."""

    tables: list[TableRetention] = Field(description="The tables that lose rows by age")


@router.get("/retention")
def retention(services: Injected, asker: Reader, reader: AskedReader) -> RetentionOut:
    """Say how long each table keeps its rows; to change it is to change a setting and start again."""
    sizes = table_sizes(reader) if asker.project_id is None else None
    return RetentionOut(
        tables=[
            TableRetention(
                table=rule.table,
                kept_days=rule.days,
                counted_from="arrival" if "received_at" in rule.time else "start",
                setting=f"WATCHGLASS_RETENTION_{'SPANS' if rule.table == 'trace_minute' else rule.table.upper()}_DAYS",
                row_count=None if sizes is None else (sizes[rule.table].row_count if rule.table in sizes else 0),
                size_bytes=None if sizes is None else (sizes[rule.table].size_bytes if rule.table in sizes else 0),
                oldest_day=_oldest_day(sizes.get(rule.table) if sizes else None),
            )
            for rule in retentions(services.settings)
        ]
    )


def _oldest_day(size: TableSize | None) -> str | None:
    return None if size is None or size.oldest_day is None else size.oldest_day.isoformat()
