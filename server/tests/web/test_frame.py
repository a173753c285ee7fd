"""What surrounds the pages, in a real browser: menu, command palette, keys, time range and zone."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from doubles.server_process import ServerProcess
from web.conversations import send_conversation

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def address(server: ServerProcess, path: str = "/") -> str:
    """Where a path of the server is."""
    return f"http://127.0.0.1:{server.port}{path}"


def open_page(page: Page, server: ServerProcess, path: str = "/") -> None:
    """Open the overview, and wait until it takes keys."""
    page.goto(address(server, path))
    page.get_by_role("heading", name="Overview").wait_for()


def test_the_palette_leads_to_a_page_and_to_a_trace(page: Page, shared_server: ServerProcess) -> None:
    """Ctrl-K and a page's name; then an id as it was copied; the range goes along."""
    trace_id = send_conversation(shared_server.port, "Where is my order?")
    open_page(page, shared_server, "/?start=-1h")
    page.keyboard.press("Control+k")
    field = page.get_by_placeholder(re.compile("the id of a trace"))
    field.fill("trac")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/traces\?.*start=-1h"))
    page.keyboard.press("Control+k")
    field.fill(f" {trace_id.upper()} ")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/traces/{trace_id}"))
    expect(page.get_by_role("tree")).to_be_visible()


def test_the_palette_takes_any_text_for_one_value(page: Page, shared_server: ServerProcess) -> None:
    """What looks like more of the filter language stays a user's name."""
    open_page(page, shared_server)
    page.keyboard.press("Control+k")
    page.get_by_placeholder(re.compile("the id of a trace")).fill('x" OR model:y')
    page.get_by_role("button", name=re.compile("Traces of the user")).click()
    expect(page.get_by_label("Filter", exact=True)).to_have_value('user_id:"x\\" OR model:y"')


def test_keys_lead_to_pages_and_are_listed(page: Page, shared_server: ServerProcess) -> None:
    """g t and g o go; ? lists them; in a field keys are letters."""
    open_page(page, shared_server)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page).to_have_url(re.compile("/traces"))
    page.get_by_label("Filter", exact=True).click()
    page.keyboard.type("go")
    expect(page).to_have_url(re.compile("/traces"))
    page.get_by_label("Filter", exact=True).fill("")
    for _ in range(2):  # the first one may close what completes the filter
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys.get_by_text("Go to Overview")).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_a_phone_has_the_menu_in_a_drawer(page: Page, shared_server: ServerProcess) -> None:
    """The side bar is not there; the drawer holds the same pages and closes when one is chosen."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, shared_server)
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("dialog").get_by_role("link", name="Traces").click()
    expect(page).to_have_url(re.compile("/traces"))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_range_zone_and_refresh_are_chosen_in_one_place_and_go_along(page: Page, shared_server: ServerProcess) -> None:
    """A preset, a zone and an interval stand in the address, are what another page opens with, and survive a reload."""
    open_page(page, shared_server)
    page.get_by_role("button", name="Time range: Last 24 hours").click()
    zone = page.get_by_role("combobox", name="Time zone")
    zone.fill("Tokyo")
    page.get_by_role("option", name="Asia/Tokyo").click()
    page.get_by_role("button", name="Last 6 hours").click()
    expect(page).to_have_url(re.compile("tz=Asia%2FTokyo.*start=-6h|start=-6h.*tz=Asia%2FTokyo"))
    page.get_by_role("button", name="Refresh: Live").click()
    page.get_by_role("menuitem", name="Every 30 s").click()
    expect(page).to_have_url(re.compile("refresh=30s"))
    page.reload()
    page.get_by_role("link", name="Traces").click()
    expect(page).to_have_url(re.compile("/traces?.*start=-6h"))
    expect(page).to_have_url(re.compile("tz=Asia%2FTokyo"))


def test_an_own_range_is_meant_in_the_chosen_zone(page: Page, shared_server: ServerProcess) -> None:
    """Two in the afternoon in Tokyo is five in the morning in UTC."""
    open_page(page, shared_server, "/?tz=Asia/Tokyo")
    page.get_by_role("button", name=re.compile("Time range")).click()
    page.get_by_label("From", exact=True).fill("2026-11-20T14:00")
    page.get_by_label("To (now when empty)").fill("2026-11-20T15:30")
    page.get_by_role("button", name="Show this range").click()
    expect(page).to_have_url(re.compile(r"start=2026-11-20T05%3A00%3A00\.000Z&end=2026-11-20T06%3A30%3A00\.000Z|end=.*start="))
    expect(page.get_by_role("button", name=re.compile("Time range: Nov 20 14:00 . 15:30"))).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_windows_of_the_frame_pass_the_accessibility_checks(page: Page, shared_server: ServerProcess, scheme: Any) -> None:
    """axe finds nothing serious in the open palette, the list of keys and the time range."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_page(page, shared_server)
    openers = {
        "[role=dialog] input": lambda: page.keyboard.press("Control+k"),
        "[role=dialog] dl": lambda: page.keyboard.press("?"),
        "input[type=datetime-local]": page.get_by_role("button", name=re.compile("Time range")).click,
    }
    page.evaluate(AXE.read_text("utf-8"))
    for ready, open_window in openers.items():
        open_window()
        page.locator(ready).first.wait_for()
        page.wait_for_timeout(300)
        found = page.evaluate("axe.run().then((report) => report.violations)")
        serious = [(it["id"], it["nodes"][0]["html"]) for it in found if it["impact"] in ("serious", "critical")]
        assert (ready, serious) == (ready, [])
        page.keyboard.press("Escape")
        page.wait_for_timeout(300)
