"""Exports of tests, and the queues that hold them."""

from pathlib import Path

from watchglass_probe.clock import SystemClock
from watchglass_probe.delivery.disk import Disk
from watchglass_probe.delivery.disk_queue import DiskQueue
from watchglass_probe.delivery.export import Export, Kind
from watchglass_probe.delivery.losses import Losses
from watchglass_probe.delivery.queue import Bounds, ExportQueue

NOW_NS = 1_790_000_000 * 10**9


class SetClock(SystemClock):
    """A clock that tests set."""

    def __init__(self, now_ns: int = NOW_NS) -> None:
        self.now = now_ns

    def now_ns(self) -> int:
        return self.now

    def monotonic_s(self) -> float:
        return self.now / 1e9


def export(number: int, size: int = 40, kind: Kind = Kind.TRACES, at_ns: int = NOW_NS) -> Export:
    """An export whose body begins with its number."""
    return Export(kind, 1 + number % 3, at_ns, f"{number:06d}".encode().ljust(size, b"."))


def number_of(held: Export) -> int:
    """The number of an export."""
    return int(held.body[:6])


def disk_queue(
    folder: Path, *, max_bytes: int = 2**20, max_age_s: float = 3600.0, clock: SetClock | None = None,
    losses: Losses | None = None, disk: Disk | None = None,
) -> DiskQueue:  # fmt: skip
    """A queue in `folder`, which is made."""
    folder.mkdir(exist_ok=True)
    clock = clock or SetClock()
    return DiskQueue(folder, Bounds(max_bytes, max_age_s), losses or Losses(clock), clock, disk)


def drain(queue: ExportQueue) -> list[int]:
    """The numbers of all exports, in the order in which they would be sent."""
    numbers = []
    while (held := queue.first()) is not None:
        numbers.append(number_of(held.export))
        queue.remove(held)
    return numbers
