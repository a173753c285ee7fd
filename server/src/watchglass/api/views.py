"""/api/v1/views: saved views of the screens' pages, shared by all who read the project."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from watchglass.api.access import EditScope, Injected, Project, bound_project
from watchglass.query.scope import format_time
from watchglass.store.control import views as store
from watchglass.store.control.projects import DEFAULT_PROJECT

router = APIRouter(prefix="/api/v1", tags=["views"])

ViewId = Annotated[str, Path(pattern="^view_[0-9a-f]{16}$")]


class ViewFields(BaseModel):
    """What a view says."""

    name: str = Field(description="Name for people, 1 to 200 characters; a page of a project has each name once")
    search: dict[str, str] = Field(
        description="What the page's address says after `?`, texts by parameter: filter, start, columns, but no project"
    )


class ChangedView(ViewFields):
    """A view as it shall be from now on."""

    model_config = ConfigDict(extra="forbid")


class NewView(ChangedView):
    """A view to be saved."""

    page: str = Field(description="Page that it is of, as in its address: traces")
    project_id: str | None = Field(
        None, description="Project whose readers see it; null for the asker's own, or `default`"
    )


class ViewEntry(ViewFields):
    """A saved view."""

    id: str = Field(description="Names the view")
    page: str = Field(description="Page that it is of")
    project_id: str = Field(description="Project whose readers see it")
    created_at: str = Field(description="When it was saved, RFC 3339")
    created_by: str | None = Field(description="Name of the key that saved it; null when no key was needed")


class ViewList(BaseModel):
    """Saved views by page and name."""

    views: list[ViewEntry]


@router.get("/views")
def list_views(
    services: Injected,
    project: Project,
    page: Annotated[str | None, Query(description="Only views of this page; of all when not given")] = None,
) -> ViewList:
    """List the saved views of a project."""
    return ViewList(views=[_entry(view) for view in store.list_views(services.control, project, page)])


@router.post("/views", status_code=201)
def create_view(services: Injected, editor: EditScope, new: NewView) -> ViewEntry:
    """Save a view; it takes the scope edit."""
    project_id = bound_project(editor, new.project_id) or DEFAULT_PROJECT
    view = store.create_view(
        services.control,
        project_id,
        new.page,
        new.name,
        new.search,
        key_id=editor.key_id,
        now_ns=services.clock.now_ns(),
    )
    return _entry(view)


@router.put("/views/{view_id}")
def change_view(services: Injected, editor: EditScope, view_id: ViewId, changed: ChangedView) -> ViewEntry:
    """Give a view another name or another search; it takes the scope edit."""
    return _entry(store.change_view(services.control, view_id, editor.project_id, changed.name, changed.search))


@router.delete("/views/{view_id}", status_code=204)
def delete_view(services: Injected, editor: EditScope, view_id: ViewId) -> None:
    """Delete a view; it takes the scope edit."""
    store.delete_view(services.control, view_id, editor.project_id)


def _entry(view: store.View) -> ViewEntry:
    return ViewEntry(
        id=view.id,
        name=view.name,
        search=view.search,
        page=view.page,
        project_id=view.project_id,
        created_at=format_time(view.created_at_ns),
        created_by=view.created_by,
    )
