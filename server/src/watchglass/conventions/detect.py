"""Which convention a span speaks: by its instrumentation scope first, by the prefixes of its keys second."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from watchglass.conventions.registry import Convention
from watchglass.conventions.span_rows import SpanRows

NONE = -1


class Detector:
    """Chooses among conventions in their order."""

    def __init__(self, conventions: Sequence[Convention]) -> None:
        """Prepare for `conventions`, the first of which is the base and so is asked last."""
        self._order = [*range(1, len(conventions)), 0]
        self._conventions = conventions

    def detect(self, spans: SpanRows) -> npt.NDArray[np.int8]:
        """Return the position of each row's convention, -1 where none matches, shape (n,)."""
        by_scope = np.array([self._of_scope(name) for name in spans.scope_names], dtype=np.int8)
        found = by_scope[spans.scope_of] if len(by_scope) else np.full(spans.attributes.row_count, NONE, np.int8)
        open_rows = found == NONE
        if not open_rows.any():
            return found
        attributes = spans.attributes
        last = len(self._order)
        ranks = np.array([self._rank_of_key(key) for key in attributes.keys], dtype=np.int8)
        best = np.full(attributes.row_count, last, dtype=np.int8)
        if len(attributes):
            np.minimum.at(best, attributes.row, ranks[attributes.code])
        by_rank = np.array([*self._order, NONE], dtype=np.int8)
        return np.where(open_rows, by_rank[best], found)

    def _of_scope(self, name: str) -> int:
        for index in self._order:
            if name and any(_speaks(scope, name) for scope in self._conventions[index].scopes):
                return index
        return NONE

    def _rank_of_key(self, key: str) -> int:
        for rank, index in enumerate(self._order):
            if key.startswith(tuple(self._conventions[index].prefixes)):
                return rank
        return len(self._order)


def _speaks(scope: str, name: str) -> bool:
    """Whether `name` is `scope`, or begins with it as whole words."""
    return name == scope or (name.startswith(scope) and name[len(scope)] in "./-")
