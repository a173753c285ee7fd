"""Nothing that was accepted is lost: by kill -9, by a torn tail, by a power cut after any operation."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stand_ins.exports import disk_queue, drain, export, number_of
from stand_ins.power import HastyDisk, LazyDisk, RecordingDisk, after_cut, lay
from watchglass_probe.delivery.segment import HEADER_BYTES, MAGIC, encode

WRITER = """
import sys
from pathlib import Path
from stand_ins.exports import disk_queue, export
queue = disk_queue(Path(sys.argv[1]), max_bytes=64 * 2**20)
number = 0
while True:
    number += 1
    assert queue.append(export(number, size=20_000))
    print(number, flush=True)
"""


def recorded(folder: Path, disk: RecordingDisk, seed: int) -> list[tuple]:
    """The operations of a queue that takes exports, and gives some of them to a server."""
    draw = random.Random(seed)
    queue = disk_queue(folder, max_bytes=8_000, disk=disk)
    for number in range(1, 31):
        if queue.append(export(number, size=draw.randint(10, 300))):
            disk.note("accepted", number)
        if draw.random() < 0.4 and (held := queue.first()) is not None:
            disk.note("sent", number_of(held.export))
            queue.remove(held)
    queue.close()
    return disk.operations


def broken_promises(operations: list[tuple], folder: Path, seeds: range) -> list[str]:
    """What is wrong after a cut behind each operation, with the worst and some drawn survivals of what was not synced."""
    wrong = []
    for count in range(len(operations) + 1):
        before = operations[:count]
        sent = {number for name, number, *_ in (one for one in before if one[0] == "sent")}
        owed = [one[1] for one in before if one[0] == "accepted" and one[1] not in sent]
        for seed in (None, *seeds):
            found_in = folder / f"{count}-{seed}"
            lay(found_in, after_cut(before, None if seed is None else random.Random(seed)))
            queue = disk_queue(found_in, max_bytes=8_000)
            found = drain(queue)
            queue.close()
            if [number for number in found if number in set(owed)] != owed:
                wrong.append(f"after {count} operations, seed {seed}: owed {owed}, found {found}")
            if found != sorted(set(found)):
                wrong.append(f"after {count} operations, seed {seed}: out of order or twice: {found}")
            shutil.rmtree(found_in)
    return wrong


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_power_cut_after_any_operation_loses_nothing_accepted(tmp_path: Path, seed: int) -> None:
    """Whatever of the pages and names that were not synced survives."""
    operations = recorded(tmp_path / "queue", RecordingDisk(), seed)
    assert sum(one[0] == "accepted" for one in operations) == 30
    assert broken_promises(operations, tmp_path, range(3)) == []


@pytest.mark.parametrize("disk", [LazyDisk, HastyDisk])
def test_the_simulation_finds_a_missing_sync(tmp_path: Path, disk: type[RecordingDisk]) -> None:
    """A queue that did not sync its file, or its folder, would be found out: the test above can fail."""
    operations = recorded(tmp_path / "queue", disk(), 1)
    assert broken_promises(operations, tmp_path, range(1)) != []


def test_a_tail_cut_at_any_byte_leaves_all_before_it(tmp_path: Path) -> None:
    """Each length of the file gives exactly the records that are whole, and the next export goes behind them."""
    exports = [export(number, size=30 + number) for number in range(1, 5)]
    queue = disk_queue(tmp_path / "whole")
    for one in exports:
        assert queue.append(one)
    queue.close()
    (path,) = (tmp_path / "whole").glob("*.segment")
    content = path.read_bytes()
    ends = [len(MAGIC)]
    for one in exports:
        ends.append(ends[-1] + len(encode(one)))
    assert ends[-1] == len(content)
    for size in range(len(content) + 1):
        folder = tmp_path / f"cut-{size}"
        lay(folder, {path.name: content[:size]})
        queue = disk_queue(folder)
        assert queue.append(export(9))
        assert drain(queue) == [*range(1, sum(end <= size for end in ends[1:]) + 1), 9], size
        queue.close()


@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"W"])
def test_a_tail_of_lost_pages_is_cut(tmp_path: Path, filling: bytes) -> None:
    """Zeros, as a file system leaves them, and other rubbish behind the last record are no records."""
    queue = disk_queue(tmp_path / "queue")
    assert queue.append(export(1)) and queue.append(export(2))
    queue.close()
    (path,) = (tmp_path / "queue").glob("*.segment")
    whole = path.stat().st_size
    with path.open("ab") as file:
        file.write(filling * 5000)
    queue = disk_queue(tmp_path / "queue")
    assert path.stat().st_size == whole
    assert drain(queue) == [1, 2]


def test_a_damaged_byte_is_never_sent(tmp_path: Path) -> None:
    """Each byte of a record but its magic is under its checksum: one that rots ends the segment there."""
    queue = disk_queue(tmp_path / "whole")
    assert queue.append(export(1)) and queue.append(export(2))
    queue.close()
    (path,) = (tmp_path / "whole").glob("*.segment")
    content = path.read_bytes()
    second = len(MAGIC) + HEADER_BYTES + 40
    for place in range(second, len(content)):
        folder = tmp_path / f"rot-{place}"
        lay(folder, {path.name: content[:place] + bytes([content[place] ^ 0x40]) + content[place + 1 :]})
        queue = disk_queue(folder)
        assert drain(queue) == [1], place
        queue.close()


@pytest.mark.parametrize("pause_s", [0.05, 0.2, 0.4])
def test_kill_9_loses_nothing_accepted(tmp_path: Path, pause_s: float) -> None:
    """A process that is killed in the middle of writing leaves each export whose acceptance it had told."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "queue")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "1\n"
    time.sleep(pause_s)
    process.kill()
    told = [1, *(int(line) for line in process.stdout if line.endswith("\n"))]
    process.wait()
    found = drain(disk_queue(tmp_path / "queue", max_bytes=64 * 2**20))
    assert len(told) > 1
    assert found[: len(told)] == told
    assert len(found) <= len(told) + 1  # one may have been written and not told yet
