"""The queue and the thread that empties it, as one thing that also outlives a fork."""

import gzip
from collections.abc import Callable

from watchglass_probe.clock import Clock
from watchglass_probe.delivery.answer import Answer
from watchglass_probe.delivery.export import Export, Kind
from watchglass_probe.delivery.losses import Losses
from watchglass_probe.delivery.queue import ExportQueue, Waiting
from watchglass_probe.delivery.sender import Sender

GZIP_FROM_BYTES = 1024


class Delivery:
    """Where exporters and feedback hand in what is to be sent.

    Args:
        open_queues: Opens the queues of this process, its own last; called again in a forked child.
        post: Sends one export.
        clock: The time.
        is_gzipped: Whether larger bodies are compressed.
    """

    def __init__(
        self,
        open_queues: Callable[[Losses], list[ExportQueue]],
        post: Callable[[Export], Answer],
        clock: Clock,
        *,
        is_gzipped: bool,
    ) -> None:
        self._open_queues = open_queues
        self._post = post
        self._clock = clock
        self._is_gzipped = is_gzipped
        self._begin()

    def accept(self, kind: Kind, items: int, body: bytes) -> bool:
        """Take a request body for sending; False, with the loss counted, when that is not possible.

        Args:
            kind: What it holds.
            items: How many spans, points, log records or scores.
            body: The bytes of the request, not compressed.
        """
        is_gzipped = self._is_gzipped and len(body) >= GZIP_FROM_BYTES
        if is_gzipped:
            body = gzip.compress(body, compresslevel=1, mtime=0)
        is_accepted = self._own.append(Export(kind, items, self._clock.now_ns(), body, is_gzipped))
        self._sender.wake()
        return is_accepted

    def flush(self, timeout_s: float) -> bool:
        """Wait until the server has all that was accepted; False when that takes longer."""
        return self._sender.flush(timeout_s)

    def stop(self, timeout_s: float) -> None:
        """Send what can be sent within `timeout_s`, then end; what is on disk waits there for the next start."""
        self._sender.stop(timeout_s)

    def waiting(self) -> Waiting:
        """What this process's own queue holds."""
        return self._own.waiting()

    def begin_in_child(self) -> None:
        """After a fork: leave the queues to the parent and open others."""
        for queue in self._queues:
            queue.abandon()
        self._begin()

    def _begin(self) -> None:
        self.losses = Losses(self._clock)
        self._queues = self._open_queues(self.losses)
        self._own = self._queues[-1]
        self._sender = Sender(self._queues, self._post, self.losses, self._clock)
        self._sender.start()
