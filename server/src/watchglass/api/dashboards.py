"""/api/v1/dashboards: panels put together, those that come with Watchglass and those of users."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from watchglass.api.access import EditScope, Injected, Project, Reader, bound_project
from watchglass.api.dashboard_document import DashboardFile, Document
from watchglass.api.delivered_dashboards import IDS, delivered_dashboards
from watchglass.errors import Forbidden
from watchglass.query.asked import Text
from watchglass.query.scope import format_time
from watchglass.store.control import dashboards as store

router = APIRouter(prefix="/api/v1", tags=["dashboards"])

DashboardId = Annotated[str, Path(pattern="^(dashboard_[0-9a-f]{16}|[a-z][a-z-]{0,30})$", description="The dashboard's id")]
NameText = Annotated[Text, Field(min_length=1, max_length=200, description="Name for people")]
Description = Annotated[Text, Field(max_length=2000, description="What it is for")]


class DashboardSummary(BaseModel):
    """A dashboard without its panels."""

    id: str = Field(description="Names the dashboard")
    name: str = Field(description="Name for people")
    description: str = Field(description="What it is for")
    project_id: str | None = Field(description="The one project that it is kept with; null for all")
    is_delivered: bool = Field(description="Whether it comes with Watchglass: it can be copied, and not be changed")
    version: int = Field(description="Grows with each change; what a change must name")
    updated_at: str | None = Field(description="Last change, RFC 3339; null for one that comes with Watchglass")


class DashboardEntry(DashboardSummary):
    """A dashboard."""

    document: Document = Field(description="Variables and panels")


class DashboardList(BaseModel):
    """Dashboards: those that come with Watchglass, then the project's and those for all, the latest changed first."""

    dashboards: list[DashboardSummary]


class DashboardContent(BaseModel):
    """What a user says of a dashboard."""

    model_config = ConfigDict(extra="forbid")

    name: NameText
    description: Description = ""
    document: Document = Field(description="Variables and panels")


class NewDashboard(DashboardContent):
    """A dashboard to be made."""

    project_id: str | None = Field(
        None, description="The one project that it is kept with; null for all, or for the one that the asker is bound to"
    )


class ChangedDashboard(DashboardContent):
    """What a dashboard is to be."""

    version: int = Field(ge=1, description="Its version when it was read; 409 when it was changed since")


@router.get("/dashboards")
def list_dashboards(services: Injected, project: Project) -> DashboardList:
    """List the dashboards that readers of the project see."""
    kept = [_summary(it) for it in store.list_dashboards(services.control, project)]
    return DashboardList(dashboards=[*(DashboardSummary(**_delivered(name)) for name in IDS), *kept])


@router.post("/dashboards", status_code=201)
def create_dashboard(services: Injected, editor: EditScope, new: NewDashboard) -> DashboardEntry:
    """Make a dashboard."""
    project_id = bound_project(editor, new.project_id)
    return _entry(store.create_dashboard(services.control, project_id, _content(new), services.clock.now_ns()))


@router.post("/dashboards/import", status_code=201)
def import_dashboard(
    services: Injected,
    editor: EditScope,
    file: DashboardFile,
    project: Annotated[
        str | None,
        Query(description="The one project that it is kept with; all, or the one that the asker is bound to, when not given"),
    ] = None,
) -> DashboardEntry:
    """Make a dashboard of an exported one."""
    document = file.model_dump(mode="json", exclude={"name", "description"})
    content = store.Content(file.name, file.description, document)
    bound = bound_project(editor, project)
    return _entry(store.create_dashboard(services.control, bound, content, services.clock.now_ns()))


@router.get("/dashboards/{dashboard_id}")
def read_dashboard(services: Injected, reader: Reader, dashboard_id: DashboardId) -> DashboardEntry:
    """Read a dashboard with its panels."""
    if dashboard_id in IDS:
        return DashboardEntry(**_delivered(dashboard_id))
    return _entry(store.read_dashboard(services.control, dashboard_id, reader.project_id))


@router.put("/dashboards/{dashboard_id}")
def update_dashboard(
    services: Injected, editor: EditScope, dashboard_id: DashboardId, changed: ChangedDashboard
) -> DashboardEntry:
    """Change a dashboard, unless somebody else did since it was read."""
    _refuse_delivered(dashboard_id)
    content, now_ns = _content(changed), services.clock.now_ns()
    return _entry(
        store.update_dashboard(services.control, dashboard_id, editor.project_id, changed.version, content, now_ns)
    )


@router.delete("/dashboards/{dashboard_id}", status_code=204)
def delete_dashboard(services: Injected, editor: EditScope, dashboard_id: DashboardId) -> None:
    """Delete a dashboard for good."""
    _refuse_delivered(dashboard_id)
    store.delete_dashboard(services.control, dashboard_id, editor.project_id)


@router.get("/dashboards/{dashboard_id}/export")
def export_dashboard(services: Injected, reader: Reader, dashboard_id: DashboardId, response: Response) -> DashboardFile:
    """Give a dashboard as a file that any Watchglass can import."""
    entry = read_dashboard(services, reader, dashboard_id)
    response.headers["content-disposition"] = f'attachment; filename="{dashboard_id}.watchglass.json"'
    return DashboardFile(name=entry.name, description=entry.description, **entry.document.model_dump())


def _refuse_delivered(dashboard_id: str) -> None:
    if dashboard_id in IDS:
        raise Forbidden(f"{dashboard_id} comes with Watchglass and stays as it is: copy it and change the copy")


def _content(given: DashboardContent) -> store.Content:
    return store.Content(given.name, given.description, given.document.model_dump(mode="json"))


def _delivered(dashboard_id: str) -> dict[str, object]:
    file = delivered_dashboards()[dashboard_id]
    return {
        "id": dashboard_id,
        "name": file.name,
        "description": file.description,
        "project_id": None,
        "is_delivered": True,
        "version": 1,
        "updated_at": None,
        "document": Document(**file.model_dump(exclude={"name", "description"})),
    }


def _said(kept: store.Listed) -> dict[str, object]:
    return {
        "id": kept.id,
        "name": kept.name,
        "description": kept.description,
        "project_id": kept.project_id,
        "is_delivered": False,
        "version": kept.version,
        "updated_at": format_time(kept.updated_at_ns),
    }


def _summary(kept: store.Listed) -> DashboardSummary:
    return DashboardSummary.model_validate(_said(kept))


def _entry(kept: store.Dashboard) -> DashboardEntry:
    return DashboardEntry.model_validate({**_said(kept), "document": kept.document})
