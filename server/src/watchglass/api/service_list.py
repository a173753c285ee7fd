"""GET /api/v1/services: the services that reported spans."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedReader, Filter
from watchglass.api.usage_totals import TotalsList, totals_list, totals_model
from watchglass.query.filter import parse
from watchglass.query.services import list_services
from watchglass.query.usage_source import kept_since

router = APIRouter(prefix="/api/v1", tags=["usage"])

ServiceTotals: Any = totals_model("ServiceTotals", "One service's spans.", service_name="Service, empty when not known", environment="Environment, empty when not known")


class ServiceList(TotalsList):
    """The services that reported spans."""

    services: list[ServiceTotals] = Field(description="The one with the most spans first")


@router.get("/services", response_model=ServiceList)
def services(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    filter: Filter = "",  # noqa: A002  the parameter's name
    limit: Annotated[int, Query(ge=1, le=1000, description="Most services")] = 200,
) -> dict[str, Any]:
    """List the services that reported spans in the range, with counts, tokens, cost and latencies."""
    now_ns = services.clock.now_ns()
    answer = list_services(reader, scope, parse(filter), limit, kept_since(services.settings, now_ns), now_ns)
    return totals_list("services", answer)
