"""The engine as questions see it: every statement within the limits of one query."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from watchglass.store.engine import Engine, Parameter

IN_ORDER: Mapping[str, int] = {"read_in_order_use_buffering": 0, "max_block_size": 8192}
"""Settings of a page in the table's order: read as many rows as it needs, as buffering would read ahead in every part."""

INDEX_FIRST: Mapping[str, int] = {"use_skip_indexes_on_data_read": 0}
"""Settings to find a few traces among many: the bloom index is looked into before anything is read, which is a third faster
than looking while reading."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Runs SELECTs with limits.

    Attributes:
        engine: The store.
        max_time_s: Longest time of one statement, in seconds.
        max_memory_bytes: Most memory of one statement, in bytes.
        settings: Further ClickHouse settings of every statement.
    """

    engine: Engine
    max_time_s: float
    max_memory_bytes: int
    settings: Mapping[str, str | int | float] = field(default_factory=dict)

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Parameter],
        settings: Mapping[str, str | int | float] | None = None,
    ) -> pa.Table:
        """Run a SELECT; see Engine.query.

        Raises:
            TooExpensive: It went over a limit.
            StoreError: The engine refused it.
        """
        limits = {"max_execution_time": self.max_time_s, "max_memory_usage": self.max_memory_bytes}
        return self.engine.query(sql, parameters, {**limits, **self.settings, **(settings or {})})
