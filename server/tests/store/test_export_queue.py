"""The queue before the commit: how a group is gathered."""

import threading
import time

from watchglass.model.records import Export, Signal
from watchglass.store.export_queue import ExportQueue

LONG_S = 20.0


def export(number: int, size_bytes: int = 10) -> Export:
    """An export of some bytes, unlike others."""
    return Export(Signal.TRACES, "p", bytes(size_bytes), number, 0)


def test_those_that_come_back_are_waited_for() -> None:
    """With two expected and one there, the second is waited for, and not a moment longer."""
    queue = ExportQueue(1000)
    queue.put(export(1))
    threading.Timer(0.05, lambda: queue.put(export(2))).start()
    started_s = time.monotonic()
    group = queue.take(100, expected=2, patience_s=LONG_S)
    assert group is not None
    assert [waiting.export.batch_id for waiting in group] == [1, 2]
    assert time.monotonic() - started_s < LONG_S / 2


def test_patience_ends() -> None:
    """Those that do not come back hold nobody up: the one that is there is taken."""
    queue = ExportQueue(1000)
    queue.put(export(1))
    group = queue.take(100, expected=2, patience_s=0.05)
    assert group is not None
    assert len(group) == 1


def test_full_group_and_closed_queue_are_not_waited_for() -> None:
    """When the group is full, or nothing more can come, it is taken at once."""
    queue = ExportQueue(1000)
    queue.put(export(1, size_bytes=100))
    started_s = time.monotonic()
    assert queue.take(100, expected=9, patience_s=LONG_S) is not None
    queue.put(export(2))
    queue.close()
    assert queue.take(100, expected=9, patience_s=LONG_S) is not None
    assert queue.take(100, expected=9, patience_s=LONG_S) is None
    assert time.monotonic() - started_s < LONG_S / 2
