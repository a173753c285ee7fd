"""GET /api/v1/explain: why a measure changed, and what else changed at that time."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.markers import MarkerEntry, marker_entry
from watchglass.api.paging import AskedReader, Filter
from watchglass.query.explain import DIMENSIONS, MAX_DIMENSIONS, explain, read_dimensions
from watchglass.query.explain_text import explanation_lines
from watchglass.query.explanation import Baseline, CauseKind, ExplainQuestion, Explanation, Verdict
from watchglass.query.filter import parse
from watchglass.query.scope import format_time
from watchglass.query.usage_source import kept_since
from watchglass.store.control.markers import markers_near

router = APIRouter(prefix="/api/v1", tags=["usage"])


class CauseOut(BaseModel):
    """Spans that explain the change, or a part of it."""

    dimensions: dict[str, str] = Field(description="One name and value, or two, that tell these spans from the rest")
    filter: str = Field(description="The same as a filter")
    kind: CauseKind = Field(description="behaviour: they became slower, dearer or failed more; amount: there is more or less of them; mix: they are a larger or smaller part of all, which moves a ratio")
    also: list[dict[str, str]] = Field(description="Other names and values of (almost) the same spans")
    is_new: bool = Field(description="The baseline had nearly none of them")
    value: float | None = Field(description="The measure of these spans in the range; of a percentile, the share above `threshold`")
    before: float | None = Field(description="The same in the baseline, null when it had none of them")
    elsewhere: float | None = Field(description="The measure of all other spans in the range; null for what adds up")
    span_count: int = Field(description="These spans in the range")
    contribution_ratio: float = Field(description="How much of the change they explain beyond what changed everywhere, 0 to 1")
    risk_ratio: float | None = Field(description="How many times what it would be had they changed as all others did; null when unknown")
    low: float | None = Field(description="Lower end of its 95 % confidence interval")
    high: float | None = Field(description="Upper end")
    confidence: float = Field(description="How often this comes out first when traces are drawn again, 0 to 1")


class SymptomOut(BaseModel):
    """A class of error that changed: how it shows, not why."""

    error_type: str = Field(description="Error class or code")
    share: float = Field(description="Its part of the additional errors, 0 to 1")
    count: int = Field(description="Spans with it in the range")
    before_count: int = Field(description="The same in the baseline, scaled to the range's length")


class ExampleOut(BaseModel):
    """A span that shows the change; typical, not the oddest."""

    trace_id: str
    span_id: str
    start: str = Field(description="When it began")
    name: str = Field(description="Its name")
    value: float | None = Field(description="What it adds to the measure")


class ReleaseChangeOut(BaseModel):
    """A release that came up within the range or shortly before."""

    service_name: str = Field(description="Its service")
    release: str = Field(description="The version")
    first_seen: str = Field(description="Its first span within what was looked at, to the minute or hour")
    is_new: bool = Field(description="The week before had none of it")
    share: float = Field(description="Its part of the service's spans in the range, 0 to 1")
    before_share: float = Field(description="The same before the range")


class MetricChangeOut(BaseModel):
    """A metric of a model server or machine that moved at the same time."""

    name: str = Field(description="Canonical name")
    unit: str = Field(description="Its unit, UCUM")
    labels: dict[str, str] = Field(description="Which server or machine")
    value: float = Field(description="Its median in the range")
    before: float = Field(description="Its median in the baseline")
    robust_z: float = Field(description="The change over the usual scatter in the baseline")


class ExplanationOut(BaseModel):
    """Why a measure changed."""

    verdict: Verdict = Field(description="causes: some are named; everywhere: it changed in all groups alike; unchanged: no more than chance would; too_little: too few spans to tell")
    lines: list[str] = Field(description="The same in words, the most important first")
    measure: str = Field(description="What changed")
    per: str | None = Field(description="What it is divided by")
    unit: str = Field(description="Unit of value and before; empty for a count or a share")
    start: str = Field(description="Start of the range")
    end: str = Field(description="Its end, not included")
    before_start: str = Field(description="Start of the baseline")
    before_end: str = Field(description="Its end, not included")
    value: float | None = Field(description="The measure in the range")
    before: float | None = Field(description="The same in the baseline")
    threshold: float | None = Field(description="Of a percentile: the baseline's, which the shares of the causes are above of")
    sampled_share: float | None = Field(description="How much of the range was read, 0 to 1; null for all of it")
    causes: list[CauseOut] = Field(description="The one that explains the most first")
    everywhere_ratio: float = Field(description="How much of the change no cause explains, 0 to 1")
    symptoms: list[SymptomOut] = Field(description="Classes of error that changed, where errors are counted")
    examples: list[ExampleOut] = Field(description="Spans of the first cause, or of all where there is none")
    releases: list[ReleaseChangeOut] = Field(description="What was rolled out")
    metrics: list[MetricChangeOut] = Field(description="What moved on model servers and machines, the largest first")
    markers: list[MarkerEntry] = Field(description="Deploy markers within the range and the two hours before it, the newest first")


@router.get("/explain")
def get_explanation(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    measure: Annotated[str, Query(description="What changed: any measure of GET /api/v1/usage")],
    per: Annotated[str | None, Query(description="Measure that it is divided by: error_count per span_count is the share of errors")] = None,
    filter: Filter = "",  # noqa: A002  the parameter's name
    baseline: Annotated[Baseline, Query(description="What the range is held against: the stretch of its length before it, or the same time a day or a week ago")] = "before",
    dimensions: Annotated[str | None, Query(description=f"What to tell apart, at most {MAX_DIMENSIONS} columns, attributes.KEY or resource.KEY; {', '.join(DIMENSIONS)} when not given")] = None,
) -> ExplanationOut:
    """Find out why a measure of the range differs from the baseline: the fewest values that explain it, with examples."""
    now_ns = services.clock.now_ns()
    question = ExplainQuestion(scope, parse(filter), measure, per, baseline, read_dimensions(dimensions))
    found = explain(reader, question, kept_since(services.settings, now_ns), now_ns)
    markers = markers_near(services.control, scope.project_id, scope.start_ns, scope.end_ns)
    return explanation_out(found, [marker_entry(it) for it in markers])


def explanation_out(found: Explanation, markers: list[MarkerEntry]) -> ExplanationOut:
    """An explanation as the API gives it."""
    plain: dict[str, Any] = asdict(found)
    for field in ("start", "end", "before_start", "before_end"):
        plain[field] = format_time(plain.pop(f"{field}_ns"))
    for example in plain["examples"]:
        example["start"] = format_time(example.pop("start_ns"))
    for release in plain["releases"]:
        release["first_seen"] = format_time(release.pop("first_ns"))
    return ExplanationOut(**plain, lines=explanation_lines(found), markers=markers)
