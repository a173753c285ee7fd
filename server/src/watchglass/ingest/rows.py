"""What the rows of all three tables share: whose they are, what became of their exports, what was odd, and their batch."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from watchglass.errors import WatchglassError
from watchglass.ingest.decode import DecodedBodies
from watchglass.model.arrow import default_column, filled, table_schema
from watchglass.model.records import Committed, Export

Columns = dict[str, pa.Array]


def identity_columns(exports: Sequence[Export], export_of: npt.NDArray[np.int64], now_ns: int) -> Columns:
    """Columns that say whose rows these are: project_id, received_at, batch_id.

    received_at is the group's, not the export's: one value is one partition, so the group is one atomic part.
    """
    projects = pa.array([export.project_id for export in exports], pa.string())
    batches = pa.array([export.batch_id for export in exports], pa.uint64())
    indices = pa.array(export_of)
    received = pa.scalar(now_ns // 1_000_000, pa.int64()).cast(pa.timestamp("ms", tz="UTC"))
    return {
        "project_id": projects.take(indices),
        "received_at": pa.repeat(received, len(export_of)),
        "batch_id": batches.take(indices),
    }


def outcomes(
    bodies: DecodedBodies, export_of: npt.NDArray[np.int64], keep: npt.NDArray[np.bool_], export_count: int, why: str
) -> list[Committed | WatchglassError]:
    """What becomes of each export once the rows that are kept are stored.

    Args:
        bodies: The group, with the exports that could not be read.
        export_of: Export of each row, shape (n,).
        keep: Which rows are stored, shape (n,).
        export_count: How many exports the group has.
        why: Said to the senders of rows that are not kept.
    """
    stored = np.bincount(export_of[keep], minlength=export_count).tolist()
    refused = np.bincount(export_of[~keep], minlength=export_count).tolist()
    return [
        bodies.errors.get(position)
        or Committed(stored[position], refused[position], why if refused[position] else "")
        for position in range(export_count)
    ]


def table_batch(table: str, columns: Columns, row_count: int) -> pa.RecordBatch:
    """Build the batch that is inserted into `table`: every column, cast to its type, defaults where it is absent."""
    schema = table_schema(table)
    arrays = []
    for field in schema:
        column = columns.get(field.name)
        if column is None:
            arrays.append(default_column(table, field.name, row_count))
        else:
            column = column if column.type == field.type else column.cast(field.type)
            arrays.append(filled(table, field.name, column))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def marks_column(row_count: int, marks: Sequence[tuple[str, npt.NDArray[np.bool_]]]) -> pa.ListArray:
    """Build the `marks` column from one mask a mark, each of shape (row_count,)."""
    present = [(name, mask) for name, mask in marks if mask.any()]
    if not present:
        return pa.ListArray.from_arrays(pa.array(np.zeros(row_count + 1, np.int32)), pa.array([], pa.string()))
    grid = np.stack([mask for _, mask in present], axis=1)
    offsets = np.concatenate(([0], np.cumsum(grid.sum(axis=1)))).astype(np.int32)
    names = np.array([name for name, _ in present], dtype=object)
    chosen = names[np.nonzero(grid)[1]]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(chosen, pa.string()))
