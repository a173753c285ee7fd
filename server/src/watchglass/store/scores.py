"""Scores given through the API: committed before the answer, each stored once by its id."""

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa
import structlog

from watchglass.clock import Clock
from watchglass.errors import Unavailable
from watchglass.model.arrow import table_schema
from watchglass.store.engine import Engine

log = structlog.get_logger(__name__)

MAX_GROUP = 5_000
"""Scores after which a commit takes no further request with it."""


@dataclass(frozen=True, slots=True)
class Score:
    """One judgement; see the columns of the table `scores`.

    Attributes:
        score_id: Names it in its project.
        time_ns: When it was given, nanoseconds since 1970 UTC.
    """

    score_id: str
    project_id: str
    time_ns: int
    trace_id: str
    span_id: str
    session_id: str
    name: str
    value: float | None
    label: str
    comment: str
    source: str
    author: str


def derived_id(project_id: str, said: Sequence[str | float | None]) -> str:
    """Hash what a score says, for one whose client gave it no id: 32 hexadecimal digits."""
    return hashlib.blake2b(json.dumps([project_id, *said]).encode(), digest_size=16).hexdigest()


@dataclass(slots=True)
class _Request:
    """The scores of one request, and what became of them: how many were new, or the error."""

    scores: Sequence[Score]
    stored: int | None = None
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        return self.stored is not None or self.error is not None


class ScoreWriter:
    """Commits scores, one group at a time: requests that come while one is committed go together in the next."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Write to `engine`, with arrivals by `clock`."""
        self._engine = engine
        self._clock = clock
        self._turn = threading.Lock()
        self._changed = threading.Lock()
        self._waiting: list[_Request] = []

    def add(self, scores: Sequence[Score]) -> int:
        """Store scores and return how many are new; those whose id the project has already are left as they are.

        Raises:
            Unavailable: They are not stored for now; sent again they are stored once.
        """
        request = _Request(scores)
        with self._changed:
            self._waiting.append(request)
        with self._turn:
            while not request.is_done:
                self._commit(self._group())
        if request.stored is None:
            raise Unavailable("the store refused the scores; send them again later", cause="store_failed", retry_after_s=5)
        return request.stored

    def _group(self) -> list[_Request]:
        """Take requests in the order in which they came, at least one, up to MAX_GROUP scores."""
        with self._changed:
            count, size = 0, 0
            while count < len(self._waiting) and (not count or size + len(self._waiting[count].scores) <= MAX_GROUP):
                size += len(self._waiting[count].scores)
                count += 1
            group, self._waiting = self._waiting[:count], self._waiting[count:]
            return group

    def _commit(self, group: list[_Request]) -> None:
        try:
            known = self._stored_ids([score.score_id for request in group for score in request.scores])
            fresh: dict[tuple[str, str], Score] = {}
            counts = []
            for request in group:
                before = len(fresh)
                for score in request.scores:
                    key = (score.project_id, score.score_id)
                    if key not in known:
                        fresh.setdefault(key, score)
                counts.append(len(fresh) - before)
            if fresh:
                self._engine.insert("scores", self._batch(list(fresh.values())))
            for request, count in zip(group, counts, strict=True):
                request.stored = count
        except Exception as error:  # whether it stored them or not: sent again, they are looked for first
            log.exception("scores were not committed", scores=sum(len(request.scores) for request in group))
            for request in group:
                request.error = error

    def _stored_ids(self, score_ids: list[str]) -> set[tuple[str, str]]:
        rows = self._engine.query(
            "SELECT DISTINCT project_id, score_id FROM scores WHERE score_id IN {score_ids:Array(String)}",
            {"score_ids": score_ids},
        )
        return {(row["project_id"], row["score_id"]) for row in rows.to_pylist()}

    def _batch(self, scores: Sequence[Score]) -> pa.RecordBatch:
        received_at_ms = self._clock.now_ns() // 1_000_000
        rows = [{**asdict(score), "time": score.time_ns, "received_at": received_at_ms} for score in scores]
        return pa.RecordBatch.from_pylist(rows, table_schema("scores"))
