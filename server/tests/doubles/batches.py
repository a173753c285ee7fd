"""Ready batches of rows for tests that need rows and do not care which."""

import pyarrow as pa

RECEIVED_AT_NS = 1_700_000_000_000_000_000


def span_batch(count: int, name: str = "chat", received_at_ns: int = RECEIVED_AT_NS) -> pa.RecordBatch:
    """A batch of `count` spans of project `p` with the columns that a row must have."""
    return pa.RecordBatch.from_pydict(
        {
            "project_id": pa.array(["p"] * count),
            "received_at": pa.array([received_at_ns // 1_000_000] * count, pa.timestamp("ms", "UTC")),
            "start_time": pa.array([received_at_ns] * count, pa.timestamp("ns", "UTC")),
            "name": pa.array([name] * count),
        }
    )
