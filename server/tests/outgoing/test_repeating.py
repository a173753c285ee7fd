"""Work that is done again and again."""

import threading
from collections.abc import Callable

from structlog.testing import capture_logs

from watchglass.errors import StoreError
from watchglass.outgoing.repeating import repeat


def test_a_failure_is_said_once_and_ends_nothing() -> None:
    """Two failures in a row are one line; after a success the next one is said again, a bug with its traceback."""
    stop, waits = threading.Event(), []

    def steps() -> list[Callable[[], float]]:
        def failing(error: Exception) -> Callable[[], float]:
            def step() -> float:
                raise error

            return step

        def last() -> float:
            stop.set()
            return 0.0

        return [failing(StoreError("away")), failing(StoreError("away")), lambda: 0.0, failing(ValueError("a bug")), last]

    waiting = iter(steps())

    def step() -> float:
        waits.append(1)
        return next(waiting)()

    with capture_logs() as said:
        repeat(stop, step, 0.0, "nothing is done", target="t")
    assert len(waits) == 5
    told = [{name: it[name] for name in ("event", "target", "error", "exc_info")} for it in said]
    assert told == [
        {"event": "nothing is done", "target": "t", "error": "away", "exc_info": False},
        {"event": "nothing is done", "target": "t", "error": "a bug", "exc_info": True},
    ]
