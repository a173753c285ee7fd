"""Saved views on SQLite and PostgreSQL."""

import pytest

from watchglass.errors import InvalidInput
from watchglass.store.control import views as module
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.views import change_view, create_view, delete_view, list_views


def test_a_view_comes_back_as_it_was_saved(control: ControlDatabase) -> None:
    """Texts of any script survive, and a changed view keeps when it was made."""
    search = {"filter": 'user:"Zoë 🙂"', "columns": "time,model"}
    made = create_view(control, "default", "traces", "Zoë", search, key_id="", now_ns=5)
    assert list_views(control, "default") == [made]
    changed = change_view(control, made.id, "default", "Zoë's", {})
    assert (changed.name, changed.search, changed.created_at_ns) == ("Zoë's", {}, 5)
    delete_view(control, made.id, None)
    assert list_views(control, "default") == []


def test_a_page_has_a_bounded_number_of_views(control: ControlDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the page is named, and other pages are not touched by it."""
    monkeypatch.setattr(module, "MAX_VIEWS", 2)
    for name in ("a", "b"):
        create_view(control, "default", "traces", name, {}, key_id="", now_ns=1)
    with pytest.raises(InvalidInput) as raised:
        create_view(control, "default", "traces", "c", {}, key_id="", now_ns=1)
    assert raised.value.field == "page"
    create_view(control, "default", "logs", "c", {}, key_id="", now_ns=1)
