"""What evaluations of rules say, kept to be drawn."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import pyarrow as pa

from watchglass.model.arrow import table_schema
from watchglass.store.engine import Engine


@dataclass(frozen=True, slots=True)
class KeptReading:
    """One series at one evaluation; see the columns of the table `readings`.

    Attributes:
        time_ns: Moment that was evaluated, nanoseconds since 1970 UTC; kept to the millisecond.
    """

    project_id: str
    rule_id: str
    fingerprint: str
    labels: Mapping[str, str]
    time_ns: int
    value: float | None
    threshold: float | None
    lower: float | None
    upper: float | None
    expected: float | None
    score: float | None
    p_value: float | None
    is_breached: bool | None
    state: str
    note: str


def keep_readings(engine: Engine, readings: Iterable[KeptReading], now_ns: int) -> None:
    """Store readings; one of the same series and moment takes the place of the one before.

    Raises:
        StoreError: The store refused them.
    """
    rows = [
        {**asdict(it), "labels": list(it.labels.items()), "time": it.time_ns // 1_000_000, "received_at": now_ns // 1_000_000}
        for it in readings
    ]
    if rows:
        engine.insert("readings", pa.RecordBatch.from_pylist(rows, table_schema("readings")))
