"""The ids that spans say, by the latest span that fits a filter, newest first, page by page."""

from dataclasses import dataclass
from typing import Any, Literal

from watchglass.query.cursor import Walk
from watchglass.query.reader import IN_ORDER, Reader
from watchglass.query.sql import Sql, both, instant
from watchglass.query.windows import windows
from watchglass.store.engine import Parameter

IdColumn = Literal["trace_id", "session_id", "user_id"]


@dataclass(frozen=True, slots=True)
class _Key:
    """What ids are sorted by: the latest span that fits."""

    start_ns: int
    id: str


def find_latest(reader: Reader, walk: Walk, column: IdColumn, fits: Sql, limit: int) -> tuple[list[str], str | None]:
    """Find the ids of one page, by the latest span of each that fits within the walk's scope.

    Only as many of the newest spans are read as it takes to meet so many ids. Later pages read all spans that are newer
    than the page as well, as an id that was met there is not listed again.

    Args:
        reader: Where to look.
        walk: Scope, and where the page begins.
        column: The column of `spans` that holds the ids.
        fits: Condition of the spans that count.
        limit: Most ids of the page.

    Returns:
        Ids, the latest first, and the cursor of the next page or None.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    keys = _Finder(reader, walk, column, fits).find(limit + 1)
    last = keys[limit - 1] if len(keys) > limit else None
    return [key.id for key in keys[:limit]], walk.cursor(last.start_ns, last.id) if last else None


class _Finder:
    """Walks the fitting spans from the newest on and takes each id where it is met first."""

    def __init__(self, reader: Reader, walk: Walk, column: IdColumn, fits: Sql) -> None:
        self._reader = reader
        self._walk = walk
        self._id = f"spans.{column}"
        self._fits = both(walk.visible("spans"), fits)
        self._page_start = _Key(walk.after.time_ns, walk.after.key) if walk.after else None
        self._known: set[str] = set()

    def find(self, count: int) -> list[_Key]:
        """The next `count` ids, fewer when there are no more."""
        found: list[_Key] = []
        before = self._page_start or _Key(self._walk.scope.end_ns, "")
        for first_ns in windows(self._walk.scope.start_ns, before.start_ns):
            is_exhausted = False
            while len(found) < count and not is_exhausted:
                # those that are known may be met again, so as many more are asked for
                wanted = len(self._known) + count
                met = self._meet(first_ns, before, wanted)
                found += self._new(met)[: count - len(found)]
                is_exhausted = len(met) < wanted
                before = _Key(first_ns, "") if is_exhausted else met[-1]
            if len(found) == count:
                break
        return found

    def _meet(self, first_ns: int, before: _Key, count: int) -> list[_Key]:
        """The first `count` ids whose fitting spans are met from `before` down to `first_ns`."""
        rows = self._ask(
            f"SELECT {self._id} AS id, toUnixTimestamp64Nano(spans.start_time) AS start_ns",
            f"spans.start_time >= {instant('{first_ns:Int64}')} AND spans.start_time <= {instant('{key_ns:Int64}')} "
            f"AND (spans.start_time < {instant('{key_ns:Int64}')} OR {self._id} < {{key_id:String}})",
            f"ORDER BY spans.start_time DESC, id DESC LIMIT 1 BY id LIMIT {count}",
            {"first_ns": first_ns, "key_ns": before.start_ns, "key_id": before.id},
        )
        return [_Key(row["start_ns"], row["id"]) for row in rows]

    def _new(self, met: list[_Key]) -> list[_Key]:
        """Those of `met` that neither this page nor one before it has listed."""
        unknown = [key for key in met if key.id not in self._known]
        listed = self._listed_before([key.id for key in unknown])
        self._known.update(key.id for key in unknown)
        return [key for key in unknown if key.id not in listed]

    def _listed_before(self, ids: list[str]) -> set[str]:
        """Which of the ids have a fitting span from the page's start on, and so were listed by that one."""
        if not ids or self._page_start is None:
            return set()
        rows = self._ask(
            f"SELECT DISTINCT {self._id} AS id",
            f"spans.start_time >= {instant('{key_ns:Int64}')} AND spans.start_time < {instant('{end_ns:Int64}')} "
            f"AND (spans.start_time > {instant('{key_ns:Int64}')} OR {self._id} >= {{key_id:String}}) "
            f"AND {self._id} IN {{ids:Array(String)}}",
            "",
            {
                "key_ns": self._page_start.start_ns,
                "key_id": self._page_start.id,
                "end_ns": self._walk.scope.end_ns,
                "ids": ids,
            },
        )
        return {row["id"] for row in rows}

    def _ask(self, select: str, where: str, rest: str, parameters: dict[str, Parameter]) -> list[dict[str, Any]]:
        sql = f"{select} FROM spans WHERE project_id = {{project_id:String}} AND {where} AND {self._fits.text} {rest}"
        bound = {"project_id": self._walk.scope.project_id, **parameters, **self._fits.parameters}
        return self._reader.query(sql, bound, IN_ORDER).to_pylist()
