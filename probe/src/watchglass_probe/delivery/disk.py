"""The few things that the queue asks of a disk, each with what it promises after a power cut."""

import os
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

CAN_BUFFER = fcntl is not None
"""Whether this system has what the disk queue needs."""


class Disk:
    """A file system. Tests stand a recording one in its place, to cut the power at each step."""

    def make_folder(self, folder: Path) -> None:
        """Make a folder, with those above it, that are there after a power cut; nothing happens when it is there.

        Raises:
            OSError: It cannot be made.
        """
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        self.sync_folder(folder.parent)

    def create(self, path: Path) -> int:
        """Make a new file and return its descriptor; it is there after a power cut once `sync_folder` returned."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def append(self, descriptor: int, data: bytes, offset: int) -> None:
        """Write at `offset`; there after a power cut once `sync` returned.

        Raises:
            OSError: The disk is full or failed; a part may have been written.
        """
        view = memoryview(data)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file to `size` bytes."""
        os.ftruncate(descriptor, size)

    def sync(self, descriptor: int) -> None:
        """Return once what was written to the file outlives a power cut."""
        if hasattr(fcntl, "F_FULLFSYNC"):  # macOS: fsync alone leaves it in the drive's cache
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        else:
            os.fsync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """Return once the files that were made in `folder` are found there after a power cut."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> None:
        """Remove a file; it may be back after a power cut, or stay where the disk has become read-only."""
        with suppress(OSError):
            path.unlink()


def lock_file(path: Path) -> int | None:
    """Take the lock of a file, which ends with the process however it ends.

    Returns:
        Its descriptor, or None when another process has the lock.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
