"""What an outlet is: rows of the store in, HTTP requests out; delivery, retries and the place reached are not its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from watchglass.model.records import Signal
from watchglass.outgoing.options import Options
from watchglass.outgoing.sending import Post

Row = Mapping[str, Any]
"""A stored row, as query.arrivals gives it: columns by name, instants in nanoseconds since 1970, maps as dicts."""


@dataclass(frozen=True, slots=True)
class Request(Post):
    """One POST that carries rows.

    Attributes:
        rows: The rows that it carries; where the target refuses it, they are sent again in halves.
    """

    rows: Sequence[Row] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What becomes of rows.

    Attributes:
        requests: To be sent in this order.
        skipped_rows: Rows that the target has no form for.
        why: Why they are skipped, empty when none is.
    """

    requests: Sequence[Request]
    skipped_rows: int = 0
    why: str = ""


class Outlet(Protocol):
    """A target's language. Safe for several threads, one a signal.

    Attributes:
        target: Where it delivers to, fit to be shown.
    """

    target: str

    def prepare(self, signal: Signal, rows: Sequence[Row]) -> Prepared:
        """Write `rows` of one signal as requests, within the target's limits."""
        ...

    def rejected(self, signal: Signal, answer: bytes) -> tuple[int, str]:
        """Rows that the target refused while it took the request, and why, from the body of its answer."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of outlet, as the file of outlets names it.

    Attributes:
        name: Its word in the file.
        signals: What it can deliver.
        build: Reads its options; raises InvalidInput that names the field.
    """

    name: str
    signals: tuple[Signal, ...]
    build: Callable[[Options], Outlet]
