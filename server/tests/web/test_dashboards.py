"""Dashboards in a real browser: built, reloaded, shared; moved by keyboard; errors that stay where they are."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from doubles.server_process import ServerProcess
from web.conversations import HOSTILE, send_conversation

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PLACE = {"x": 0, "y": 0, "w": 6, "h": 7}


def address(server: ServerProcess, path: str) -> str:
    """Where a path of the server is."""
    return f"http://127.0.0.1:{server.port}{path}"


def number_panel(name: str, filter_text: str = "", **fields: Any) -> dict[str, Any]:
    """A panel that counts spans as one number."""
    query = {"source": "usage", "measures": ["span_count"], "filter": filter_text}
    return {"id": name, "kind": "number", "title": name, "place": PLACE, "query": query, **fields}


def make_dashboard(server: ServerProcess, panels: list[dict[str, Any]], **document: Any) -> dict[str, Any]:
    """Store a dashboard by the API and return it."""
    answer = httpx.post(
        address(server, "/api/v1/dashboards"),
        json={"name": "Mine", "project_id": "default", "document": {"format_version": 1, "panels": panels, **document}},
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def panel(page: Page, name: str) -> Any:
    """The panel of this title."""
    return page.get_by_role("region", name=name, exact=True)


def test_a_dashboard_is_built_reloaded_and_shared(page: Page, server: ServerProcess) -> None:
    """Journey 4: a name, a panel over usage, saved; a reload shows the same, and so does its link with what was chosen."""
    send_conversation(server.port, "Where is my order?")
    page.goto(address(server, "/dashboards"))
    page.get_by_role("button", name="New dashboard").click()
    page.get_by_label("Name", exact=True).fill("What support costs")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("button", name="Add the first panel").click()
    page.get_by_label("Title").fill("Calls of $model")
    page.get_by_label("Kind").select_option("number")
    page.get_by_label("Filter", exact=True).fill("model:gpt-4o")
    expect(panel(page, "Calls of $model").last).to_contain_text("1")
    page.get_by_role("button", name="Take over").click()
    page.get_by_role("button", name="Name and variables").click()
    page.get_by_role("button", name="Add a variable").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="What support costs")).to_be_visible()
    expect(panel(page, "Calls of everything")).to_contain_text("over the whole range")
    page.get_by_role("combobox", name="model").click()
    page.get_by_role("option", name="gpt-4o").click()
    expect(panel(page, "Calls of gpt-4o")).to_be_visible()
    link = page.url
    assert "var-model=gpt-4o" in link
    other = page.context.new_page()
    other.goto(link)
    expect(panel(other, "Calls of gpt-4o")).to_contain_text("1")
    other.close()


def test_panels_are_moved_and_resized_by_keyboard_and_changes_are_undone(page: Page, shared_server: ServerProcess) -> None:
    """Arrow keys move, Shift and arrow keys resize, each step is said and can be undone, and saving keeps the rest."""
    made = make_dashboard(shared_server, [number_panel("first"), number_panel("second", place={**PLACE, "y": 7})])
    page.goto(address(shared_server, f"/dashboards/{made['id']}?edit=true"))
    page.get_by_role("button", name="Move first").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("Column 1, row 8, 6 wide, 7 high")).to_be_attached()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("Column 1, row 8, 7 wide, 7 high")).to_be_attached()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    stored = httpx.get(address(shared_server, f"/api/v1/dashboards/{made['id']}")).json()
    assert stored["version"] == 2
    assert {it["id"]: it["place"] for it in stored["document"]["panels"]} == {
        "first": {"x": 0, "y": 7, "w": 7, "h": 7}, "second": PLACE,
    }  # fmt: skip


def test_panels_are_dragged_and_resized_by_mouse(page: Page, shared_server: ServerProcess) -> None:
    """The handle moves a panel to where it is dropped, the corner makes it larger, and saving keeps both."""
    made = make_dashboard(shared_server, [number_panel("first"), number_panel("second", place={**PLACE, "x": 6})])
    page.goto(address(shared_server, f"/dashboards/{made['id']}?edit=true"))
    # until the library for it has come, the panels stand where they will be and cannot be dragged
    page.locator(".react-grid-item").first.wait_for()
    handle = page.get_by_role("button", name="Move second").bounding_box()
    assert handle
    page.mouse.move(handle["x"] + 8, handle["y"] + 8)
    page.mouse.down()
    page.mouse.move(handle["x"] - 530, handle["y"] + 12, steps=12)
    page.mouse.up()
    expect(page.get_by_text("Not saved", exact=True)).to_be_visible()
    page.wait_for_timeout(400)
    corner = panel(page, "second").bounding_box()
    assert corner
    right, below = corner["x"] + corner["width"] - 6, corner["y"] + corner["height"] - 6
    page.mouse.move(right, below)
    page.mouse.down()
    page.mouse.move(right + 180, below + 82, steps=12)
    page.mouse.up()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    stored = httpx.get(address(shared_server, f"/api/v1/dashboards/{made['id']}")).json()
    places = {it["id"]: it["place"] for it in stored["document"]["panels"]}
    assert places["second"] == {"x": 0, "y": 0, "w": 8, "h": 9}
    assert places["first"] == {**PLACE, "y": 9}


def test_an_error_stays_in_its_panel(page: Page, shared_server: ServerProcess) -> None:
    """One panel says what is wrong with its query; the other shows its number."""
    send_conversation(shared_server.port, "Where is my order?")
    wrong = number_panel("wrong", "nothing:1", place={**PLACE, "x": 6})
    made = make_dashboard(shared_server, [number_panel("right"), wrong])
    page.goto(address(shared_server, f"/dashboards/{made['id']}"))
    expect(panel(page, "wrong").get_by_role("alert")).to_contain_text("filter")
    expect(panel(page, "right")).to_contain_text("over the whole range")
    expect(panel(page, "right").get_by_role("alert")).to_have_count(0)


def test_panels_below_the_fold_ask_when_they_are_seen(page: Page, shared_server: ServerProcess) -> None:
    """A panel far below is not asked for until it is scrolled to."""
    panels = [number_panel(f"p{number}", place={**PLACE, "y": 7 * number}) for number in range(20)]
    made = make_dashboard(shared_server, panels)
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.post_data_json["panel"]["id"]) if "/panels/data" in it.url else None)
    # the same question of two panels is asked once, so each is told apart
    for number, it in enumerate(panels):
        it["query"]["limit"] = number + 1
    stored = {"name": "Mine", "document": {"format_version": 1, "panels": panels}, "version": 1}
    httpx.put(address(shared_server, f"/api/v1/dashboards/{made['id']}"), json=stored)
    page.goto(address(shared_server, f"/dashboards/{made['id']}?start=-1h&refresh=off"))
    expect(panel(page, "p0")).to_contain_text("over the whole range")
    assert "p19" not in asked
    panel(page, "p19").scroll_into_view_if_needed()
    expect(panel(page, "p19")).to_contain_text("over the whole range")
    assert "p19" in asked


def test_who_is_second_is_told_and_loses_nothing(page: Page, shared_server: ServerProcess) -> None:
    """A dashboard that somebody else saved meanwhile is not overwritten; one's own changes go into a copy."""
    made = make_dashboard(shared_server, [number_panel("first")])
    page.goto(address(shared_server, f"/dashboards/{made['id']}?edit=true"))
    page.get_by_role("button", name="Move first").focus()
    page.keyboard.press("Shift+ArrowDown")
    theirs = {"name": "Theirs", "document": made["document"], "version": 1}
    assert httpx.put(address(shared_server, f"/api/v1/dashboards/{made['id']}"), json=theirs).status_code == 200
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else saved this dashboard")
    page.get_by_role("button", name="Save mine as a copy").click()
    expect(page.get_by_role("heading", name="Mine (copy)")).to_be_visible()
    assert httpx.get(address(shared_server, f"/api/v1/dashboards/{made['id']}")).json()["name"] == "Theirs"


def test_leaving_with_unsaved_changes_is_asked_about(page: Page, shared_server: ServerProcess) -> None:
    """Going to another page stops at a question; staying keeps the changes, discarding leaves without them."""
    made = make_dashboard(shared_server, [number_panel("first")])
    page.goto(address(shared_server, f"/dashboards/{made['id']}?edit=true"))
    page.get_by_role("button", name="Move first").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.get_by_role("link", name="Traces").first.click()
    page.get_by_role("button", name="Stay").click()
    expect(page.get_by_text("Not saved", exact=True)).to_be_visible()
    page.get_by_role("link", name="Traces").first.click()
    page.get_by_role("button", name="Discard and leave").click()
    page.wait_for_url("**/traces**")
    assert httpx.get(address(shared_server, f"/api/v1/dashboards/{made['id']}")).json()["version"] == 1


def test_what_comes_with_it_is_copied_exported_and_imported(page: Page, shared_server: ServerProcess, tmp_path: Path) -> None:
    """A delivered dashboard has no Edit; its file, changed and imported, is a dashboard of one's own."""
    page.goto(address(shared_server, "/dashboards/ml"))
    expect(page.get_by_role("button", name="Copy and edit")).to_be_visible()
    expect(page.get_by_role("button", name="Edit", exact=True)).to_have_count(0)
    page.get_by_role("button", name="More for this dashboard").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export as JSON").click()
    file = json.loads(Path(download.value.path()).read_text("utf-8"))
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps({**file, "name": "Imported"}), "utf-8")
    page.goto(address(shared_server, "/dashboards"))
    page.locator("input[type=file]").set_input_files(changed)
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps({**file, "format_version": 9}), "utf-8")
    page.goto(address(shared_server, "/dashboards"))
    page.locator("input[type=file]").set_input_files(broken)
    expect(page.get_by_role("alert")).to_contain_text("format_version")


def test_text_of_others_stays_text(page: Page, shared_server: ServerProcess) -> None:
    """Markup in titles, texts, and values of telemetry neither runs nor loads anything."""
    send_conversation(shared_server.port, HOSTILE)
    table = {"source": "sql", "query": "SELECT {word:String} AS word, 1 AS n", "parameters": {"word": HOSTILE}}
    made = make_dashboard(shared_server, [
        {"id": "text", "kind": "text", "title": HOSTILE, "place": PLACE, "text": f"{HOSTILE}\n\n![x](https://evil.example/x.png)"},
        {"id": "table", "kind": "table", "title": "Table", "place": {**PLACE, "x": 6}, "query": table},
        {"id": "bars", "kind": "bar", "by": "group", "title": "Bars", "place": {**PLACE, "y": 7}, "query": table},
    ])  # fmt: skip
    foreign: list[str] = []
    page.on("request", lambda it: foreign.append(it.url) if "evil" in it.url else None)
    page.goto(address(shared_server, f"/dashboards/{made['id']}"))
    expect(panel(page, "Table")).to_contain_text("<script>")
    expect(panel(page, HOSTILE)).to_contain_text("evil.example/x.png")
    page.wait_for_timeout(500)
    assert page.evaluate("window.wasHacked") is None
    assert foreign == []
    assert page.locator("a[href*=evil]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_dashboards_pass_the_accessibility_checks(page: Page, shared_server: ServerProcess, scheme: Any, width: int) -> None:
    """axe finds nothing serious in the list, in a dashboard, and while it is edited, on a desk and on a phone."""
    send_conversation(shared_server.port, "Where is my order?")
    document = httpx.get(address(shared_server, "/api/v1/dashboards/product-and-cost")).json()["document"]
    made = make_dashboard(shared_server, document["panels"], variables=document["variables"])
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for path, ready in (
        ("/dashboards", "Come with Watchglass"), ("/dashboards/operations", "over the whole range"),
        (f"/dashboards/{made['id']}?edit=true", "over the whole range"),
    ):  # fmt: skip
        page.goto(address(shared_server, path))
        page.get_by_text(ready).first.wait_for()
        check_accessible(page, width)
    page.get_by_role("button", name="Edit Cost by model").click()
    page.get_by_label("Measures").first.wait_for()
    page.wait_for_timeout(500)
    check_accessible(page, width)


def check_accessible(page: Page, width: int) -> None:
    """What is seen now has no serious finding and is no wider than the window."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run().then((report) => report.violations)")
    serious = [(it["id"], it["nodes"][0]["html"]) for it in found if it["impact"] in ("serious", "critical")]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
