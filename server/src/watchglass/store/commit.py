"""What the group commit asks of others: a decoder of exports, and somebody who is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from watchglass.errors import WatchglassError
from watchglass.model.records import Committed, Export, Signal


@dataclass(frozen=True, slots=True)
class Decoded:
    """A group as rows.

    Attributes:
        batch: All columns of the signal's table; no rows when nothing was readable.
        outcomes: What becomes of each export once `batch` is stored, in the order of the exports.
    """

    batch: pa.RecordBatch
    outcomes: list[Committed | WatchglassError]


Decode = Callable[[Sequence[Export], int], Decoded]
"""Turns exports into rows; the second argument is the time of the commit, nanoseconds since 1970."""


class Observer(Protocol):
    """What a committer reports of itself."""

    def committed(self, signal: Signal, rows: int, bytes_: int, seconds: float) -> None:
        """A group of `rows`, `bytes_` on the wire, took `seconds` from taking it to its commit."""
        ...

    def stored(self, signal: Signal, batch: pa.RecordBatch) -> None:
        """Rows of `batch`, all columns of the signal's table, were committed and their clients answered."""
        ...

    def marked(self, signal: Signal, counts: Mapping[str, int]) -> None:
        """Rows were committed with something odd about them: how many by mark (see the column `marks`)."""
        ...

    def rejected(self, signal: Signal, cause: str, requests: int = 1, rows: int = 0) -> None:
        """Exports or rows were refused."""
        ...

    def resent(self, signal: Signal) -> None:
        """An export that is stored already came again."""
        ...
