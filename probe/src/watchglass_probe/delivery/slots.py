"""One folder for many processes: each takes a numbered slot in it, and what ended processes left is taken over."""

import os
from dataclasses import dataclass
from pathlib import Path

from watchglass_probe.delivery.disk import Disk, lock_file
from watchglass_probe.delivery.segment import SUFFIX

MAX_SLOTS = 256
"""Most processes that may share a folder."""


@dataclass(frozen=True)
class Slot:
    """A folder that this process alone uses while it holds the lock."""

    folder: Path
    lock: int

    def release(self) -> None:
        """Let others take it."""
        os.close(self.lock)


def take_slots(folder: Path) -> tuple[Slot, list[Slot]]:
    """Take the first free slot, and those free ones in which exports wait.

    Returns:
        The slot of this process, and the slots that ended processes left with exports.

    Raises:
        OSError: The folder cannot be made or written, or all slots are taken.
    """
    disk = Disk()
    disk.make_folder(folder)
    own: Slot | None = None
    left: list[Slot] = []
    for number in range(MAX_SLOTS):
        path = folder / f"{number:03d}"
        if own is not None and not path.exists():
            break
        disk.make_folder(path)
        lock = lock_file(path / "lock")
        if lock is None:
            continue
        slot = Slot(path, lock)
        if own is None:
            own = slot
        elif any(path.glob(f"*{SUFFIX}")):
            left.append(slot)
        else:
            slot.release()
    if own is None:
        raise OSError(f"{folder}: all {MAX_SLOTS} slots are taken by other processes")
    return own, left
