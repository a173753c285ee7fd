"""The traces page in a real browser: query bar, facets, time, columns, views, files, keys, and a long list."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from doubles.server_process import ServerProcess
from web.conversations import HOSTILE, send_conversation, send_many

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def open_traces(page: Page, server: ServerProcess, query: str = "") -> None:
    """Open the page."""
    page.goto(f"http://127.0.0.1:{server.port}/traces{query}")


def rows(page: Page) -> Locator:
    """The links of the list, one a trace."""
    return page.locator("a[data-trace]")


def bar(page: Page) -> Locator:
    """The query bar."""
    return page.get_by_label("Filter", exact=True)


def facet(page: Page, title: str) -> Locator:
    """One field of the facets."""
    return page.get_by_role("complementary", name="Facets").get_by_role("region", name=title, exact=True)


def test_later_traces_appear_above_those_that_are_there(page: Page, server: ServerProcess) -> None:
    """The list fills while it is looked at, newest first, and the totals follow."""
    send_conversation(server.port, "first question")
    open_traces(page, server)
    expect(rows(page)).to_have_count(1)
    send_conversation(server.port, "second question")
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("row").nth(1)).to_contain_text("second question")
    page.get_by_role("button", name="Live").click()
    send_conversation(server.port, "third question")
    page.wait_for_timeout(3000)
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Paused").click()
    expect(rows(page)).to_have_count(3)


def test_older_traces_come_by_scrolling_and_new_ones_wait_above_meanwhile(page: Page, server: ServerProcess) -> None:
    """Pages follow one another without a gap or a double; who reads further down is not moved, but told."""
    for number in range(120):
        send_conversation(server.port, f"question {number}")
    open_traces(page, server)
    expect(rows(page).first).to_be_visible()
    for _ in range(3):
        page.keyboard.press("End")
        page.wait_for_timeout(700)
    expect(page.get_by_text("No older traces in this range")).to_be_visible()
    expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "121")
    expect(page.get_by_role("row").last).to_contain_text("question 0")
    send_conversation(server.port, "the latest question")
    page.get_by_role("button", name="1 new").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("the latest question")
    expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "122")


def test_the_list_is_worked_from_the_keyboard_alone(page: Page, server: ServerProcess) -> None:
    """Slash, typing, Enter, j, k, Enter and Escape; a wrong filter is marked where it is wrong."""
    send_conversation(server.port, "first question")
    send_conversation(server.port, "second question")
    open_traces(page, server)
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("(model:gpt-4o")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").locator("mark")).to_have_text("(")
    page.get_by_label("Filter", exact=True).fill('"first question"')
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile("filter="))
    page.get_by_label("Filter", exact=True).fill("")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tree")).to_be_visible()
    page.keyboard.press("Escape")
    expect(rows(page)).to_have_count(2)


def test_facets_narrow_the_list_and_show_what_else_there_is(page: Page, server: ServerProcess) -> None:
    """A value is asked for, a second joins it, one is left out; the counts follow, and those that could be chosen stay."""
    send_many(server.port, 30)
    send_conversation(server.port, "Where is my order?")
    open_traces(page, server)
    operation = facet(page, "Operation")
    expect(operation.get_by_role("button", name="chat 1", exact=True)).to_be_visible()
    operation.get_by_role("button", name="chat 1", exact=True).click()
    expect(rows(page)).to_have_count(1)
    expect(bar(page)).to_have_value("operation:chat")
    expect(page).to_have_url(re.compile(r"filter=operation%3Achat"))
    expect(facet(page, "Model").get_by_role("button", name="gpt-4o 1", exact=True)).to_be_visible()
    operation.get_by_role("button", name="execute_tool 1", exact=True).click()
    expect(bar(page)).to_have_value("operation:(chat,execute_tool)")
    operation.get_by_role("button", name="Leave out chat").click()
    expect(bar(page)).to_have_value("operation:execute_tool -operation:chat")
    page.go_back()
    expect(bar(page)).to_have_value("operation:(chat,execute_tool)")
    operation.get_by_role("button", name="Clear Operation").click()
    expect(bar(page)).to_have_value("")
    facet(page, "Status").get_by_role("button", name="Error 3", exact=True).click()
    expect(rows(page)).to_have_count(3)
    expect(facet(page, "Status").get_by_role("button", name=re.compile("^OK"))).to_be_visible()
    facet(page, "Span name").get_by_role("button", name="Span name").click()
    expect(facet(page, "Span name").get_by_role("button", name="trace 10 1", exact=True)).to_be_visible()


def test_the_filter_is_completed_by_keyboard_and_by_mouse(page: Page, server: ServerProcess) -> None:
    """Names of columns and attributes, then values that occur with their counts; what a client wrote is quoted, never run."""
    send_conversation(server.port, "Where is my order?", said={"app.tier": "gold", "app.note": HOSTILE})
    open_traces(page, server)
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("/")
    page.keyboard.type("mod")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("model")
    page.keyboard.press("Tab")
    expect(bar(page)).to_have_value("model:")
    expect(options.filter(has_text="gpt-4o")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(bar(page)).to_have_value("model:gpt-4o ")
    expect(page).to_have_url(re.compile("filter=model%3Agpt-4o"))
    page.keyboard.type("attributes.app")
    options.filter(has_text="attributes.app.note").click()
    expect(bar(page)).to_have_value("model:gpt-4o attributes.app.note:")
    options.filter(has_text="onerror").click()
    expect(rows(page)).to_have_count(0)
    written = bar(page).input_value()
    assert written.startswith('model:gpt-4o attributes.app.note:"<img src=x onerror=')
    bar(page).fill(written.removeprefix("model:gpt-4o "))
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    assert page.evaluate("window.wasHacked") is None


def test_a_stretch_of_time_is_dragged_over_and_taken_back(page: Page, server: ServerProcess) -> None:
    """The range becomes the stretch, and the browser's way back leads to the range before."""
    send_many(server.port, 100)
    open_traces(page, server, "?start=-5m")
    expect(rows(page).first).to_be_visible()
    chart = page.locator("figure canvas")
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"start=20.*end=20"))
    expect(page.get_by_role("button", name="Fixed range")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(r"start=-5m$"))


def test_columns_are_chosen_kept_and_shared(page: Page, server: ServerProcess) -> None:
    """A chosen column is shown with its values, stands in the address, and is there again without it."""
    send_conversation(server.port, "Where is my order?", said={"gen_ai.conversation.id": "talk-7"})
    open_traces(page, server)
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Session", exact=True).check()
    page.get_by_role("checkbox", name="Cost", exact=True).uncheck()
    page.get_by_role("button", name="Move Session to the left").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("columnheader", name="Session")).to_be_visible()
    expect(page.get_by_role("row").nth(1)).to_contain_text("talk-7")
    expect(page).to_have_url(re.compile("columns="))
    open_traces(page, server)
    expect(page.get_by_role("columnheader", name="Session")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Cost")).to_have_count(0)
    open_traces(page, server, "?columns=trace,user")
    expect(page.get_by_role("columnheader")).to_have_text(["", "Trace", "User"])


def test_a_view_is_saved_opened_renamed_and_deleted(page: Page, server: ServerProcess) -> None:
    """It keeps what the address says; the reader's own opens with the page; a taken name is refused in words."""
    send_many(server.port, 20)
    open_traces(page, server, "?filter=error:true&start=-1h")
    expect(rows(page)).to_have_count(2)
    views = page.get_by_role("button", name=re.compile("^Views"))
    save_as(page, "Failures")
    expect(views).to_have_text("Failures")
    page.get_by_role("button", name="Clear the filter").click()
    expect(views).to_have_text("Views")
    save_as(page, "Failures")
    expect(page.get_by_role("dialog").get_by_text("this page has a view 'Failures' already")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("All")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(views).to_have_text("All")
    views.click()
    page.get_by_role("menuitem", name="Failures").click()
    expect(rows(page)).to_have_count(2)
    views.click()
    page.get_by_role("button", name="Open Failures with the page").click()
    page.get_by_role("button", name="Rename Failures").click()
    page.get_by_role("textbox", name="Name").fill("What failed")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(views).to_have_text("What failed")
    open_traces(page, server)
    expect(bar(page)).to_have_value("error:true")
    expect(rows(page)).to_have_count(2)
    views.click()
    page.get_by_role("button", name="Delete What failed").click()
    expect(page.get_by_role("menuitem", name="What failed")).to_have_count(0)
    expect(page.get_by_role("menuitem", name="All")).to_be_visible()


def save_as(page: Page, name: str) -> None:
    """Save what is shown under a name."""
    page.get_by_role("button", name=re.compile("^Views")).click()
    page.get_by_role("menuitem", name="Save what is shown").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()


def test_what_is_shown_leaves_as_link_and_as_file(page: Page, server: ServerProcess) -> None:
    """The link holds columns and, when asked, both ends of the range; the files hold the rows, and no formula."""
    send_conversation(server.port, "=1+1", "It is two, or so")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_traces(page, server, "?columns=time,trace,text&start=-1h")
    expect(rows(page)).to_have_count(1)
    share = page.get_by_role("button", name="Share")
    share.click()
    page.get_by_role("menuitem", name="Copy link with these times fixed").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"/traces\?.*start=20\d\d-.*end=20\d\d-", link), link
    share.click()
    with page.expect_download() as csv:
        page.get_by_role("menuitem", name="as CSV").click()
    head, line, _ = Path(csv.value.path()).read_bytes().decode().split("\r\n")
    assert head == "trace_id,start_time,name,input_preview,output_preview"
    assert line.endswith(",invoke_agent support,'=1+1,\"It is two, or so\"")
    share.click()
    with page.expect_download() as lines:
        page.get_by_role("menuitem", name="as JSON lines").click()
    [row] = [json.loads(it) for it in Path(lines.value.path()).read_text("utf-8").splitlines()]
    assert (row["input_preview"], row["span_count"]) == ("=1+1", 3)


def test_a_long_list_scrolls_with_few_rows_drawn_and_marks_stay(page: Page, server: ServerProcess) -> None:
    """Through two thousand traces the page holds a screenful of rows, none doubled; x marks, and marks can be taken back."""
    send_many(server.port, 2000)
    open_traces(page, server)
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("1 trace marked")).to_be_visible()
    most = 0
    for _ in range(60):
        page.keyboard.press("End")
        page.wait_for_timeout(100)
        most = max(most, rows(page).count())
        if page.get_by_text("No older traces in this range").count():
            break
    page.keyboard.press("End")
    expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "2001")
    expect(page.get_by_role("row").last).to_contain_text("trace 0")
    assert most < 60
    page.keyboard.press("Home")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    page.get_by_role("button", name="Unmark").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)


def test_the_session_of_a_complaint_is_found_by_a_phrase(page: Page, server: ServerProcess) -> None:
    """Words that a user said lead to the trace, and from there to all that was said in the same session."""
    said = {"gen_ai.conversation.id": "talk-8", "user.id": "ada"}
    send_conversation(server.port, "Where is my order?", said=said)
    send_conversation(server.port, "You lost my parcel, I am furious", said=said)
    send_conversation(server.port, "My parcel came, nothing is lost")
    open_traces(page, server)
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("/")
    page.keyboard.type('"lost my parcel"')
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(rows(page).first).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="talk-8").first.click()
    for question in ("Where is my order?", "You lost my parcel, I am furious"):
        expect(page.get_by_text(question).first).to_be_visible()
    expect(page.get_by_text("My parcel came")).to_have_count(0)


def test_two_marked_traces_are_compared(page: Page, server: ServerProcess) -> None:
    """The keys mark two rows, and the comparison has the older one at the left."""
    older = send_conversation(server.port, "first question")
    newer = send_conversation(server.port, "second question")
    open_traces(page, server)
    expect(rows(page)).to_have_count(2)
    for key in "jxjx":
        page.keyboard.press(key)
    page.locator("main").get_by_role("link", name="Compare", exact=True).click()
    expect(page).to_have_url(re.compile(f"/traces/compare.*left={older}&right={newer}"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(page: Page, shared_server: ServerProcess, scheme: Any, width: int) -> None:
    """With facets chosen and the bar completing, in either colour scheme, on a desk and on a phone."""
    send_conversation(shared_server.port, "Where is my order?")
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_traces(page, shared_server, "?filter=operation:chat")
    expect(rows(page).first).to_be_visible()
    if width < 760:
        page.get_by_role("button", name="Facets").click()
    expect(page.get_by_role("button", name=re.compile("^chat"), pressed=True)).to_be_visible()
    page.evaluate(AXE.read_text("utf-8"))
    assert serious(page) == []
    if width < 760:
        page.keyboard.press("Escape")
    bar(page).click()
    page.keyboard.type(" mod")
    expect(page.get_by_role("option").first).to_be_visible()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def serious(page: Page) -> list[tuple[str, str]]:
    """What axe finds that keeps somebody out: rule and element."""
    found = page.evaluate("axe.run().then((report) => report.violations)")
    return [(it["id"], it["nodes"][0]["html"]) for it in found if it["impact"] in ("serious", "critical")]
