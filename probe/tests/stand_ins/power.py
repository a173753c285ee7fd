"""A disk that can lose its power: it notes each operation, and rebuilds what a cut after any of them may leave."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from watchglass_probe.delivery.disk import Disk

BLOCK_BYTES = 64
"""Less than a real disk's, so that small records span several."""


@dataclass
class Content:
    """One file as the model sees it: what is durable, and what was written since."""

    synced: bytes = b""
    now: bytes = b""
    is_entry_durable: bool = False
    is_removed: bool = False


@dataclass
class RecordingDisk(Disk):
    """Does all for real, and notes it."""

    operations: list[tuple] = field(default_factory=list)
    paths: dict[int, Path] = field(default_factory=dict)

    def create(self, path: Path) -> int:
        descriptor = super().create(path)
        self.paths[descriptor] = path
        self.operations.append(("create", path.name))
        return descriptor

    def append(self, descriptor: int, data: bytes, offset: int) -> None:
        super().append(descriptor, data, offset)
        self.operations.append(("append", self.paths[descriptor].name, data, offset))

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        self.operations.append(("sync", self.paths[descriptor].name))

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        self.operations.append(("sync_folder",))

    def remove(self, path: Path) -> None:
        super().remove(path)
        self.operations.append(("remove", path.name))

    def note(self, *what: object) -> None:
        """Note what the test did between operations."""
        self.operations.append(what)


class LazyDisk(RecordingDisk):
    """A disk on which the queue forgets to sync files: what the simulation must find out."""

    def sync(self, descriptor: int) -> None:
        """Nothing is synced."""


class HastyDisk(RecordingDisk):
    """A disk on which the queue forgets to sync the folder."""

    def sync_folder(self, folder: Path) -> None:
        """Nothing is synced."""


def after_cut(operations: list[tuple], draw: random.Random | None) -> dict[str, bytes]:
    """The files that are found after a power cut.

    Args:
        operations: Those before the cut.
        draw: Decides which blocks and names that were not synced survive; None for none of them.
    """
    files: dict[str, Content] = {}
    for name, *rest in operations:
        if name == "create":
            files[rest[0]] = Content()
        elif name == "append":
            content, data, offset = files[rest[0]], rest[1], rest[2]
            content.now = content.now[:offset].ljust(offset, b"\0") + data + content.now[offset + len(data) :]
        elif name == "sync":
            files[rest[0]].synced = files[rest[0]].now
        elif name == "remove":
            files[rest[0]].is_removed = True
        elif name == "sync_folder":
            for content in files.values():
                content.is_entry_durable = True
    return {name: _left(content, draw) for name, content in files.items() if _is_found(content, draw)}


def _is_found(content: Content, draw: random.Random | None) -> bool:
    if content.is_removed:  # a removal that was not synced may be undone
        return content.is_entry_durable and (draw is None or draw.random() < 0.5)
    return content.is_entry_durable or (draw is not None and draw.random() < 0.5)


def _left(content: Content, draw: random.Random | None) -> bytes:
    if draw is None or content.synced == content.now:
        return content.synced
    size = draw.randint(len(content.synced), len(content.now))
    left = bytearray(content.synced.ljust(size, b"\0"))
    for start in range(0, size, BLOCK_BYTES):
        if draw.random() < 0.5:
            piece = content.now[start : min(start + BLOCK_BYTES, size)]
            left[start : start + len(piece)] = piece
    return bytes(left)


def lay(folder: Path, files: dict[str, bytes]) -> None:
    """Write files as they are found."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def open_descriptors() -> int:
    """How many files this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
