"""The one door to ClickHouse: a small protocol that the embedded and the clustered engine keep alike."""

from collections.abc import Mapping
from typing import Literal, Protocol

import pyarrow as pa

Parameter = str | int | float | bool | list[str] | list[int] | list[float]
"""A value bound to a `{name:Type}` placeholder; never pasted into the SQL text."""


class Engine(Protocol):
    """A ClickHouse, wherever it runs. All methods are safe to call from many threads.

    Attributes:
        kind: Where the engine runs.
        database: The database that holds Watchglass's tables; queries see it as the current one.
    """

    kind: Literal["embedded", "cluster"]
    database: str

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str | int | float] | None = None,
    ) -> pa.Table:
        """Run a SELECT and return its rows.

        Args:
            sql: One statement with `{name:Type}` placeholders, without FORMAT.
            parameters: Values of the placeholders.
            settings: ClickHouse settings for this query alone (`max_execution_time` in seconds and so on).

        Returns:
            An Arrow table; text is `string`, low-cardinality text may be dictionary-encoded.

        Raises:
            TooExpensive: A limit of time, memory or rows was reached.
            StoreError: The engine refused the statement.
        """
        ...

    def execute(
        self,
        sql: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str | int | float] | None = None,
    ) -> None:
        """Run a statement that returns no rows (DDL, mutation, INSERT ... SELECT).

        Raises:
            StoreError: The engine refused the statement.
        """
        ...

    def insert(self, table: str, batch: pa.RecordBatch) -> None:
        """Store `batch` as one block: when this returns, all of it is committed, and so is what views make of it.

        When it raises, either none of `batch` is in the table or all of it, with what some of the views make of it.

        Args:
            table: Table name without the database.
            batch: Columns by name; columns of the table that are absent take their default.

        Raises:
            StoreError: The table or one of its views could not take it, or the answer was lost: look before sending
                it again.
        """
        ...

    def close(self) -> None:
        """Release the engine; calls after this raise StoreError."""
        ...
