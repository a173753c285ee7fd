"""What the store uses on disk: rows, bytes and age of each table, and the room that is left."""

from dataclasses import dataclass
from datetime import date

from watchglass.query.reader import Reader


@dataclass(frozen=True, slots=True)
class TableSize:
    """One table, all projects together.

    Attributes:
        table: Name.
        row_count: Rows, those that have expired and are not removed yet included.
        size_bytes: Bytes on disk, compressed.
        part_count: Parts that it lies in; many for long means that merges do not keep up.
        oldest_day: Day of arrival of the oldest rows; None for a table that is not kept by arrival, and an empty one.
    """

    table: str
    row_count: int
    size_bytes: int
    part_count: int
    oldest_day: date | None


@dataclass(frozen=True, slots=True)
class Disk:
    """Where rows lie.

    Attributes:
        name: Name of the disk.
        free_bytes: Bytes that may still be written.
        total_bytes: Its size in bytes.
    """

    name: str
    free_bytes: int
    total_bytes: int


def table_sizes(reader: Reader) -> dict[str, TableSize]:
    """Measure each table that holds rows, by name; on a cluster, on the server that answers.

    Raises:
        StoreError: The store failed.
    """
    rows = reader.query(
        "SELECT table, sum(rows) AS row_count, sum(bytes_on_disk) AS size_bytes, count() AS part_count, "
        "min(toDateOrNull(partition)) AS oldest_day FROM system.parts "
        "WHERE active AND database = {database:String} GROUP BY table ORDER BY table",
        {"database": reader.engine.database},
    )
    return {row["table"]: TableSize(**row) for row in rows.to_pylist()}


def disks(reader: Reader) -> list[Disk]:
    """Return the store's local disks.

    Raises:
        StoreError: The store failed.
    """
    rows = reader.query(
        "SELECT name, unreserved_space AS free_bytes, total_space AS total_bytes FROM system.disks "
        "WHERE NOT is_remote ORDER BY name",
        {},
    )
    return [Disk(**row) for row in rows.to_pylist()]


def engine_version(reader: Reader) -> str:
    """Return the version of ClickHouse that answers.

    Raises:
        StoreError: The store failed.
    """
    return str(reader.query("SELECT version() AS version", {}).column("version")[0].as_py())
