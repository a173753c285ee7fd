"""Dashboards in the control database: who sees which, and who was first."""

import pytest

from watchglass.errors import Conflict, InvalidInput, NotFound
from watchglass.store.control.dashboards import (
    MAX_DASHBOARDS,
    Content,
    create_dashboard,
    delete_dashboard,
    list_dashboards,
    read_dashboard,
    update_dashboard,
)
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.projects import create_project

DOCUMENT = {"format_version": 1, "panels": [{"title": 'Ünïcode 😀 "quoted" \u2028'}], "variables": []}
CONTENT = Content(" Ops ", "What is up", DOCUMENT)


def test_a_dashboard_is_kept_as_it_was_given(control: ControlDatabase) -> None:
    """Name, description and document come back, whatever letters they hold."""
    made = create_dashboard(control, "default", CONTENT, 5)
    assert (made.name, made.description, made.document, made.version) == ("Ops", "What is up", DOCUMENT, 1)
    assert read_dashboard(control, made.id, "default") == made
    assert read_dashboard(control, made.id, None) == made


def test_a_change_counts_the_version_up(control: ControlDatabase) -> None:
    """A change of what was read last is stored, with its time."""
    made = create_dashboard(control, "default", CONTENT, 5)
    changed = update_dashboard(control, made.id, "default", 1, Content("Mine", "", {"panels": []}), 9)
    assert (changed.name, changed.document, changed.version) == ("Mine", {"panels": []}, 2)
    assert (changed.created_at_ns, changed.updated_at_ns) == (5, 9)
    assert read_dashboard(control, made.id, None) == changed


def test_the_second_of_two_changes_is_refused(control: ControlDatabase) -> None:
    """Who changes what somebody else changed meanwhile is told, and nothing is lost."""
    made = create_dashboard(control, "default", CONTENT, 5)
    first = update_dashboard(control, made.id, None, 1, Content("first", "", {}), 6)
    with pytest.raises(Conflict, match="version 2"):
        update_dashboard(control, made.id, None, 1, Content("second", "", {}), 7)
    assert read_dashboard(control, made.id, None) == first


def test_projects_see_their_own_and_those_for_all(control: ControlDatabase) -> None:
    """A project's list has its dashboards and those for all, the latest changed first."""
    create_project(control, "shop", "", 1)
    everywhere = create_dashboard(control, None, CONTENT, 1)
    own = create_dashboard(control, "default", CONTENT, 2)
    other = create_dashboard(control, "shop", CONTENT, 3)
    assert [it.id for it in list_dashboards(control, "default")] == [own.id, everywhere.id]
    assert [it.id for it in list_dashboards(control, "shop")] == [other.id, everywhere.id]
    with pytest.raises(NotFound):
        read_dashboard(control, other.id, "default")
    assert read_dashboard(control, everywhere.id, "shop") == everywhere


def test_a_bound_editor_changes_its_own_project_alone(control: ControlDatabase) -> None:
    """Neither those of another project nor those for all are changed or deleted by who is bound to one."""
    create_project(control, "shop", "", 1)
    for dashboard in (create_dashboard(control, None, CONTENT, 1), create_dashboard(control, "default", CONTENT, 2)):
        with pytest.raises(NotFound):
            update_dashboard(control, dashboard.id, "shop", 1, CONTENT, 3)
        with pytest.raises(NotFound):
            delete_dashboard(control, dashboard.id, "shop")
        assert read_dashboard(control, dashboard.id, None) == dashboard
        delete_dashboard(control, dashboard.id, None)
        with pytest.raises(NotFound):
            read_dashboard(control, dashboard.id, None)


@pytest.mark.parametrize(("project_id", "name", "field"), [("nowhere", "x", "project_id"), ("No Id", "x", "project_id"), ("default", " ", "name")])
def test_what_a_dashboard_may_not_be_is_named(
    control: ControlDatabase, project_id: str, name: str, field: str
) -> None:
    """The wrong field is named, and nothing is stored."""
    with pytest.raises(InvalidInput) as raised:
        create_dashboard(control, project_id, Content(name, "", {}), 1)
    assert raised.value.field == field
    assert list_dashboards(control, "default") == []


def test_a_project_has_a_bounded_number_of_dashboards(control: ControlDatabase) -> None:
    """One more than the most is refused; another project still has room."""
    create_project(control, "shop", "", 1)
    for number in range(MAX_DASHBOARDS):
        create_dashboard(control, "default", Content(f"d{number}", "", {}), number)
    with pytest.raises(InvalidInput, match="delete one"):
        create_dashboard(control, "default", CONTENT, 1)
    create_dashboard(control, "shop", CONTENT, 1)
