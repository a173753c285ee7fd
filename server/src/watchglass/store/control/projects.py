"""Projects: what rows, keys and prices belong to."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from watchglass.errors import InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.fields import checked_project_id, checked_text
from watchglass.store.control.tables import projects

DEFAULT_PROJECT = "default"
"""The project that always exists."""


@dataclass(frozen=True, slots=True)
class Project:
    """One project.

    Attributes:
        id: What rows and requests carry, `[a-z0-9][a-z0-9-]{0,62}`.
        name: For people.
        created_at_ns: Nanoseconds since 1970 UTC.
    """

    id: str
    name: str
    created_at_ns: int


def list_projects(control: ControlDatabase) -> list[Project]:
    """Return all projects by id.

    Raises:
        Unavailable: The control database does not answer.
    """
    with control.read() as connection:
        rows = connection.execute(projects.select().order_by(projects.c.id))
        return [Project(**row) for row in rows.mappings()]


def create_project(control: ControlDatabase, project_id: str, name: str, now_ns: int) -> Project:
    """Make a project; its name is its id where `name` is empty.

    Raises:
        InvalidInput: `id` or `name` is not allowed, or the id is taken.
        Unavailable: The control database does not answer.
    """
    project_id = checked_project_id("id", project_id)
    project = Project(project_id, checked_text("name", name or project_id), now_ns)
    with control.change() as connection:
        try:
            connection.execute(
                projects.insert().values(id=project.id, name=project.name, created_at_ns=project.created_at_ns)
            )
        except IntegrityError:
            raise InvalidInput("id", f"the project {project_id} exists already") from None
    return project


def rename_project(control: ControlDatabase, project_id: str, name: str) -> Project:
    """Give a project another name for people; its id, which rows carry, stays.

    Raises:
        InvalidInput: `name` is not allowed.
        NotFound: There is no such project.
        Unavailable: The control database does not answer.
    """
    name = checked_text("name", name)
    chosen = projects.c.id == project_id
    with control.change() as connection:
        row = connection.execute(projects.select().where(chosen)).mappings().first()
        if row is None:
            raise NotFound(f"there is no project {project_id[:63]}")
        connection.execute(projects.update().where(chosen).values(name=name))
    return Project(row["id"], name, row["created_at_ns"])
