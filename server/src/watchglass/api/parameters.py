"""Refuses query parameters that a route does not have, so that a misspelt one is not passed over in silence."""

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from watchglass.errors import InvalidInput


def refuse_unknown_parameters(request: Request) -> None:
    """Look at the request's query string alone; a FastAPI dependency.

    Raises:
        InvalidInput: The route has no such parameter; the field is its name.
    """
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = _query_names(route.dependant)
    for name in request.query_params:
        if name not in known:
            has = f"this path has {', '.join(sorted(known))}" if known else "this path has none"
            raise InvalidInput(name[:100], f"is no parameter here; {has}")


def _query_names(dependant: Dependant) -> set[str]:
    names = {parameter.alias for parameter in dependant.query_params}
    return names.union(*(_query_names(it) for it in dependant.dependencies))
