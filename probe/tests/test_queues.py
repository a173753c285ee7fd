"""What both queues promise: order, bounds, ages, counts; and what the disk does about processes and full disks."""

import errno
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stand_ins.exports import NOW_NS, SetClock, disk_queue, drain, export, number_of
from stand_ins.power import open_descriptors
from watchglass_probe.delivery.disk import Disk
from watchglass_probe.delivery.export import Export, Kind
from watchglass_probe.delivery.losses import Losses, Reason
from watchglass_probe.delivery.memory_queue import MemoryQueue
from watchglass_probe.delivery.opening import open_queues
from watchglass_probe.delivery.queue import Bounds, ExportQueue
from watchglass_probe.delivery.segment import HEADER_BYTES
from watchglass_probe.delivery.slots import take_slots

Open = Callable[..., ExportQueue]


@pytest.fixture(params=["memory", "disk"])
def open_queue(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens a queue of either kind."""

    def opened(*, max_bytes: int, losses: Losses, clock: SetClock, max_age_s: float = 3600.0) -> ExportQueue:
        if request.param == "memory":
            return MemoryQueue(Bounds(max_bytes, max_age_s), losses, clock)
        return disk_queue(tmp_path / "queue", max_bytes=max_bytes, max_age_s=max_age_s, clock=clock, losses=losses)

    return opened


def test_exports_come_out_as_they_went_in(open_queue: Open) -> None:
    """In order, byte for byte, of each kind."""
    clock = SetClock()
    queue = open_queue(max_bytes=10**6, losses=Losses(clock), clock=clock)
    given = [Export(kind, number, NOW_NS + number, bytes([number]) * number, number % 2 == 1) for number, kind in enumerate(Kind, 1)]
    assert all(queue.append(one) for one in given)
    assert queue.waiting().exports == len(given)
    found = []
    while (held := queue.first()) is not None:
        assert queue.first() == held  # asking takes nothing away
        found.append(held.export)
        queue.remove(held)
    assert found == given
    assert queue.waiting() == queue.waiting().__class__(0, 0)


def test_the_oldest_are_dropped_beyond_the_bound_and_counted(open_queue: Open) -> None:
    """Of what is not there, each item is counted; the bytes stay within the bound all the while."""
    clock = SetClock()
    losses = Losses(clock)
    queue = open_queue(max_bytes=20_000, losses=losses, clock=clock)
    for number in range(1, 101):
        assert queue.append(export(number, size=1000))
        assert queue.waiting().bytes_ <= 20_000
    found = drain(queue)
    assert found == list(range(101 - len(found), 101))
    assert len(found) >= 14  # at most one of eight segments is dropped more than needed
    lost = sum(export(number).items for number in range(1, 101 - len(found)))
    assert losses.counts() == {(Kind.TRACES, Reason.FULL): lost}


def test_what_is_too_old_is_dropped_one_by_one(open_queue: Open) -> None:
    """An export waits for as long as the bound says, and no longer."""
    clock = SetClock()
    losses = Losses(clock)
    queue = open_queue(max_bytes=10**6, losses=losses, clock=clock, max_age_s=60)
    for number in range(1, 5):
        queue.append(export(number, at_ns=NOW_NS + number * 10**9))
    clock.now = NOW_NS + 62 * 10**9
    assert drain(queue) == [2, 3, 4]
    assert losses.counts() == {(Kind.TRACES, Reason.OLD): export(1).items}


def test_an_export_of_a_clock_that_was_not_set_is_not_too_old(open_queue: Open) -> None:
    """A device without a battery begins in 1970: what it recorded before it learned the time is kept."""
    clock = SetClock(now_ns=5 * 10**9)
    queue = open_queue(max_bytes=10**6, losses=Losses(clock), clock=clock, max_age_s=60)
    queue.append(export(1, at_ns=5 * 10**9))
    clock.now = NOW_NS
    assert drain(queue) == [1]


def test_an_export_that_can_never_fit_is_refused(open_queue: Open) -> None:
    """It drops nothing else."""
    clock = SetClock()
    losses = Losses(clock)
    queue = open_queue(max_bytes=5_000, losses=losses, clock=clock)
    assert queue.append(export(1))
    assert not queue.append(export(2, size=5_001))
    assert drain(queue) == [1]
    assert losses.counts() == {(Kind.TRACES, Reason.LARGE): export(2).items}


def test_an_export_that_was_dropped_meanwhile_is_not_removed_again(open_queue: Open) -> None:
    """The answer to it comes too late, and must not take another one away."""
    clock = SetClock()
    queue = open_queue(max_bytes=9_000, losses=Losses(clock), clock=clock)
    queue.append(export(1, size=1000))
    held = queue.first()
    assert held is not None and number_of(held.export) == 1
    for number in range(2, 30):
        queue.append(export(number, size=1000))
    before = queue.waiting()
    queue.remove(held)
    assert queue.waiting() == before


def test_a_closed_queue_takes_nothing(open_queue: Open) -> None:
    """The thread that sends may still hold one."""
    clock = SetClock()
    losses = Losses(clock)
    queue = open_queue(max_bytes=9_000, losses=losses, clock=clock)
    queue.append(export(1))
    held = queue.first()
    assert held is not None
    queue.close()
    queue.remove(held)
    queue.close()
    assert queue.first() is None
    assert not queue.append(export(2))
    assert losses.counts()[Kind.TRACES, Reason.EXIT] >= export(2).items


def test_what_was_sent_is_not_sent_again_by_the_next_process(tmp_path: Path) -> None:
    """The place is kept across a start, and a place that is torn makes for a second sending, not for a loss."""
    queue = disk_queue(tmp_path / "queue")
    for number in range(1, 6):
        queue.append(export(number))
    for _ in range(2):
        held = queue.first()
        assert held is not None
        queue.remove(held)
    queue.close()
    again = disk_queue(tmp_path / "queue")
    first = again.first()
    assert first is not None and number_of(first.export) == 3
    again.close()
    (tmp_path / "queue" / "sent").write_bytes(b"\0" * 20)
    assert drain(disk_queue(tmp_path / "queue")) == [1, 2, 3, 4, 5]


def test_sent_bytes_leave_the_disk(tmp_path: Path) -> None:
    """Prompts do not lie about once they are sent."""
    queue = disk_queue(tmp_path / "queue")
    for number in range(1, 4):
        queue.append(export(number))
    assert drain(queue) == [1, 2, 3]
    assert list((tmp_path / "queue").glob("*.segment")) == []


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")
def test_no_file_stays_open(tmp_path: Path) -> None:
    """Through many segments, a full buffer, reading and closing."""
    before = open_descriptors()
    for _ in range(3):
        queue = disk_queue(tmp_path / "queue", max_bytes=20_000)
        for number in range(100):
            queue.append(export(number, size=1000))
        held = queue.first()
        assert held is not None
        queue.remove(held)
        queue.close()
    assert open_descriptors() == before


class FullDisk(Disk):
    """A disk with room for so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.sizes: dict[Path, int] = {}
        self.paths: dict[int, Path] = {}

    def create(self, path: Path) -> int:
        descriptor = super().create(path)
        self.paths[descriptor] = path
        return descriptor

    def append(self, descriptor: int, data: bytes, offset: int) -> None:
        path = self.paths[descriptor]
        if sum(self.sizes.values()) - self.sizes.get(path, 0) + offset + len(data) > self.room:
            super().append(descriptor, data[: len(data) // 2], offset)
            raise OSError(errno.ENOSPC, "No space left on device")
        super().append(descriptor, data, offset)
        self.sizes[path] = offset + len(data)

    def remove(self, path: Path) -> None:
        super().remove(path)
        self.sizes.pop(path, None)


def test_a_full_disk_costs_the_oldest(tmp_path: Path) -> None:
    """What the disk has no room for makes room by dropping the oldest, as at the bound; half a record is never sent."""
    clock = SetClock()
    losses = Losses(clock)
    queue = disk_queue(tmp_path / "queue", max_bytes=40_000, losses=losses, clock=clock, disk=FullDisk(20_000))
    assert all(queue.append(export(number, size=1000)) for number in range(1, 41))
    found = drain(queue)
    assert found == list(range(41 - len(found), 41)) and len(found) >= 8
    assert losses.counts() == {(Kind.TRACES, Reason.DISK): sum(export(number).items for number in range(1, 41 - len(found)))}


def test_a_disk_that_fails_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What it could not take is counted, and what comes when it works again is taken."""
    clock = SetClock()
    losses = Losses(clock)
    disk = FullDisk(0)
    queue = disk_queue(tmp_path / "queue", losses=losses, clock=clock, disk=disk)
    assert not queue.append(export(1)) and not queue.append(export(2))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    disk.room = 10_000
    assert queue.append(export(3))
    assert drain(queue) == [3]
    assert losses.counts() == {(Kind.TRACES, Reason.DISK): export(1).items + export(2).items}


def test_a_segment_that_rots_while_it_waits_is_counted(tmp_path: Path) -> None:
    """What was whole at the start and cannot be read later is dropped, and said how much it was."""
    clock = SetClock()
    losses = Losses(clock)
    queue = disk_queue(tmp_path / "queue", losses=losses, clock=clock)
    for number in range(1, 4):
        queue.append(export(number))
    (path,) = (tmp_path / "queue").glob("*.segment")
    content = bytearray(path.read_bytes())
    content[8 + HEADER_BYTES + 3] ^= 1
    path.write_bytes(content)
    assert drain(queue) == []
    assert losses.counts() == {(Kind.TRACES, Reason.DAMAGED): sum(export(number).items for number in range(1, 4))}


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    """Each has a slot of its own; the next process sends what an ended one left."""
    program = (
        "import sys; from pathlib import Path; from watchglass_probe.delivery.slots import take_slots\n"
        "from stand_ins.exports import disk_queue, export\n"
        "own, left = take_slots(Path(sys.argv[1]))\n"
        "disk_queue(own.folder).append(export(int(sys.argv[2])))\n"
        "print(own.folder.name, flush=True); sys.stdin.read()"
    )
    folder = tmp_path / "buffer"
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(folder), str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for number in (1, 2)
    ]
    names = {process.stdout.readline().decode().strip() for process in started if process.stdout}
    assert names == {"000", "001"}
    own, left = take_slots(folder)
    assert own.folder.name == "002" and left == []
    own.release()
    for process in started:
        process.kill()
        process.communicate()
    clock = SetClock()
    queues = open_queues(folder, Bounds(2**20, 3600), Losses(clock), clock)
    assert sorted(number for queue in queues for number in drain(queue)) == [1, 2]


def test_the_folders_of_the_buffer_outlive_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each folder that is made is synced in the one that holds it, up to one that was there."""
    synced = []
    monkeypatch.setattr(Disk, "sync_folder", lambda _, folder: synced.append(folder.relative_to(tmp_path)))
    own, _ = take_slots(tmp_path / "var" / "buffer")
    own.release()
    assert synced == [Path(), Path("var"), Path("var/buffer")]


def test_a_folder_that_cannot_be_used_is_said_and_memory_serves(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The application starts all the same."""
    (tmp_path / "file").write_text("no folder")
    clock = SetClock()
    (queue,) = open_queues(tmp_path / "file", Bounds(2**20, 3600), Losses(clock), clock)
    assert isinstance(queue, MemoryQueue)
    assert "telemetry waits in memory" in caplog.text


def test_losses_are_said_at_most_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """With all that was lost since the last line."""
    clock = SetClock()
    losses = Losses(clock)
    with caplog.at_level(logging.WARNING):
        losses.add(Kind.TRACES, 1_200, Reason.FULL)
        losses.tell()
        losses.add(Kind.LOGS, 3, Reason.OLD)
        losses.add(Kind.LOGS, 4, Reason.OLD)
        losses.tell()
        clock.now += 61 * 10**9
        losses.tell()
        losses.tell()
    assert [record.message for record in caplog.records] == [
        "telemetry was dropped: 1,200 of traces (buffer_full)",
        "telemetry was dropped: 7 of logs (too_old)",
    ]
    assert json.dumps(sorted(losses.counts().values())) == "[7, 1200]"
