"""The API as one application: routers, errors, guards, OpenAPI and the screens."""

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute

from watchglass import __version__
from watchglass.api import (
    alerts,
    compare,
    dashboards,
    explain,
    facets,
    fields,
    health,
    hosts,
    incidents,
    keys,
    live,
    log_histogram,
    logs,
    markers,
    metric_attributes,
    metric_heatmap,
    metric_series,
    models,
    movers,
    notifications,
    outlets,
    panels,
    prices,
    projects,
    readings,
    retention,
    rules,
    rules_import,
    rules_try,
    scores,
    server_state,
    service_list,
    serving,
    sessions,
    silences,
    span_serving,
    spans,
    sql,
    targets,
    tempo,
    tokens,
    traces,
    turns,
    usage,
    users,
    views,
)
from watchglass.api.middleware import AnsweredHead, BoundedBody, Measured, TrustedHost
from watchglass.api.parameters import refuse_unknown_parameters
from watchglass.api.problems import RESPONSES, install_problems
from watchglass.api.screens import Screens
from watchglass.api.services import Services

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    tokens.router,
    traces.router,
    spans.router,
    span_serving.router,
    logs.router,
    scores.router,
    log_histogram.router,
    metric_series.router,
    metric_heatmap.router,
    metric_attributes.router,
    serving.router,
    hosts.router,
    sessions.router,
    turns.router,
    users.router,
    usage.router,
    movers.router,
    explain.router,
    markers.router,
    live.router,
    models.router,
    compare.router,
    service_list.router,
    sql.router,
    dashboards.router,
    panels.router,
    fields.router,
    facets.router,
    projects.router,
    keys.router,
    prices.router,
    retention.router,
    server_state.router,
    targets.router,
    outlets.router,
    notifications.router,
    views.router,
    alerts.router,
    incidents.router,
    silences.router,
    readings.router,
    rules_try.router,
    rules_import.router,
    rules.router,
    tempo.router,
)
"""One router a resource; adding a resource is a file and a word here."""

DESCRIPTION = """Everything that Watchglass knows, over HTTP. Instants are RFC 3339 text in UTC; numbers carry their unit in the
name (`duration_ns`, `cost_usd`, `input_tokens`); null means not known. Errors are RFC 9457 problem documents that name the field.

Send an API key as `Authorization: Bearer KEY` or `x-api-key: KEY`; a server that listens on loopback only asks for none by default."""


def build_api(services: Services) -> FastAPI:
    """Build the application over `services`."""
    application = build_description()
    application.state.services = services
    application.mount("/", Screens())
    # the last one added is the first one passed
    application.add_middleware(BoundedBody)
    application.add_middleware(TrustedHost, services=services)
    application.add_middleware(Measured, services=services)
    application.add_middleware(AnsweredHead)
    return application


def build_description() -> FastAPI:
    """Build the routes alone, from which OpenAPI is written without a store."""
    application = FastAPI(
        title="Watchglass",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=RESPONSES,
        generate_unique_id_function=_operation_id,
    )
    for router in ROUTERS:
        # probes, scrapers and Grafana may send what they like
        is_ours = router not in (health.router, tempo.router)
        application.include_router(router, dependencies=[Depends(refuse_unknown_parameters)] if is_ours else None)
    install_problems(application)
    return application


def _operation_id(route: APIRoute) -> str:
    return route.name
