"""/api/v1/silences and /api/v1/inhibitions: what is not told for now, and what is not told beside something worse."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from watchglass.alerts.kept import matcher_documents, read_silence
from watchglass.alerts.matchers import Matcher, checked_matchers
from watchglass.alerts.silence import Day, Schedule, checked_schedule
from watchglass.api.access import EditScope, Injected, Project, bound_project
from watchglass.api.alerts import time_or_none
from watchglass.api.people import Author, author_of
from watchglass.errors import InvalidInput
from watchglass.query.scope import format_time, parse_time
from watchglass.store.control import silences as store

router = APIRouter(prefix="/api/v1", tags=["silences"])

SilenceId = Annotated[str, Path(pattern="^silence_[0-9a-f]{16}$")]
InhibitionId = Annotated[str, Path(pattern="^inhibition_[0-9a-f]{16}$")]

MAX_EQUAL = 20


class MatcherFields(BaseModel):
    """A condition on a label of an alert: of its series, of its rule, or `rule`, `severity`, `owner`, `project`, `kind`."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, description="The label; one that is not there is empty text")
    operator: Literal["=", "!=", "=~", "!~"] = Field("=", description="Equal, not equal, or (not) a pattern that fits the whole value")
    value: str = Field(max_length=500, description="Text, or a regular expression as RE2 has them")


class ScheduleFields(BaseModel):
    """When a maintenance window opens."""

    model_config = ConfigDict(extra="forbid")

    days: list[Day] = Field(min_length=1, max_length=7, description="Days of the week; all seven for every day")
    start: str = Field(description="When it opens, on the clock of the time zone: 22:30")
    duration_s: int = Field(description="How long it stays open, in seconds, 60 to 604800")
    time_zone: str = Field(max_length=100, description="Name of the time zone: Europe/Berlin")


class NewSilence(BaseModel):
    """A silence, or with a schedule a maintenance window."""

    model_config = ConfigDict(extra="forbid")

    project_id: str | None = Field(None, description="Project whose alerts it is about; null for the asker's own, or all")
    matchers: list[MatcherFields] = Field(min_length=1, max_length=20, description="All of them hold of what is not told")
    starts_at: str | None = Field(None, description="From when on: RFC 3339 or Unix time; now when null")
    ends_at: str | None = Field(None, description="Until when, not included; null, with a schedule only, until somebody ends it")
    schedule: ScheduleFields | None = Field(None, description="When it is open between the two; null for all the time")
    reason: str = Field(min_length=1, max_length=2000, description="Why")
    author: Author = ""


class SilenceEntry(BaseModel):
    """A silence or maintenance window."""

    id: str = Field(description="Names it")
    project_id: str | None = Field(description="Project whose alerts it is about; null for all")
    matchers: list[MatcherFields]
    starts_at: str = Field(description="From when on, RFC 3339")
    ends_at: str | None = Field(description="Until when, RFC 3339; null until somebody ends it")
    schedule: ScheduleFields | None = Field(description="When it is open between the two; null for all the time")
    reason: str = Field(description="Why")
    state: Literal["active", "waiting", "ended"] = Field(description="active: it silences now; waiting: it will; ended: it will not again")
    created_at: str = Field(description="When it was made, RFC 3339")
    created_by: str = Field(description="Who made it; empty when not known")
    ended_at: str | None = Field(description="When somebody ended it before its time, RFC 3339; null when nobody did")
    ended_by: str | None = Field(description="Who")


class SilenceList(BaseModel):
    """Silences: those that go on first, then the last 200 that have ended."""

    silences: list[SilenceEntry]


class NewInhibition(BaseModel):
    """While an alert that fits `source` fires, those that fit `target` and are alike are not told."""

    model_config = ConfigDict(extra="forbid")

    project_id: str | None = Field(None, description="Project whose alerts it is about; null for the asker's own, or all")
    source: list[MatcherFields] = Field(min_length=1, max_length=20, description="Matchers of the alert that is the reason")
    target: list[MatcherFields] = Field(min_length=1, max_length=20, description="Matchers of the alerts that are not told")
    equal: list[str] = Field([], max_length=MAX_EQUAL, description="Labels whose values both have alike")
    reason: str = Field("", max_length=2000, description="Why")
    author: Author = ""


class InhibitionEntry(BaseModel):
    """An inhibition."""

    id: str = Field(description="Names it")
    project_id: str | None = Field(description="Project whose alerts it is about; null for all")
    source: list[MatcherFields]
    target: list[MatcherFields]
    equal: list[str] = Field(description="Labels whose values both have alike")
    reason: str = Field(description="Why")
    created_at: str = Field(description="When it was made, RFC 3339")
    created_by: str = Field(description="Who made it; empty when not known")


class InhibitionList(BaseModel):
    """Inhibitions, oldest first; a rule's own `inhibited_by` is beside them."""

    inhibitions: list[InhibitionEntry]


@router.get("/silences")
def list_silences(services: Injected, project: Project) -> SilenceList:
    """List silences and maintenance windows of a project, and those for all."""
    now_ns = services.clock.now_ns()
    return SilenceList(silences=[_silence(it, now_ns) for it in store.list_silences(services.control, project, now_ns)])


@router.post("/silences", status_code=201)
def create_silence(services: Injected, editor: EditScope, new: NewSilence) -> SilenceEntry:
    """Keep alerts from being told for a time, or again and again by a schedule; it takes the scope edit."""
    now_ns = services.clock.now_ns()
    starts_at_ns = now_ns if new.starts_at is None else parse_time("starts_at", new.starts_at, None)
    ends_at_ns = None if new.ends_at is None else parse_time("ends_at", new.ends_at, None)
    if ends_at_ns is None and new.schedule is None:
        raise InvalidInput("ends_at", "a silence without a schedule must say when it ends")
    if ends_at_ns is not None and (ends_at_ns <= starts_at_ns or ends_at_ns <= now_ns):
        raise InvalidInput("ends_at", "must be after starts_at, and after now")
    kept = store.KeptSilence(
        id="",
        project_id=bound_project(editor, new.project_id),
        matchers=_matchers("matchers", new.matchers),
        starts_at_ns=starts_at_ns,
        ends_at_ns=ends_at_ns,
        schedule=None if new.schedule is None else _schedule(new.schedule),
        reason=new.reason,
        created_at_ns=now_ns,
        created_by=author_of(services, editor, new.author),
    )
    return _silence(store.create_silence(services.control, kept), now_ns)


@router.delete("/silences/{silence_id}", status_code=204)
def end_silence(
    services: Injected,
    editor: EditScope,
    silence_id: SilenceId,
    author: Annotated[str, Query(max_length=200, description="Who ends it; the name of the key when empty")] = "",
) -> None:
    """End a silence now; it stays in the list, with who ended it. It takes the scope edit."""
    by = author_of(services, editor, author)
    store.end_silence(services.control, silence_id, editor.project_id, by, services.clock.now_ns())


@router.get("/inhibitions")
def list_inhibitions(services: Injected, project: Project) -> InhibitionList:
    """List inhibitions of a project, and those for all."""
    return InhibitionList(inhibitions=[_inhibition(it) for it in store.list_inhibitions(services.control, project)])


@router.post("/inhibitions", status_code=201)
def create_inhibition(services: Injected, editor: EditScope, new: NewInhibition) -> InhibitionEntry:
    """Keep what follows from something worse from being told while that fires; it takes the scope edit."""
    kept = store.KeptInhibition(
        id="",
        project_id=bound_project(editor, new.project_id),
        source=_matchers("source", new.source),
        target=_matchers("target", new.target),
        equal=list(dict.fromkeys(new.equal)),
        reason=new.reason,
        created_at_ns=services.clock.now_ns(),
        created_by=author_of(services, editor, new.author),
    )
    return _inhibition(store.create_inhibition(services.control, kept))


@router.delete("/inhibitions/{inhibition_id}", status_code=204)
def delete_inhibition(services: Injected, editor: EditScope, inhibition_id: InhibitionId) -> None:
    """Delete an inhibition; it takes the scope edit."""
    store.delete_inhibition(services.control, inhibition_id, editor.project_id)


def _matchers(field: str, given: list[MatcherFields]) -> list[dict[str, str]]:
    return matcher_documents(checked_matchers(field, [Matcher(it.name, it.operator, it.value) for it in given]))


def _schedule(given: ScheduleFields) -> dict[str, object]:
    checked_schedule(Schedule(tuple(given.days), given.start, given.duration_s, given.time_zone))
    return given.model_dump()


def _silence(kept: store.KeptSilence, now_ns: int) -> SilenceEntry:
    is_over = kept.ended_at_ns is not None or (kept.ends_at_ns is not None and kept.ends_at_ns <= now_ns)
    state: Literal["active", "waiting", "ended"] = "ended" if is_over else "active" if read_silence(kept).is_active(now_ns) else "waiting"
    return SilenceEntry(
        id=kept.id,
        project_id=kept.project_id,
        matchers=[MatcherFields.model_validate(it) for it in kept.matchers],
        starts_at=format_time(kept.starts_at_ns),
        ends_at=time_or_none(kept.ends_at_ns),
        schedule=None if kept.schedule is None else ScheduleFields.model_validate(kept.schedule),
        reason=kept.reason,
        state=state,
        created_at=format_time(kept.created_at_ns),
        created_by=kept.created_by,
        ended_at=time_or_none(kept.ended_at_ns),
        ended_by=kept.ended_by,
    )


def _inhibition(kept: store.KeptInhibition) -> InhibitionEntry:
    return InhibitionEntry(
        id=kept.id,
        project_id=kept.project_id,
        source=[MatcherFields.model_validate(it) for it in kept.source],
        target=[MatcherFields.model_validate(it) for it in kept.target],
        equal=kept.equal,
        reason=kept.reason,
        created_at=format_time(kept.created_at_ns),
        created_by=kept.created_by,
    )
