"""Whether the server lives, whether it can work, and its own metrics."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from watchglass import __version__
from watchglass.api.access import Injected
from watchglass.telemetry import CONTENT_TYPE

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


@router.get("/metrics", summary="The server's own metrics", response_class=Response)
def metrics(services: Injected) -> Response:
    """Rows, bytes, queue depth, commit time, refusals by cause and the process itself, in Prometheus' text format."""
    return Response(services.telemetry.exposition(), media_type=CONTENT_TYPE)
