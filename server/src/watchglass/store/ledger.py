"""Which exports are stored already, so that an identical one sent again is stored once."""

import hashlib
from collections import OrderedDict

from watchglass.model.records import Signal
from watchglass.store.engine import Engine


def batch_id(project_id: str, signal: Signal, body: bytes) -> int:
    """Hash what identifies an export: 64 bits of BLAKE2b over project, signal and uncompressed body."""
    digest = hashlib.blake2b(f"{signal}/{project_id}/".encode(), digest_size=8)
    digest.update(body)
    return int.from_bytes(digest.digest(), "little")


def newest_commit_ms(engine: Engine, table: str) -> int:
    """When rows were last committed to `table`, milliseconds since 1970; 0 when it is empty.

    Raises:
        StoreError: The table cannot be read.
    """
    rows = engine.query(f"SELECT toUnixTimestamp64Milli(max(received_at)) AS newest FROM {table}")
    return int(rows.column("newest")[0].as_py())


class Ledger:
    """The batch ids of one table that were committed within a window of time.

    It lives in memory; each stored row carries its batch id, so the ledger is rebuilt from the table at start
    and a resend is recognised after a crash too. Not safe for several threads: its committer's thread owns it.
    """

    def __init__(self, window_s: float, capacity: int) -> None:
        """Remember ids for `window_s` seconds, and at most `capacity` of them."""
        self._window_ns = int(window_s * 1e9)
        self._capacity = capacity
        self._rows: OrderedDict[int, tuple[int, int]] = OrderedDict()

    def load(self, engine: Engine, table: str, now_ns: int) -> None:
        """Read the ids stored within the window before `now_ns`.

        Raises:
            StoreError: The table cannot be read.
        """
        rows = engine.query(
            f"SELECT batch_id, count() AS row_count, toUnixTimestamp64Milli(max({table}.received_at)) AS stored_ms "
            f"FROM {table} WHERE received_at >= fromUnixTimestamp64Nano({{since:Int64}}) "
            "AND toDate(received_at) >= toDate(fromUnixTimestamp64Nano({since:Int64})) "
            "GROUP BY batch_id ORDER BY stored_ms DESC LIMIT {capacity:UInt64}",
            {"since": max(0, now_ns - self._window_ns), "capacity": self._capacity},
        )
        columns = (rows.column(name).to_pylist()[::-1] for name in ("batch_id", "row_count", "stored_ms"))
        for identifier, row_count, stored_ms in zip(*columns, strict=True):
            self.add(identifier, row_count, stored_ms * 1_000_000)

    def load_commit(self, engine: Engine, table: str, received_at_ms: int) -> int:
        """Read the ids stored by the commit of `received_at_ms` (milliseconds since 1970); return how many there are.

        Raises:
            StoreError: The table cannot be read.
        """
        rows = engine.query(
            f"SELECT batch_id, count() AS row_count FROM {table} "
            "WHERE received_at = fromUnixTimestamp64Milli({received_at:Int64}) GROUP BY batch_id",
            {"received_at": received_at_ms},
        )
        for row in rows.to_pylist():
            self.add(row["batch_id"], row["row_count"], received_at_ms * 1_000_000)
        return rows.num_rows

    def rows_of(self, identifier: int) -> int | None:
        """How many rows the export stored, or None when it is not known."""
        entry = self._rows.get(identifier)
        return entry[0] if entry else None

    def add(self, identifier: int, row_count: int, now_ns: int) -> None:
        """Remember an export that was committed at `now_ns`, and forget what is too old or too much."""
        self._rows[identifier] = (row_count, now_ns)
        while self._rows:
            oldest = next(iter(self._rows.values()))
            if len(self._rows) <= self._capacity and oldest[1] >= now_ns - self._window_ns:
                break
            self._rows.popitem(last=False)

    def __len__(self) -> int:
        return len(self._rows)
