"""Deploy markers: what somebody did at a moment, drawn as a line on every chart of that time."""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from watchglass.errors import InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.fields import MAX_TIME_NS, checked_text, new_id
from watchglass.store.control.tables import keys, markers, projects

MAX_MARKERS = 20_000
"""Most markers of a project; past that the oldest go."""

MAX_URL_CHARACTERS = 2000

NEAR_NS = 2 * 3600 * 10**9
"""How long before an incident a deploy may have caused it: two hours."""

MOST_NEAR = 10

_URL = re.compile(r"https?://[^\s<>\"'`\\]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewMarker:
    """What a marker says.

    Attributes:
        time_ns: When, nanoseconds since 1970 UTC.
        title: For people: `checkout 2.4.0`.
        service_name: Service that it is about; empty for all.
        release: Version that was rolled out; empty for none.
        environment: Environment; empty for all.
        url: Where more is said, http or https; empty for nowhere.
        source: What said it, such as `github` or `argo`; empty when unknown.
    """

    time_ns: int
    title: str
    service_name: str = ""
    release: str = ""
    environment: str = ""
    url: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Marker(NewMarker):
    """A marker that is kept.

    Attributes:
        id: Names it in the API.
        project_id: The project on whose charts it is.
        created_at_ns: When it was made, nanoseconds since 1970 UTC.
        created_by: Name of the key that made it; None when no key was needed.
    """

    id: str = ""
    project_id: str = ""
    created_at_ns: int = 0
    created_by: str | None = None


def create_marker(control: ControlDatabase, project_id: str, new: NewMarker, *, key_id: str, now_ns: int) -> Marker:
    """Keep a marker; the same one (time, title, service, release) sent again is kept once.

    Args:
        control: Where it is kept.
        project_id: The project on whose charts it is.
        new: What it says.
        key_id: The key that makes it, empty when none was needed.
        now_ns: The present, nanoseconds since 1970 UTC.

    Raises:
        InvalidInput: A field is not allowed; the field is named.
        Unavailable: The control database does not answer.
    """
    checked = _checked(new)
    with control.write() as connection:
        if connection.execute(sa.select(projects.c.id).where(projects.c.id == project_id)).first() is None:
            raise InvalidInput("project_id", f"there is no project {project_id[:64]}")
        same = sa.and_(markers.c.project_id == project_id, *(markers.c[name] == getattr(checked, name) for name in ("time_ns", "title", "service_name", "release")))
        row = connection.execute(markers.select().where(same)).mappings().first()
        if row is not None:
            return _marker(row)
        of_project = markers.c.project_id == project_id
        count = connection.scalar(sa.select(sa.func.count()).select_from(markers).where(of_project)) or 0
        if count >= MAX_MARKERS:
            oldest = sa.select(markers.c.id).where(of_project).order_by(markers.c.time_ns).limit(count - MAX_MARKERS + 1)
            ids = list(connection.execute(oldest).scalars())
            connection.execute(markers.delete().where(markers.c.id.in_(ids)))
        created_by = connection.scalar(sa.select(keys.c.name).where(keys.c.id == key_id))
        said = {name: getattr(checked, name) for name in NewMarker.__slots__}
        marker = Marker(**said, id=new_id("marker"), project_id=project_id, created_at_ns=now_ns, created_by=created_by)
        connection.execute(markers.insert().values(**said, id=marker.id, project_id=project_id, created_at_ns=now_ns, created_by=created_by))
    return marker


def list_markers(control: ControlDatabase, project_id: str, start_ns: int, end_ns: int, limit: int) -> list[Marker]:
    """Return a project's markers from `start_ns` to before `end_ns` (nanoseconds since 1970 UTC), the newest first.

    Raises:
        Unavailable: The control database does not answer.
    """
    within = (markers.c.project_id == project_id) & (markers.c.time_ns >= start_ns) & (markers.c.time_ns < end_ns)
    chosen = markers.select().where(within).order_by(markers.c.time_ns.desc(), markers.c.id).limit(limit)
    with control.read() as connection:
        return [_marker(row) for row in connection.execute(chosen).mappings()]


def markers_near(control: ControlDatabase, project_id: str, start_ns: int, end_ns: int) -> list[Marker]:
    """Return the markers within an incident's time and NEAR_NS before it, the newest first.

    Raises:
        Unavailable: The control database does not answer.
    """
    return list_markers(control, project_id, max(0, start_ns - NEAR_NS), end_ns, MOST_NEAR)


def delete_marker(control: ControlDatabase, marker_id: str, project_id: str | None) -> None:
    """Delete a marker.

    Args:
        control: Where it is kept.
        marker_id: Which marker.
        project_id: Delete it only when it belongs to this project; None for any.

    Raises:
        NotFound: There is no such marker (in that project).
        Unavailable: The control database does not answer.
    """
    chosen = markers.c.id == marker_id
    if project_id is not None:
        chosen &= markers.c.project_id == project_id
    with control.write() as connection:
        if not connection.execute(markers.delete().where(chosen)).rowcount:
            raise NotFound(f"there is no marker {marker_id[:64]}")


def _checked(new: NewMarker) -> NewMarker:
    if not 0 <= new.time_ns <= MAX_TIME_NS:
        raise InvalidInput("time", "a time must be between 1970 and 2262")
    if new.url and (len(new.url) > MAX_URL_CHARACTERS or not _URL.fullmatch(new.url)):
        raise InvalidInput("url", "must be an http or https address")
    optional = {name: checked_text(name, getattr(new, name), may_be_empty=True) for name in ("service_name", "release", "environment", "source")}
    return NewMarker(time_ns=new.time_ns, title=checked_text("title", new.title), url=new.url, **optional)


def _marker(row: RowMapping) -> Marker:
    return Marker(**row)
