"""What clients send at once, however much and however packed, does not make the real process grow without bound."""

import gzip
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from doubles.exports import export, post, span_count, trace_id
from doubles.server_process import ServerProcess, read_store, running_server

CLIENTS = 100
BODY_BYTES = 20 * 2**20
MAX_REQUEST_BYTES = 21 * 2**20
MAX_WAITING_BYTES = 128 * 2**20
GROUP_BYTES = 24 * 2**20
COPIES_OF_A_GROUP = 8
"""A group exists as bodies, decoded protobuf, columns, the insert's file, ClickHouse's block and the written part, and
twice more where arrays are taken or joined."""

MERGE_BYTES = 24 * 4 * 2**20 * 3
"""A merge reads at most 24 parts (max_parts_to_merge_at_once), of each a granule of about 4 MiB (index_granularity_bytes),
packed, unpacked and on its way to the new part."""

BOUND_BYTES = (2 * MAX_WAITING_BYTES + COPIES_OF_A_GROUP * GROUP_BYTES + MERGE_BYTES) * 3 // 2
"""Growth over the idle server: what waits (twice, as it is joined from pieces), one group being committed, a merge, and half
as much again that the allocators have not given back. The clients hold twice as much."""


class Watch:
    """The largest memory seen, sampled every 20 ms.

    Attributes:
        idle_bytes: Memory at the start.
        peak_bytes: Largest since.
    """

    def __init__(self, server: ServerProcess) -> None:
        self.idle_bytes = self.peak_bytes = server.resident_bytes()
        self._server = server

    def look(self) -> None:
        """Take a sample."""
        self.peak_bytes = max(self.peak_bytes, self._server.resident_bytes())

    @property
    def growth_bytes(self) -> int:
        """How much the server grew at most."""
        return self.peak_bytes - self.idle_bytes


@contextmanager
def watched(server: ServerProcess) -> Iterator[Watch]:
    """Watch the server's memory while the block runs."""
    watch, is_over = Watch(server), threading.Event()

    def sample() -> None:
        while not is_over.wait(0.02):
            watch.look()

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield watch
    finally:
        is_over.set()
        thread.join()


def at_once(calls: list[Callable[[], None]]) -> None:
    """Run all calls at the same time."""
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()


@pytest.mark.slow
def test_hundred_clients_with_large_exports_are_bounded(tmp_path: Path) -> None:
    """A hundred clients that send 20 MB each at once: some are told to retry, the answered ones are stored, memory holds."""
    statuses: Counter[int] = Counter()
    retry_after_s: set[str] = set()
    answered: set[int] = set()
    common = export(1, BODY_BYTES // 10, count=10)
    settings = {
        "ingest_max_request_bytes": MAX_REQUEST_BYTES,
        "ingest_max_waiting_bytes": MAX_WAITING_BYTES,
        "ingest_group_bytes": GROUP_BYTES,
    }

    def send(number: int, port: int) -> None:
        body = common.replace((1).to_bytes(16, "big"), number.to_bytes(16, "big"))
        for _ in range(3):
            status, headers, _ = post(port, body)
            statuses[status] += 1
            if status == 200:
                answered.add(number)
                return
            retry_after_s.add(headers.get("retry-after", ""))
            time.sleep(1)

    with running_server(tmp_path, **settings) as server:
        assert post(server.port, export(2000))[0] == 200
        with watched(server) as watch:
            at_once([lambda number=number: send(number, server.port) for number in range(1, CLIENTS + 1)])  # type: ignore[misc]
        print(f"grew by {watch.growth_bytes / 2**20:.0f} MiB from {watch.idle_bytes / 2**20:.0f} MiB, {dict(statuses)}")
        assert watch.growth_bytes < BOUND_BYTES
        assert set(statuses) == {200, 429}
        assert retry_after_s == {"1"}
        assert server.stop() == 0
    (rows,) = read_store(tmp_path, "SELECT trace_id, count() AS n FROM spans GROUP BY trace_id")
    stored = {row["trace_id"]: row["n"] for row in rows}
    assert stored == {trace_id(number): 10 for number in answered} | {trace_id(2000): span_count(2000)}


BOMB_BYTES = 2**30


def bombs() -> dict[str, tuple[str, bytes]]:
    """Bodies of some kilobytes that unpack to a gigabyte of zeros, by name: their encoding and themselves."""
    zeros = bytes(2**20)
    deflate = zlib.compressobj(9)
    deflated = b"".join([deflate.compress(zeros) for _ in range(BOMB_BYTES // len(zeros))]) + deflate.flush()
    member = gzip.compress(bytes(16 * 2**20))
    zstd = zstandard.ZstdCompressor(level=3)
    return {
        "gzip": ("gzip", member * (BOMB_BYTES // (16 * 2**20))),
        "deflate": ("deflate", deflated),
        "zstd": ("zstd", zstd.compress(bytes(BOMB_BYTES // 4)) * 4),
        "gzip in gzip": ("gzip", gzip.compress(gzip.compress(bytes(BOMB_BYTES // 8)))),
        "gzip said twice": ("gzip, gzip", gzip.compress(member)),
    }


@pytest.mark.slow
def test_compressed_bombs_are_refused(tmp_path: Path) -> None:
    """Bombs of every encoding, 16 at a time, are refused with 4xx at once, and cost no more than the limit each."""
    with running_server(tmp_path, ingest_max_request_bytes=4 * 2**20, ingest_max_waiting_bytes=MAX_WAITING_BYTES) as server:
        assert post(server.port, export(1))[0] == 200
        statuses: dict[str, set[int]] = {}

        def send(name: str, encoding: str, body: bytes) -> None:
            status, _, _ = post(server.port, body, **{"content-encoding": encoding})
            statuses.setdefault(name, set()).add(status)

        with watched(server) as watch:
            for name, (encoding, body) in bombs().items():
                at_once([lambda name=name, encoding=encoding, body=body: send(name, encoding, body)] * 16)  # type: ignore[misc]
        print(f"grew by {watch.growth_bytes / 2**20:.0f} MiB, {statuses}")
        assert statuses == {
            "gzip": {413}, "deflate": {413}, "zstd": {413}, "gzip in gzip": {400}, "gzip said twice": {415}
        }  # fmt: skip
        assert watch.growth_bytes < 16 * 2 * 4 * 2**20 + 32 * 2**20
        assert post(server.port, export(2))[0] == 200
