"""Opens the queues of a process: on disk where a folder was given and can be used, else in memory."""

import logging
from pathlib import Path

from watchglass_probe.clock import Clock
from watchglass_probe.delivery.disk import CAN_BUFFER
from watchglass_probe.delivery.disk_queue import DiskQueue
from watchglass_probe.delivery.losses import Losses
from watchglass_probe.delivery.memory_queue import MemoryQueue
from watchglass_probe.delivery.queue import Bounds, ExportQueue
from watchglass_probe.delivery.slots import take_slots

log = logging.getLogger("watchglass_probe")

MEMORY_BYTES = 16 * 2**20
"""Most bytes that wait in memory where no folder was given."""


def open_queues(folder: Path | None, bounds: Bounds, losses: Losses, clock: Clock) -> list[ExportQueue]:
    """Open this process's queue, behind those that ended processes left with exports.

    A folder that cannot be used is no reason for the application not to start: it is said, and memory serves.

    Args:
        folder: Of the buffer, shared by all processes of the application; None for memory.
        bounds: Of each process.
        losses: Where what is dropped is counted.
        clock: The time.
    """
    if folder is not None and not CAN_BUFFER:
        log.error("the buffer needs a POSIX system: telemetry waits in memory")
    elif folder is not None:
        try:
            own, left = take_slots(folder)
            return [
                DiskQueue(slot.folder, bounds, losses, clock, lock=slot.lock) for slot in (*left, own)
            ]
        except OSError as error:
            log.error("the buffer in %s cannot be used, telemetry waits in memory: %s", folder, error)
    return [MemoryQueue(Bounds(min(bounds.max_bytes, MEMORY_BYTES), bounds.max_age_s), losses, clock)]
