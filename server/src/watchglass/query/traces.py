"""The list of traces: newest first, those of which a span fits a filter, page by page."""

from dataclasses import dataclass
from typing import Any

from watchglass.query.conditions import condition
from watchglass.query.cursor import Walk
from watchglass.query.expr import Expr
from watchglass.query.reader import IN_ORDER, Reader
from watchglass.query.sql import Sql, both, instant
from watchglass.query.summaries import TraceSummary, summarise
from watchglass.query.windows import windows
from watchglass.store.engine import Parameter


@dataclass(frozen=True, slots=True)
class TracePage:
    """Some traces, newest first, and the cursor of the next ones, None when there are no more."""

    traces: list[TraceSummary]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Key:
    """What traces are sorted by: the latest span that fits."""

    start_ns: int
    trace_id: str


def list_traces(reader: Reader, walk: Walk, expr: Expr, limit: int) -> TracePage:
    """List traces with at least one span that fits within the walk's scope, by their latest such span.

    Args:
        reader: Where to look.
        walk: Scope, and where the page begins.
        expr: The filter, over columns of `spans`.
        limit: Most traces of the page.

    Raises:
        InvalidInput: The filter names what is not there; the field is `filter`.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    finder = _Finder(reader, walk, condition(expr, "spans", walk.now_ns))
    keys = finder.find(limit + 1)
    summaries = summarise(reader, walk.scope.project_id, [key.trace_id for key in keys[:limit]])
    # rows may have expired between the two questions
    traces = [summaries[key.trace_id] for key in keys[:limit] if key.trace_id in summaries]
    last = keys[limit - 1] if len(keys) > limit else None
    return TracePage(traces, walk.cursor(last.start_ns, last.trace_id) if last else None)


class _Finder:
    """Walks the fitting spans from the newest on and takes each trace where it is met first."""

    def __init__(self, reader: Reader, walk: Walk, fits: Sql) -> None:
        self._reader = reader
        self._walk = walk
        self._fits = both(walk.visible("spans"), fits)
        self._page_start = _Key(walk.after.time_ns, walk.after.key) if walk.after else None
        self._known: set[str] = set()

    def find(self, count: int) -> list[_Key]:
        """The next `count` traces, fewer when there are no more."""
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
        """The first `count` traces whose fitting spans are met from `before` down to `first_ns`."""
        rows = self._ask(
            "SELECT trace_id, toUnixTimestamp64Nano(spans.start_time) AS start_ns",
            f"spans.start_time >= {instant('{first_ns:Int64}')} AND spans.start_time <= {instant('{key_ns:Int64}')} "
            f"AND (spans.start_time < {instant('{key_ns:Int64}')} OR trace_id < {{key_id:String}})",
            f"ORDER BY spans.start_time DESC, trace_id DESC LIMIT 1 BY trace_id LIMIT {count}",
            {"first_ns": first_ns, "key_ns": before.start_ns, "key_id": before.trace_id},
        )
        return [_Key(row["start_ns"], row["trace_id"]) for row in rows]

    def _new(self, met: list[_Key]) -> list[_Key]:
        """Those of `met` that neither this page nor one before it has listed."""
        unknown = [key for key in met if key.trace_id not in self._known]
        listed = self._listed_before([key.trace_id for key in unknown])
        self._known.update(key.trace_id for key in unknown)
        return [key for key in unknown if key.trace_id not in listed]

    def _listed_before(self, trace_ids: list[str]) -> set[str]:
        """Which of the traces have a fitting span from the page's start on, and so were listed by that one."""
        if not trace_ids or self._page_start is None:
            return set()
        rows = self._ask(
            "SELECT DISTINCT trace_id",
            f"spans.start_time >= {instant('{key_ns:Int64}')} AND spans.start_time < {instant('{end_ns:Int64}')} "
            f"AND (spans.start_time > {instant('{key_ns:Int64}')} OR trace_id >= {{key_id:String}}) "
            "AND trace_id IN {ids:Array(String)}",
            "",
            {
                "key_ns": self._page_start.start_ns,
                "key_id": self._page_start.trace_id,
                "end_ns": self._walk.scope.end_ns,
                "ids": trace_ids,
            },
        )
        return {row["trace_id"] for row in rows}

    def _ask(self, select: str, where: str, rest: str, parameters: dict[str, Parameter]) -> list[dict[str, Any]]:
        sql = f"{select} FROM spans WHERE project_id = {{project_id:String}} AND {where} AND {self._fits.text} {rest}"
        bound = {"project_id": self._walk.scope.project_id, **parameters, **self._fits.parameters}
        return self._reader.query(sql, bound, IN_ORDER).to_pylist()
