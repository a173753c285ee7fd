"""/api/v1/markers: what was deployed or done, as lines on the charts; one line of CI makes one."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from watchglass.api.access import AskedScope, EditScope, Injected, bound_project
from watchglass.query.scope import format_time, parse_time
from watchglass.store.control import markers as store
from watchglass.store.control.projects import DEFAULT_PROJECT

router = APIRouter(prefix="/api/v1", tags=["markers"])

MarkerId = Annotated[str, Path(pattern="^marker_[0-9a-f]{16}$")]


class MarkerFields(BaseModel):
    """What a marker says."""

    title: str = Field(description="For people, 1 to 200 characters: checkout 2.4.0")
    service_name: str = Field("", description="Service that it is about; empty for all")
    release: str = Field("", description="Version that was rolled out")
    environment: str = Field("", description="Environment; empty for all")
    url: str = Field("", description="Where more is said, http or https")
    source: str = Field("", description="What said it: github, argo, a person")


class NewMarker(MarkerFields):
    """A marker to be kept."""

    model_config = ConfigDict(extra="forbid")

    time: str | int | None = Field(None, description="When: RFC 3339, Unix time or relative such as -5m; now when not given")
    project_id: str | None = Field(None, description="Project on whose charts it is; null for the asker's own, or `default`")


class MarkerEntry(MarkerFields):
    """A marker."""

    id: str = Field(description="Names the marker")
    time: str = Field(description="When, RFC 3339")
    project_id: str = Field(description="Project on whose charts it is")
    created_at: str = Field(description="When it was made, RFC 3339")
    created_by: str | None = Field(description="Name of the key that made it; null when no key was needed")


class MarkerList(BaseModel):
    """Markers of a range."""

    markers: list[MarkerEntry] = Field(description="The newest first")


@router.get("/markers")
def list_markers(
    services: Injected,
    scope: AskedScope,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most markers")] = 200,
) -> MarkerList:
    """List the markers of a range."""
    found = store.list_markers(services.control, scope.project_id, scope.start_ns, scope.end_ns, limit)
    return MarkerList(markers=[marker_entry(it) for it in found])


@router.post("/markers", status_code=201)
def create_marker(services: Injected, editor: EditScope, new: NewMarker) -> MarkerEntry:
    """Keep a marker; it takes the scope edit. The same one sent again is kept once."""
    now_ns = services.clock.now_ns()
    said = store.NewMarker(
        time_ns=now_ns if new.time is None else parse_time("time", str(new.time), now_ns),
        title=new.title,
        service_name=new.service_name,
        release=new.release,
        environment=new.environment,
        url=new.url,
        source=new.source,
    )
    project_id = bound_project(editor, new.project_id) or DEFAULT_PROJECT
    return marker_entry(store.create_marker(services.control, project_id, said, key_id=editor.key_id, now_ns=now_ns))


@router.delete("/markers/{marker_id}", status_code=204)
def delete_marker(services: Injected, editor: EditScope, marker_id: MarkerId) -> None:
    """Delete a marker; it takes the scope edit."""
    store.delete_marker(services.control, marker_id, editor.project_id)


def marker_entry(marker: store.Marker) -> MarkerEntry:
    """A marker as the API gives it."""
    return MarkerEntry(
        id=marker.id,
        time=format_time(marker.time_ns),
        project_id=marker.project_id,
        title=marker.title,
        service_name=marker.service_name,
        release=marker.release,
        environment=marker.environment,
        url=marker.url,
        source=marker.source,
        created_at=format_time(marker.created_at_ns),
        created_by=marker.created_by,
    )
