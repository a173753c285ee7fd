"""Looking back through time in ever wider windows, as the newest rows lie in few parts of a table and are asked for most."""

from collections.abc import Iterator

FIRST_WINDOW_NS = 600 * 10**9
"""How much of the newest time is looked at first: 10 minutes."""

WIDER = 12
"""How much wider each next window is."""


def windows(start_ns: int, end_ns: int) -> Iterator[int]:
    """Give the start of each window, from the newest to `start_ns`; the first holds `end_ns` itself.

    >>> list(windows(0, 5 * FIRST_WINDOW_NS - 1))
    [2400000000000, 0]
    """
    first_ns, width_ns = end_ns + 1, FIRST_WINDOW_NS
    while first_ns > start_ns:
        first_ns = max(start_ns, first_ns - width_ns)
        width_ns *= WIDER
        yield first_ns
