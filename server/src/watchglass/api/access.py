"""Who may ask what: FastAPI dependencies that every route states in its signature."""

from typing import Annotated

from fastapi import Depends, Query, Request

from watchglass.api.services import Services, get_services
from watchglass.errors import Forbidden, InvalidInput
from watchglass.model.records import KeyScope, Principal
from watchglass.query.scope import Scope, build_scope
from watchglass.store.control.projects import DEFAULT_PROJECT

Injected = Annotated[Services, Depends(get_services)]


def get_principal(request: Request, services: Injected) -> Principal:
    """Return who asks.

    Raises:
        Unauthorized: A key is needed and absent, or it is not known.
    """
    return services.identify(request.headers)


Asker = Annotated[Principal, Depends(get_principal)]


def require_read(asker: Asker) -> Principal:
    """Return who asks, who may read.

    Raises:
        Forbidden: The key has no read scope.
    """
    return _with_scope(asker, KeyScope.READ)


def require_edit(asker: Asker) -> Principal:
    """Return who asks, who may make and change views, dashboards and annotations.

    Raises:
        Forbidden: The key has no edit scope.
    """
    return _with_scope(asker, KeyScope.EDIT)


def require_admin(asker: Asker) -> Principal:
    """Return who asks, who may administer.

    Raises:
        Forbidden: The key has no admin scope.
    """
    return _with_scope(asker, KeyScope.ADMIN)


def _with_scope(asker: Principal, scope: KeyScope) -> Principal:
    if not asker.may(scope):
        raise Forbidden(f"this key does not have the scope {scope.value}")
    return asker


Reader = Annotated[Principal, Depends(require_read)]
EditScope = Annotated[Principal, Depends(require_edit)]
Admin = Annotated[Principal, Depends(require_admin)]


def asked_project(
    services: Injected,
    reader: Reader,
    project: Annotated[str | None, Query(description="Project; the key's own, or `default`, when not given")] = None,
) -> str:
    """Return the project that is asked about.

    Raises:
        Forbidden: The key is bound to another project.
        InvalidInput: There is no such project; the field is `project`.
    """
    return known_project(services, reader, project)


def known_project(services: Services, principal: Principal, project: str | None) -> str:
    """Return `project`, or the principal's own where none is named, as one that is there.

    Raises:
        Forbidden: The principal is bound to another project.
        InvalidInput: There is no such project; the field is `project`.
    """
    asked = bound_project(principal, project) or DEFAULT_PROJECT
    if asked != principal.project_id and asked not in services.project_ids():
        raise InvalidInput("project", f"there is no project {asked[:63]!r}")
    return asked


def bound_project(principal: Principal, project: str | None) -> str | None:
    """Return `project`, or the principal's own where none is named; None stands for all projects.

    Raises:
        Forbidden: The principal is bound to another project.
    """
    if principal.project_id is None:
        return project or None
    if project not in (None, "", principal.project_id):
        raise Forbidden(f"this key is for the project {principal.project_id}")
    return principal.project_id


Project = Annotated[str, Depends(asked_project)]


def asked_scope(
    services: Injected,
    project: Project,
    start: Annotated[str | None, Query(description="Start: RFC 3339, Unix time, or relative such as -1h; a day before the end when not given")] = None,
    end: Annotated[str | None, Query(description="End, not included: as start; now when not given")] = None,
) -> Scope:
    """Return the project and stretch of time that is asked about.

    Raises:
        InvalidInput: A time cannot be read; the field is `start` or `end`.
    """
    return build_scope(project, start, end, services.clock.now_ns())


AskedScope = Annotated[Scope, Depends(asked_scope)]
