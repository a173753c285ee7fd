"""Projects: ids, names, uniqueness."""

import pytest

from watchglass.errors import InvalidInput
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.projects import Project, create_project, list_projects


def test_projects_are_listed_by_id(control: ControlDatabase) -> None:
    """What was created is listed with all that was said."""
    create_project(control, "shop", " The shop ", 2)
    create_project(control, "a1-b", "", 3)
    listed = list_projects(control)
    assert [project.id for project in listed] == ["a1-b", "default", "shop"]
    assert listed[0] == Project("a1-b", "a1-b", 3)
    assert listed[2] == Project("shop", "The shop", 2)


@pytest.mark.parametrize("project_id", ["", "-a", "A", "a_b", "ä", "a" * 64, "a b", "a\n", "٣"])
def test_other_ids_are_refused(control: ControlDatabase, project_id: str) -> None:
    """An id is 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit."""
    with pytest.raises(InvalidInput) as raised:
        create_project(control, project_id, "name", 1)
    assert raised.value.field == "id"


def test_the_longest_id_is_taken(control: ControlDatabase) -> None:
    """63 characters are allowed."""
    assert create_project(control, "a" * 63, "", 1).id == "a" * 63


@pytest.mark.parametrize("name", ["a" * 201, "tab\there", "nul\x00", "broken \ud800"])
def test_names_that_cannot_be_shown_are_refused(control: ControlDatabase, name: str) -> None:
    """Too long, control characters, broken Unicode: the name is named, and nothing is stored."""
    with pytest.raises(InvalidInput) as raised:
        create_project(control, "shop", name, 1)
    assert raised.value.field == "name"
    assert len(list_projects(control)) == 1


def test_an_id_is_taken_once(control: ControlDatabase) -> None:
    """The second project of an id is refused, and the first stays."""
    create_project(control, "shop", "first", 1)
    with pytest.raises(InvalidInput, match="exists already") as raised:
        create_project(control, "shop", "second", 2)
    assert raised.value.field == "id"
    assert [project.name for project in list_projects(control)] == ["Default", "first"]
