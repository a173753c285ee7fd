"""The page of one trace, and of two side by side, in a real browser over a real server that real OTLP was sent to."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from doubles.server_process import ServerProcess
from web.agent_runs import BIG, CHAT, LOOKUP, PIXEL, REQUEST, send_run, span_id

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"

HOSTILE = """<script>window.wasHacked=1</script> <img src=x onerror="window.wasHacked=1">
[press me](javascript:window.wasHacked=1) [other](https://evil.example/link) ![cat](https://evil.example/pixel.png)

<iframe src="https://evil.example/frame"></iframe> <a href="https://evil.example/a">here</a> https://evil.example/auto

| a |
| - |
| <svg onload="window.wasHacked=1"> ![x][ref] |

[ref]: https://evil.example/ref.png "title"
"""


def address(server: ServerProcess, path: str) -> str:
    """Where a path of the server is."""
    return f"http://127.0.0.1:{server.port}{path}"


def panel(page: Page) -> Any:
    """What is shown of the chosen span."""
    return page.get_by_role("region", name="Chosen span")


def chosen(page: Page) -> Any:
    """The chosen row of the tree."""
    return page.get_by_role("treeitem", selected=True)


def test_the_cause_of_a_failure_is_read_first(page: Page, shared_server: ServerProcess) -> None:
    """The deepest failed span is chosen with its message; its logs and those of the trace are a click away."""
    trace_id = send_run(shared_server.port, 1)
    page.goto(address(shared_server, f"/traces/{trace_id}"))
    expect(chosen(page)).to_contain_text("GET /orders")
    expect(panel(page)).to_contain_text("upstream said 503")
    page.get_by_role("tab", name="Logs 2").click()
    panel(page).get_by_text("This span 1").click()
    expect(panel(page).get_by_role("listitem")).to_have_count(1)
    panel(page).get_by_text("Whole trace 2").click()
    panel(page).get_by_role("button", name="go to its span").click()
    expect(chosen(page)).to_contain_text("chat gpt-4o")
    expect(page).to_have_url(re.compile("tab=logs"))


def test_the_tree_is_walked_folded_and_searched_by_keys(page: Page, shared_server: ServerProcess) -> None:
    """j, k, arrows, e and / work wherever the focus is; a text in a message finds its span, and what is folded opens for it."""
    trace_id = send_run(shared_server.port, 2, answer="The parcel is **aboard** the ship Aurora.")
    page.goto(address(shared_server, f"/traces/{trace_id}"))
    rows = page.get_by_role("treeitem")
    expect(rows).to_have_count(5)
    page.keyboard.press("j")
    expect(chosen(page)).to_contain_text("chat gpt-4o")
    page.keyboard.press("e")
    expect(chosen(page)).to_contain_text("GET /orders")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(rows).to_have_count(4)
    expect(chosen(page)).to_contain_text("lookup_order")
    page.get_by_role("button", name="Next error").click()
    expect(rows).to_have_count(5)
    page.keyboard.press("/")
    page.keyboard.type("ship Aurora")
    expect(page.get_by_text("1 found")).to_be_visible()
    page.keyboard.press("Enter")
    expect(chosen(page)).to_have_attribute("data-found", "true")
    expect(panel(page)).to_contain_text("The parcel is aboard the ship Aurora.")
    page.reload()
    expect(page.get_by_label("Find in this trace")).to_have_value("ship Aurora")
    expect(chosen(page)).to_contain_text("chat gpt-4o")


def test_a_call_says_how_it_streamed_and_what_it_cost(page: Page, shared_server: ServerProcess) -> None:
    """First and last token, the critical path, the tool's result beside its call; the costs of the steps add up."""
    trace_id = send_run(shared_server.port, 3)
    page.goto(address(shared_server, f"/traces/{trace_id}?span={span_id(CHAT)}"))
    expect(panel(page)).to_contain_text("first token at +500 ms · last token at +1.5 s · 11 chunks")
    expect(panel(page)).to_contain_text(re.compile("Critical path\\s*2 s\\s*50% of the trace"))
    result = panel(page).get_by_role("listitem").filter(has_text="calls lookup_order")
    expect(result).to_contain_text("it is on a ship")
    expect(panel(page).locator("img")).to_have_attribute("src", f"data:image/png;base64,{PIXEL}")
    page.get_by_role("toolbar").get_by_text("Cost", exact=True).click()
    steps = page.get_by_role("table", name="Cost by step")
    expect(steps.get_by_role("row")).to_have_count(3)
    costs = [float(text.strip("$")) for text in steps.get_by_role("cell").all_inner_texts() if text.startswith("$")]
    first, first_sum, second, second_sum = costs
    assert (first_sum, second_sum) == (first, pytest.approx(first + second))
    expect(steps.get_by_role("row").last).to_contain_text("2,200")


def test_nothing_in_a_trace_runs_or_fetches(page: Page, shared_server: ServerProcess) -> None:
    """Markup, scripts, links and images that users, models, tools and judges wrote are text on every tab and in every view."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    trace_id = send_run(shared_server.port, 4, question=HOSTILE, answer=HOSTILE)
    other_id = send_run(shared_server.port, 5, question=HOSTILE[::-1], answer=HOSTILE + "more")
    score = {"trace_id": trace_id, "name": HOSTILE[:60], "label": HOSTILE, "comment": HOSTILE, "author": HOSTILE[:60]}
    page.request.post(address(shared_server, "/api/v1/scores"), data={"scores": [score]})
    chat = f"/traces/{trace_id}?span={span_id(CHAT)}"
    seen = [chat, f"{chat}&text=plain", f"{chat}&text=json", f"/traces/compare?left={trace_id}&right={other_id}"]
    seen += [f"{chat}&tab={tab}" for tab in ("attributes", "events", "logs", "scores", "raw")]
    for path in seen:
        page.goto(address(shared_server, path))
        if "tab=" not in path:
            expect(page.get_by_text("evil.example").first).to_be_attached()
        page.wait_for_timeout(300)
        assert page.locator("main :is(script, iframe, object, embed, form[action], svg[onload])").count() == 0, path
        assert page.locator(":is([href], [src])").evaluate_all("all => all.filter(it => /evil|javascript:/.test(it.href || it.src)).length") == 0
        sources = page.locator("main img").evaluate_all("images => images.map(it => it.src)")
        assert all(source.startswith("data:image/png;base64,") for source in sources), path
        assert page.evaluate("window.wasHacked") is None, path
    own = (f"http://127.0.0.1:{shared_server.port}/", "data:image/png;base64,")
    assert [url for url in asked if not url.startswith(own)] == []


def test_a_reader_judges_a_span_and_sees_what_others_said(page: Page, server: ServerProcess) -> None:
    """An evaluation event is there; thumbs and a named number are given, kept, and shown in the head of the page."""
    trace_id = send_run(server.port, 6)
    page.goto(address(server, f"/traces/{trace_id}?span={span_id(CHAT)}&tab=scores"))
    expect(panel(page)).to_contain_text("It answers the question.")
    expect(page.get_by_role("button", name="Save score")).to_be_disabled()
    page.get_by_role("button", name="Bad").click()
    page.get_by_label("Comment").fill("It knows nothing of the ship.")
    page.get_by_label("Your name").fill("ada")
    page.get_by_role("button", name="Save score").click()
    expect(panel(page).get_by_role("listitem").filter(has_text="thumbs")).to_contain_text("ada")
    panel(page).get_by_text("Whole trace", exact=True).first.click()
    page.get_by_label("Name of the score").fill("tone")
    page.get_by_label("Number").fill("0.5")
    page.get_by_role("button", name="Save score").click()
    expect(panel(page).get_by_role("listitem")).to_have_count(3)
    page.reload()
    expect(page.get_by_role("button", name="Scores: ")).to_contain_text("thumbs down")
    given = page.request.get(address(server, f"/api/v1/scores?trace_id={trace_id}")).json()["scores"]
    assert {(one["name"], one["value"], one["source"], one["span_id"]) for one in given} == {
        ("thumbs", 0, "annotation", span_id(CHAT)), ("tone", 0.5, "annotation", ""), ("relevance", 0.85, "evaluation", span_id(CHAT)),
    }  # fmt: skip


def test_json_is_exact_on_the_page_and_in_the_file(page: Page, shared_server: ServerProcess, tmp_path: Path) -> None:
    """A number beyond what browsers count exactly is there to its last digit; the whole trace can be kept as a file."""
    trace_id = send_run(shared_server.port, 7)
    page.goto(address(shared_server, f"/traces/{trace_id}?span={span_id(1)}&tab=raw"))
    expect(panel(page)).to_contain_text(f'"app.big": {BIG}')
    for name, has in (("Span", f'"app.big":{BIG}'), ("Whole trace", '"is_truncated":false')):
        with page.expect_download() as started:
            panel(page).get_by_role("button", name=name, exact=True).click()
        kept = tmp_path / started.value.suggested_filename
        started.value.save_as(kept)
        text = kept.read_text("utf-8")
        assert has in text
        json.loads(text)


def test_an_attribute_leads_to_traces_that_share_it(page: Page, shared_server: ServerProcess) -> None:
    """The filter beside a value asks for that very value."""
    trace_id = send_run(shared_server.port, 8)
    page.goto(address(shared_server, f"/traces/{trace_id}?span={span_id(LOOKUP)}&tab=attributes"))
    page.get_by_label("Filter traces by this tool", exact=True).click()
    expect(page).to_have_url(re.compile("filter=tool_name%3Alookup_order"))
    expect(page.locator("a[data-trace]").first).to_be_visible()


def test_two_traces_stand_side_by_side(page: Page, shared_server: ServerProcess) -> None:
    """From one trace to its comparison with another: figures with their difference, the same steps in one row, texts word by word."""
    left = send_run(shared_server.port, 9, answer="It comes today.")
    right = send_run(shared_server.port, 10, answer="It comes tomorrow.", model="gpt-4o-mini")
    page.goto(address(shared_server, f"/traces/{left}"))
    page.locator("main").get_by_role("link", name="Compare").click()
    page.get_by_role("combobox", name="Right").fill(address(shared_server, f"/traces/{right}?span={span_id(REQUEST)}"))
    expect(page).to_have_url(re.compile(f"left={left}&right={right}"))
    cost = page.get_by_role("table").get_by_role("row").filter(has_text="Cost")
    expect(cost).to_contain_text(re.compile(r"\$0\.00\d+ \(.\d+%\)"))
    pairs = page.get_by_role("list", name="Steps of both traces").get_by_role("listitem")
    expect(pairs).to_have_count(5)
    expect(pairs.nth(3)).to_contain_text(re.compile("chat gpt-4o.*chat gpt-4o-mini"))
    texts = page.get_by_role("region", name="Texts of the step")
    expect(texts.locator("del").last).to_have_text("today")
    expect(texts.locator("ins").last).to_have_text("tomorrow")
    pairs.nth(3).click()
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile("step=2"))
    expect(texts).to_contain_text("carries no texts")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_is_accessible_and_fits(browser: Browser, shared_server: ServerProcess, width: int, scheme: Any) -> None:
    """axe finds nothing serious on any tab, in any view and beside another trace; nothing scrolls sideways."""
    trace_id = send_run(shared_server.port, 11, answer="# Head\n\n- `code` and [link](https://x.example)\n\n```\nx\n```")
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    chat = f"/traces/{trace_id}?span={span_id(CHAT)}"
    paths = [chat, f"{chat}&find=order&text=json", f"/traces/{trace_id}?view=steps", f"/traces/compare?left={trace_id}&right={trace_id}"]
    paths += [f"{chat}&tab={tab}" for tab in ("attributes", "events", "logs", "scores", "raw")]
    for path in paths:
        page.goto(address(shared_server, path))
        expect(page.get_by_role("list", name="Steps of both traces") if "compare" in path else panel(page)).to_be_visible()
        page.wait_for_timeout(600)
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run().then((report) => report.violations)")
        serious = [(it["id"], it["nodes"][0]["html"]) for it in found if it["impact"] in ("serious", "critical")]
        assert serious == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
