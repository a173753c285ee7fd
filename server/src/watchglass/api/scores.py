"""/api/v1/scores: what people and programs think of traces, spans and sessions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from watchglass.api.access import Asker, Injected, Project, known_project
from watchglass.api.paging import AskedReader, Cursor, Filter, Limit
from watchglass.errors import Forbidden, InvalidInput
from watchglass.model.records import KeyScope
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.scope import MAX_TIME_NS, Scope, build_scope, format_time, parse_time
from watchglass.query.scores import ScoreRow, list_scores
from watchglass.query.trace import hex_id
from watchglass.store.scores import Score, derived_id

router = APIRouter(prefix="/api/v1", tags=["scores"])

MAX_SCORES = 1_000
"""Most scores of one request."""

Source = Literal["evaluation", "feedback", "annotation"]


class ScoreFields(BaseModel):
    """What a score says."""

    trace_id: str = Field("", description="Trace that is judged, 32 hexadecimal digits; empty when a session is")
    span_id: str = Field("", description="Span that is judged, 16 hexadecimal digits; empty for the whole trace")
    session_id: str = Field("", max_length=1_000, description="Session that is judged, or that the trace belongs to")
    name: str = Field(min_length=1, max_length=200, description="What is judged, such as relevance or thumbs")
    value: float | None = Field(None, description="The number given, in the scale of the score's name; null when none was")
    label: str = Field("", max_length=1_000, description="The verdict in words, such as pass; empty when none")
    comment: str = Field("", max_length=20_000, description="Why")
    source: Source = Field(
        "feedback", description="evaluation (a program), feedback (a user of the application) or annotation (a reader here)"
    )
    author: str = Field("", max_length=200, description="Who gave it")


class NewScore(ScoreFields):
    """A score to be stored; it needs a value, a label or a comment, and a trace or a session."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    score_id: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_.:/-]{0,128}$",
        description="Names the score in its project, so that it is stored once however often it is sent; when empty, a "
        "hash of what it says, so that give an id or a time to say the same twice",
    )
    time: str | None = Field(None, description="When it was given: RFC 3339, or Unix time; now when null")


class NewScores(BaseModel):
    """Scores to be stored together."""

    model_config = ConfigDict(extra="forbid")

    scores: list[NewScore] = Field(min_length=1, max_length=MAX_SCORES, description=f"One to {MAX_SCORES} scores")


class StoredScores(BaseModel):
    """What became of the scores that were sent: all of them are stored."""

    score_ids: list[str] = Field(description="The id of each, in the order in which they were sent")
    new_count: int = Field(description="How many were not stored before")


class ScoreEntry(ScoreFields):
    """A score."""

    score_id: str = Field(description="Names the score in its project")
    time: str = Field(description="When it was given, RFC 3339")
    source: str = Field(description="evaluation, feedback or annotation")  # type: ignore[assignment]
    name: str = Field(description="What is judged; empty when an event did not say")


class ScoreList(BaseModel):
    """A page of scores, newest first."""

    scores: list[ScoreEntry]
    next_cursor: str | None = Field(description="Cursor of the next page, null on the last one")


def written_project(
    services: Injected,
    asker: Asker,
    project: Annotated[str | None, Query(description="Project; the key's own, or `default`, when not given")] = None,
) -> str:
    """Return the project that scores are written to.

    Raises:
        Forbidden: The key has neither scope, or is bound to another project.
        InvalidInput: There is no such project.
    """
    if not (asker.may(KeyScope.INGEST) or asker.may(KeyScope.EDIT)):
        raise Forbidden("this key has neither the scope ingest nor the scope edit")
    return known_project(services, asker, project)


@router.post("/scores", status_code=201)
def create_scores(services: Injected, project: Annotated[str, Depends(written_project)], new: NewScores) -> StoredScores:
    """Store scores; they are committed before the answer. A score that is stored already is left as it is."""
    now_ns = services.clock.now_ns()
    scores = [_score(project, one, f"scores.{position}", now_ns) for position, one in enumerate(new.scores)]
    new_count = services.scores.add(scores)
    return StoredScores(score_ids=[score.score_id for score in scores], new_count=new_count)


@router.get("/scores")
def get_scores(
    services: Injected,
    reader: AskedReader,
    project: Project,
    start: Annotated[
        str | None,
        Query(description="Start, by the scores' own time: RFC 3339, Unix time, or relative such as -1h; a day before the end "
              "when not given, and any time when a trace_id is"),
    ] = None,
    end: Annotated[str | None, Query(description="End, not included: as start; now when not given")] = None,
    filter: Filter = "",  # noqa: A002 - the parameter's name in the API
    trace_id: Annotated[str, Query(description="Only scores of this trace and its spans, 32 hexadecimal digits")] = "",
    span_id: Annotated[str, Query(description="Only scores of this span, 16 hexadecimal digits")] = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ScoreList:  # fmt: skip
    """List scores that fit the filter, newest first: those of a range, or all of a trace."""
    now_ns = services.clock.now_ns()
    is_any_time = bool(trace_id) and start is None and end is None
    scope = Scope(project, 0, MAX_TIME_NS) if is_any_time else build_scope(project, start, end, now_ns)
    walk = begin(scope, cursor, now_ns, "scores", filter, trace_id, span_id)
    scores, next_cursor = list_scores(reader, walk, parse(filter), limit, trace_id=trace_id, span_id=span_id)
    return ScoreList(scores=[_entry(score) for score in scores], next_cursor=next_cursor)


def _score(project_id: str, new: NewScore, where: str, now_ns: int) -> Score:
    """Check what one field alone cannot tell, and give the score its id."""
    if new.value is None and not new.label and not new.comment:
        raise InvalidInput(f"{where}.value", "a score needs a value, a label or a comment")
    if not new.trace_id and not new.session_id:
        raise InvalidInput(f"{where}.trace_id", "a score needs a trace_id or a session_id")
    if new.span_id and not new.trace_id:
        raise InvalidInput(f"{where}.trace_id", "a span_id needs its trace_id")
    trace_id = hex_id(f"{where}.trace_id", new.trace_id, 32) if new.trace_id else ""
    span_id = hex_id(f"{where}.span_id", new.span_id, 16) if new.span_id else ""
    said = (trace_id, span_id, new.session_id, new.name, new.value, new.label, new.comment, new.source, new.author)
    return Score(
        new.score_id or derived_id(project_id, (*said, new.time)),
        project_id,
        now_ns if new.time is None else parse_time(f"{where}.time", new.time, None),
        *said,
    )


def _entry(score: ScoreRow) -> ScoreEntry:
    return ScoreEntry(
        time=format_time(score.time_ns),
        **{name: getattr(score, name) for name in ScoreRow.__slots__ if name != "time_ns"},
    )
