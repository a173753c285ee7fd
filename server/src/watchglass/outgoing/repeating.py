"""Work that a thread does again and again until it is told to stop."""

import threading
from collections.abc import Callable

import structlog

from watchglass.errors import WatchglassError

MOST_LETTERS = 500


def repeat(stop: threading.Event, step: Callable[[], float], after_failure_s: float, failing: str, **about: str) -> None:
    """Do `step` at once, and again after as long as it says, until `stop` is set. Whatever it raises, it is done again.

    Args:
        stop: Ends it; a step that runs is ended first.
        step: Does the work, and returns how long to wait before the next time, in seconds.
        after_failure_s: How long to wait when it raised, in seconds.
        failing: What is logged when it raises, once until it succeeds again; with a traceback where that is a bug.
        about: What is logged beside it.
    """
    wait_s, is_failing = 0.0, False
    while not stop.wait(wait_s):
        try:
            wait_s = step()
            is_failing = False
        except Exception as error:  # no single failure may end it
            if not is_failing:
                is_bug = not isinstance(error, WatchglassError)
                structlog.get_logger(step.__module__).warning(failing, **about, error=str(error)[:MOST_LETTERS], exc_info=is_bug)
            wait_s, is_failing = after_failure_s, True
