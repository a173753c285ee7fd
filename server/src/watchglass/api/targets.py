"""GET /api/v1/targets: what is scraped, and how it went the last time."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.api.access import Injected, Project
from watchglass.ingest.scrape.scraper import TargetState
from watchglass.query.scope import format_time

router = APIRouter(prefix="/api/v1", tags=["metrics"])


class TargetOut(BaseModel):
    """One target."""

    job: str = Field(description="Name of its job; the service of its metrics")
    instance: str = Field(description="Which one of the job, as host:port; the service instance of its metrics")
    url: str = Field(description="What is asked, without parameters")
    labels: dict[str, str] = Field(description="Labels that are added to its series")
    health: Literal["up", "down", "unknown"] = Field(description="up, down, or unknown before the first scrape")
    last_scrape: str | None = Field(description="Start of the last scrape, RFC 3339; null before the first")
    last_duration_s: float | None = Field(description="How long it took, in seconds; null before the first")
    sample_count: int | None = Field(description="Samples that it brought; null before the first")
    error: str = Field(description="Why it failed, empty when it did not")
    interval_s: float = Field(description="Time between scrapes, in seconds")
    timeout_s: float = Field(description="Longest time of a scrape, in seconds")


class Targets(BaseModel):
    """What is scraped for one project."""

    file: str | None = Field(description="File that says what to scrape (scrape_file); null when nothing is")
    error: str = Field(description="Why the newest content of a file is not used, with its line; empty when it is")
    targets: list[TargetOut] = Field(description="The targets in the order of the file")


@router.get("/targets")
def list_targets(services: Injected, project: Project) -> Targets:
    """List what the server that answers scrapes for the project."""
    scraper, settings = services.scraper, services.settings
    if scraper is None or project != settings.scrape_project:
        return Targets(file=None, error="", targets=[])
    return Targets(file=str(settings.scrape_file), error=scraper.error, targets=[_out(state) for state in scraper.states()])


def _out(state: TargetState) -> TargetOut:
    target, was_scraped = state.target, state.scraped_at_ns > 0
    return TargetOut.model_validate(
        {
            "job": target.job,
            "instance": target.instance,
            "url": target.url,
            "labels": dict(target.labels),
            "health": state.health,
            "last_scrape": format_time(state.scraped_at_ns) if was_scraped else None,
            "last_duration_s": state.duration_s if was_scraped else None,
            "sample_count": state.sample_count if was_scraped else None,
            "error": state.error,
            "interval_s": target.interval_s,
            "timeout_s": target.timeout_s,
        }
    )
