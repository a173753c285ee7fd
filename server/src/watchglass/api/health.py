"""Whether the server lives, whether it can work, and its own metrics."""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from watchglass import __version__
from watchglass.api.access import Injected, require_read
from watchglass.prometheus.text import write

router = APIRouter(tags=["server"])


class Health(BaseModel):
    """State of the server."""

    status: str = Field(description="ok, or unavailable")
    version: str = Field(description="Version of Watchglass")
    causes: list[str] = Field(default_factory=list, description="Why it is unavailable")


@router.get("/healthz", summary="Whether the process lives")
async def healthz() -> Health:
    """Answer as long as the process serves requests; it looks at nothing else."""
    return Health(status="ok", version=__version__)


@router.get("/readyz", summary="Whether requests can be served", responses={503: {"model": Health}})
def readyz(services: Injected, response: Response) -> Health:
    """Answer 200 when the store answers and exports are committed, else 503 with the causes."""
    causes = services.not_ready()
    response.status_code = 503 if causes else 200
    return Health(status="unavailable" if causes else "ok", version=__version__, causes=causes)


@router.get("/metrics", summary="Model calls and the server itself, for Prometheus", response_class=Response)
def metrics(services: Injected, request: Request) -> Response:
    """Requests, errors, tokens, cost and latency of model calls, and the server's own metrics.

    In OpenMetrics 1.0 (with trace ids as exemplars) or in Prometheus' text format 0.0.4, as `Accept` asks. Where keys are
    needed, a scraper without one reads the server's own metrics alone, and one with a project's key that project's calls.
    """
    headers = request.headers
    write_calls: Callable[[bool], bytes] = _nothing
    if not services.settings.needs_keys or "authorization" in headers or "x-api-key" in headers:
        project = require_read(services.identify(headers)).project_id
        write_calls = partial(write, services.model_calls.counts(), project)
    page, content_type = services.telemetry.exposition(headers.get("accept", ""), write_calls)
    return Response(page, media_type=content_type)


def _nothing(is_openmetrics: bool) -> bytes:
    del is_openmetrics
    return b""
