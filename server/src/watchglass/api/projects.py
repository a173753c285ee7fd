"""/api/v1/projects: what rows, keys and prices belong to."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from watchglass.api.access import Admin, Injected, Reader
from watchglass.errors import Forbidden
from watchglass.query.scope import format_time
from watchglass.store.control import projects as store

router = APIRouter(prefix="/api/v1", tags=["projects"])

ProjectId = Annotated[str, Field(description="1 to 63 of a-z, 0-9 and -, beginning with a letter or digit")]


class ProjectEntry(BaseModel):
    """A project."""

    id: ProjectId
    name: str = Field(description="Name for people")
    created_at: str = Field(description="When it was made, RFC 3339")


class ProjectList(BaseModel):
    """Projects that the key may see, by id."""

    projects: list[ProjectEntry]


class NewProject(BaseModel):
    """A project to be made."""

    model_config = ConfigDict(extra="forbid")

    id: ProjectId
    name: str = Field("", description="Name for people, 200 characters at most; the id when empty")


class ProjectName(BaseModel):
    """Another name for a project."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Name for people, 1 to 200 characters")


@router.get("/projects")
def list_projects(services: Injected, reader: Reader) -> ProjectList:
    """List projects; a key that is bound to one sees that one."""
    found = store.list_projects(services.control)
    return ProjectList(projects=[_entry(it) for it in found if reader.project_id in (None, it.id)])


@router.post("/projects", status_code=201)
def create_project(services: Injected, admin: Admin, new: NewProject) -> ProjectEntry:
    """Make a project; it takes rows at once, on other servers within seconds."""
    if admin.project_id is not None:
        raise Forbidden(f"this key is for the project {admin.project_id}; to make one takes a key for all projects")
    return _entry(store.create_project(services.control, new.id, new.name, services.clock.now_ns()))


@router.patch("/projects/{project_id}")
def rename_project(
    services: Injected, admin: Admin, project_id: Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")], given: ProjectName
) -> ProjectEntry:
    """Give a project another name; its id stays."""
    if admin.project_id not in (None, project_id):
        raise Forbidden(f"this key is for the project {admin.project_id}")
    return _entry(store.rename_project(services.control, project_id, given.name))


def _entry(project: store.Project) -> ProjectEntry:
    return ProjectEntry(id=project.id, name=project.name, created_at=format_time(project.created_at_ns))
