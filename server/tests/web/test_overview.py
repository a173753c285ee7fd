"""The overview in a real browser, over a real server that real OTLP was sent to."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from doubles.server_process import ServerProcess
from web.measured_calls import send_answers

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def address(server: ServerProcess, path: str = "/") -> str:
    """Where a path of the server is."""
    return f"http://127.0.0.1:{server.port}{path}"


def figure(page: Page, label: str) -> Any:
    """A number of the strip on top, with its change."""
    return page.get_by_label("Figures of the range").locator("div").filter(has=page.get_by_text(label, exact=True))


def chart(page: Page, title: str) -> Any:
    """A chart that is drawn."""
    found = page.locator(f'[aria-roledescription="chart"][aria-label^="{title}:"]')
    found.locator("canvas").first.wait_for()
    return found


def asked(page: Page) -> dict[str, str]:
    """What the address asks for."""
    return {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}


def test_numbers_appear_by_themselves_and_are_told_apart(page: Page, server: ServerProcess) -> None:
    """An empty server says how to connect; what is stored then appears without a touch, told by the stream."""
    with page.expect_response(lambda response: "/api/v1/live" in response.url) as stream:
        page.goto(address(server))
    assert stream.value.status == 200
    expect(page.get_by_text(f"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{server.port}")).to_be_visible()
    send_answers(server.port, 6, minutes_ago=5)
    send_answers(server.port, 2, minutes_ago=5, model="gpt-4o-mini", failed=True)
    expect(figure(page, "Model calls")).to_contain_text("8", timeout=15_000)
    expect(figure(page, "Errors")).to_contain_text("25%")
    expect(figure(page, "Tokens")).to_contain_text("8.8k")
    expect(figure(page, "Latency p50")).to_contain_text(re.compile(r"1(\.0\d)? s"))
    expect(figure(page, "Cost")).to_contain_text(re.compile(r"\$0\.0\d+"))
    models = page.get_by_role("region", name="Calls by model")
    expect(models.get_by_role("row").nth(1)).to_contain_text(re.compile("gpt-4o.*6.*0%"))
    errors = page.get_by_role("region", name="Errors by type")
    expect(errors.get_by_role("row").nth(1)).to_contain_text(re.compile("RateLimitError.*2"))
    errors.get_by_role("link", name="RateLimitError").click()
    expect(page.locator("a[data-trace]")).to_have_count(2)
    assert asked(page)["filter"] == "status:error error_type:RateLimitError"


def test_a_spike_leads_to_the_slow_tool_call_of_one_trace(page: Page, server: ServerProcess) -> None:
    """Tools answered in 0.3 s and now one takes 8 s: the list of what changed leads to it click by click, a chart to the traces of that moment."""
    send_answers(server.port, 30, minutes_ago=90)
    send_answers(server.port, 30, minutes_ago=20)
    slow = send_answers(server.port, 25, minutes_ago=20, tool="check_stock", tool_s=8)
    send_answers(server.port, 25, minutes_ago=90, tool="check_stock", tool_s=0.3)
    page.goto(address(server, "/?start=-1h"))
    changed = page.get_by_role("region", name="What changed")
    row = changed.get_by_role("row").filter(has_text="tool check_stock")
    expect(row).to_contain_text("300 ms")
    expect(row).to_contain_text("8 s")
    row.get_by_role("link").click()
    expect(page.locator("a[data-trace]").first).to_be_visible()
    assert {"start": "-1h", "filter": "tool_name:check_stock"}.items() <= asked(page).items()
    page.locator("a[data-trace]").first.click()
    expect(page.get_by_role("treeitem").filter(has_text="check_stock")).to_contain_text("8 s")
    assert urlparse(page.url).path.removeprefix("/traces/") in slow
    page.goto(address(server, "/?start=-1h"))
    tools = chart(page, "Tools")
    tools.focus()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
        if "check_stock 8" in tools.inner_text():
            break
    page.keyboard.press("Enter")
    page.locator("a[data-trace]").first.wait_for()
    question = asked(page)
    assert "tool_name:" in question["filter"]
    assert question["end"] > question["start"] > "2"


def test_a_click_and_a_drag_on_a_chart_choose_a_stretch_of_time(page: Page, server: ServerProcess) -> None:
    """Dragging zooms all charts, Back undoes it; a click leads to the traces of that moment; names stay names."""
    send_answers(server.port, 4, minutes_ago=30, service='a" OR b')
    page.goto(address(server, "/?start=-1h&by=service&tz=utc"))
    calls = chart(page, "Model calls")
    box = calls.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 60, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile("end="))
    zoomed = asked(page)
    assert (zoomed["by"], zoomed["tz"]) == ("service", "utc")
    expect(page.get_by_role("button", name=re.compile(r"Time range: \w+ \d+ [\d:]+ . [\d:]+$"))).to_be_visible()
    page.go_back()
    expect(page).not_to_have_url(re.compile("end="))
    latency = chart(page, "Latency")
    latency.focus()
    page.keyboard.press("End")
    for _ in range(60):
        if 'a" OR b 1' in latency.inner_text():
            break
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator("a[data-trace]")).to_have_count(4)
    assert re.fullmatch(r'is_model_call:true service_name:"a\\" OR b" duration>\d+ms', asked(page)["filter"])


def test_charts_are_told_apart_by_one_legend(page: Page, shared_server: ServerProcess) -> None:
    """A series of each model; a click on its name takes it out of every chart and puts it back."""
    send_answers(shared_server.port, 2, minutes_ago=3, model="gpt-4o")
    send_answers(shared_server.port, 1, minutes_ago=3, model="gpt-4o-mini")
    page.goto(address(shared_server, "/"))
    page.get_by_label("Told apart by").get_by_text("Model", exact=True).click()
    expect(page).to_have_url(re.compile("by=model"))
    mini = page.get_by_role("list", name="Series, by model").get_by_role("button", name="gpt-4o-mini")
    mini.click()
    expect(mini).to_have_attribute("aria-pressed", "false")
    mini.click()
    expect(mini).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_passes_the_accessibility_checks(page: Page, shared_server: ServerProcess, scheme: Any, width: int) -> None:
    """axe finds nothing serious, in either colour scheme, on a desk and on a phone; nothing is wider than the screen."""
    send_answers(shared_server.port, 3, minutes_ago=3, failed=True)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(address(shared_server, "/?by=model"))
    chart(page, "Latency")
    page.get_by_role("region", name="Errors by type").get_by_role("link").first.wait_for()
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run().then((report) => report.violations)")
    serious = [(it["id"], it["nodes"][0]["html"]) for it in found if it["impact"] in ("serious", "critical")]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
