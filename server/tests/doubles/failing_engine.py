"""A real engine whose inserts can be made to fail, as a full disk, a refused write or a lost answer would."""

import threading
from collections.abc import Mapping
from typing import Literal

import pyarrow as pa

from watchglass.errors import StoreError
from watchglass.store.engine import Engine, Parameter

NO_SPACE = StoreError("Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)", 243)
REFUSED = StoreError("Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS)", 252)


class FailingEngine:
    """Hands everything on to a real engine, but for the failures that were asked for.

    Attributes:
        fails_with: Raised by every insert until it is None again; nothing is stored.
        loses_answer_with: Raised by every insert after the rows are stored.
        refuses_name: Inserts of batches that hold a row of this `name` are refused.
        may_insert: Inserts wait while it is not set.
        is_inserting: Set once an insert has begun.
        inserted: Rows of each insert that was handed on.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.kind: Literal["embedded", "cluster"] = engine.kind
        self.database = engine.database
        self.fails_with: Exception | None = None
        self.loses_answer_with: Exception | None = None
        self.refuses_name = ""
        self.may_insert = threading.Event()
        self.may_insert.set()
        self.is_inserting = threading.Event()
        self.inserted: list[int] = []

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str | int | float] | None = None,
    ) -> pa.Table:
        """See Engine.query."""
        return self._engine.query(sql, parameters, settings)

    def execute(
        self,
        sql: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str | int | float] | None = None,
    ) -> None:
        """See Engine.execute."""
        self._engine.execute(sql, parameters, settings)

    def insert(self, table: str, batch: pa.RecordBatch) -> None:
        """See Engine.insert; fails as the attributes say."""
        self.is_inserting.set()
        assert self.may_insert.wait(30)
        if self.fails_with is not None:
            raise self.fails_with
        if self.refuses_name and self.refuses_name in batch.column("name").to_pylist():
            raise REFUSED
        self._engine.insert(table, batch)
        self.inserted.append(batch.num_rows)
        if self.loses_answer_with is not None:
            raise self.loses_answer_with

    def close(self) -> None:
        """See Engine.close."""
        self._engine.close()
