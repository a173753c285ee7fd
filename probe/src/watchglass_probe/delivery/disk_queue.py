"""Exports on disk: what was accepted is there after kill -9 and after a power cut."""

import errno
import logging
import os
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path

from watchglass_probe.clock import Clock
from watchglass_probe.delivery.disk import Disk
from watchglass_probe.delivery.export import Export
from watchglass_probe.delivery.losses import Losses, Reason
from watchglass_probe.delivery.progress import Progress
from watchglass_probe.delivery.queue import Bounds, Held, Waiting
from watchglass_probe.delivery.segment import (
    MAGIC,
    SUFFIX,
    Segment,
    encode,
    file_name,
    number_of,
    read_all,
    read_at,
    record_size,
)

log = logging.getLogger("watchglass_probe")

SEGMENTS = 8
"""A full queue has about this many segments: the oldest is what is dropped at once."""
DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)


class DiskQueue:
    """An ExportQueue in a folder that no other process uses.

    A record is written behind the last one and synced before `append` returns. A start cuts what is torn and writes to a
    new segment, so that no file is written to by two processes. A segment goes as soon as all of it was sent.
    """

    def __init__(self, folder: Path, bounds: Bounds, losses: Losses, clock: Clock, disk: Disk | None = None, lock: int | None = None) -> None:
        """Open the queue, with what an earlier process left in it.

        Args:
            folder: Of this process alone.
            bounds: What it may hold.
            losses: Where what is dropped is counted.
            clock: For the age of exports.
            disk: For tests that cut the power.
            lock: Descriptor that keeps others out of the folder; closed with the queue.

        Raises:
            OSError: The folder cannot be read or written.
        """
        self._folder = folder
        self._bounds = bounds
        self._losses = losses
        self._clock = clock
        self._disk = disk or Disk()
        self._segment_bytes = bounds.max_bytes // SEGMENTS
        self._lock = threading.Lock()
        self._segments: deque[Segment] = deque()
        self._written: int | None = None  # descriptor of the last segment while it is written to
        self._read: tuple[int, int] | None = None  # number and descriptor of the segment that is read
        self._is_failing = False
        self._is_closed = False
        self._held_lock = lock
        self._progress = Progress(folder / "sent")
        self._next_number = 1
        self._offset = len(MAGIC)
        self._recover()

    def append(self, export: Export) -> bool:
        """See ExportQueue.append. Waits for the disk: milliseconds, with the slowest cards tens of them."""
        record = encode(export)
        failure: OSError | None = None
        with self._lock:
            if self._is_closed:
                self._losses.add(export.kind, export.items, Reason.EXIT)
                return False
            if len(MAGIC) + len(record) > self._bounds.max_bytes:
                self._losses.add(export.kind, export.items, Reason.LARGE)
                return False
            while self._segments and self._bytes() + len(MAGIC) + len(record) > self._bounds.max_bytes:
                self._lose_segment(Reason.FULL)
            try:
                self._write(export, record)
            except OSError as error:
                self._losses.add(export.kind, export.items, Reason.DISK)
                failure = error
            is_new_failure, self._is_failing = failure is not None and not self._is_failing, failure is not None
        if is_new_failure:
            log.error("the buffer in %s cannot be written: %s", self._folder, failure)
        return failure is None

    def first(self) -> Held | None:
        """See ExportQueue.first."""
        now_ns = self._clock.now_ns()
        with self._lock:
            while self._segments and not self._is_closed:
                segment = self._segments[0]
                export = self._read_first(segment) if segment.exports else None
                if export is None:
                    self._lose_segment(Reason.DAMAGED)  # nothing is counted of an empty one
                elif self._bounds.is_too_old(export.accepted_at_ns, now_ns):
                    self._losses.add(export.kind, export.items, Reason.OLD)
                    self._advance(export)
                else:
                    return Held(export, (segment.number, self._offset))
            return None

    def remove(self, held: Held) -> None:
        """See ExportQueue.remove."""
        with self._lock:
            if not self._is_closed and self._segments and (self._segments[0].number, self._offset) == held.place:
                self._advance(held.export)

    def waiting(self) -> Waiting:
        """See ExportQueue.waiting; bytes are those on disk."""
        with self._lock:
            return Waiting(sum(segment.exports for segment in self._segments), self._bytes())

    def close(self) -> None:
        """See ExportQueue.close."""
        with self._lock:
            self.abandon()

    def abandon(self) -> None:
        """See ExportQueue.abandon."""
        if self._is_closed:
            return
        self._is_closed = True
        self._seal()
        self._stop_reading()
        self._progress.close()
        if self._held_lock is not None:
            os.close(self._held_lock)

    def _recover(self) -> None:
        """Find what an earlier process left, and cut what it did not finish writing."""
        sent_number, sent_offset = self._progress.read()
        self._next_number = sent_number + 1
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            number = number_of(path)
            if number is None:
                continue
            self._next_number = max(self._next_number, number + 1)
            sent = sent_offset if number == sent_number else len(MAGIC)
            segment = self._recovered(Segment(number, path), sent)
            if number < sent_number or segment.exports == 0:
                self._disk.remove(path)
                continue
            if not self._segments:
                self._offset = sent
            self._segments.append(segment)

    def _recovered(self, segment: Segment, sent: int) -> Segment:
        descriptor = os.open(segment.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            found = os.fstat(descriptor).st_size
            for end, export in read_all(descriptor, found):
                segment.size = end
                if end > sent:
                    segment.count(export)
            if segment.size < found:
                log.warning("%s: cut %s bytes that were not wholly written", segment.path, f"{found - segment.size:,}")
                self._disk.truncate(descriptor, segment.size)
                self._disk.sync(descriptor)
        finally:
            os.close(descriptor)
        return segment

    def _write(self, export: Export, record: bytes) -> None:
        while True:
            try:
                segment, descriptor = self._writable(len(record))
                try:
                    self._disk.append(descriptor, record, segment.size)
                    self._disk.sync(descriptor)
                except OSError:
                    # after a failed sync nobody knows what is on disk: nothing is written behind it
                    with suppress(OSError):
                        self._disk.truncate(descriptor, segment.size)
                    self._seal()
                    raise
            except OSError as error:
                if error.errno not in DISK_IS_FULL or not self._segments:
                    raise
                self._lose_segment(Reason.DISK)
            else:
                segment.size += len(record)
                segment.count(export)
                return

    def _writable(self, size: int) -> tuple[Segment, int]:
        """The segment that takes `size` bytes more, and its descriptor."""
        if self._written is not None and self._segments[-1].size + size <= self._segment_bytes:
            return self._segments[-1], self._written
        self._seal()
        segment = Segment(self._next_number, self._folder / file_name(self._next_number))
        descriptor = self._disk.create(segment.path)
        self._next_number += 1
        try:
            self._disk.append(descriptor, MAGIC, 0)
            self._disk.sync_folder(self._folder)
        except OSError:
            os.close(descriptor)
            self._disk.remove(segment.path)
            raise
        self._written = descriptor
        self._segments.append(segment)
        return segment, descriptor

    def _read_first(self, segment: Segment) -> Export | None:
        """The record at the place that comes next; None when it cannot be read."""
        try:
            if self._read is None or self._read[0] != segment.number:
                self._stop_reading()
                self._read = segment.number, os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
            return read_at(self._read[1], self._offset, segment.size)
        except OSError:
            return None

    def _advance(self, export: Export) -> None:
        segment = self._segments[0]
        segment.uncount(export)
        self._offset += record_size(export)
        self._progress.write(segment.number, self._offset)
        if segment.exports == 0:
            self._drop_first()

    def _lose_segment(self, reason: Reason) -> None:
        for kind, items in self._segments[0].items.items():
            if items:
                self._losses.add(kind, items, reason)
        self._drop_first()

    def _drop_first(self) -> None:
        if len(self._segments) == 1:
            self._seal()
        self._stop_reading()
        self._disk.remove(self._segments.popleft().path)
        self._offset = len(MAGIC)

    def _seal(self) -> None:
        """Write no more to the last segment."""
        if self._written is not None:
            os.close(self._written)
            self._written = None

    def _stop_reading(self) -> None:
        if self._read is not None:
            os.close(self._read[1])
            self._read = None

    def _bytes(self) -> int:
        return sum(segment.size for segment in self._segments)
