"""The metrics explorer in a real browser, over a real server that real OTLP was sent to."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, quote, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from doubles.server_process import ServerProcess
from web.accessibility import serious_findings
from web.conversations import send_conversation
from web.telemetry_sent import send_metrics

pytestmark = pytest.mark.browser


def opened(page: Page, server: ServerProcess, *queries: dict[str, Any]) -> None:
    """Open the explorer with questions."""
    asked = f"&queries={quote(json.dumps(queries))}" if queries else ""
    page.goto(f"http://127.0.0.1:{server.port}/explore?start=-15m{asked}")


def queries(page: Page) -> list[dict[str, Any]]:
    """The questions in the address."""
    found: list[dict[str, Any]] = json.loads(parse_qs(urlparse(page.url).query).get("queries", ["[]"])[0])
    return found


def panel(page: Page, name: str) -> Locator:
    """The panel of a metric."""
    return page.get_by_role("region", name=name, exact=True)


def test_metrics_are_found_chosen_and_kept_in_the_address(page: Page, server: ServerProcess) -> None:
    """The list narrows as it is typed in; several stand below one another; the address has them; a counter is a rate."""
    send_metrics(server.port, "ab" * 16)
    opened(page, server)
    menu = page.get_by_role("region", name="Metrics to choose from")
    expect(menu.get_by_role("button")).to_have_count(3)
    page.keyboard.press("/")
    page.keyboard.type("answer dur")
    expect(menu.get_by_role("button")).to_have_count(1)
    menu.get_by_role("button", name="app.answer.duration").click()
    menu.get_by_label("Search metrics").fill("")
    menu.get_by_role("button", name="app.answers").click()
    expect(panel(page, "app.answer.duration")).to_contain_text("quantiles of the observations")
    expect(panel(page, "app.answers")).to_contain_text("increase a second")
    expect(page.get_by_role("group", name=re.compile(r"rate: .*Latest: rate [0-9.]+ answer.s"))).to_be_visible()
    assert [it["name"] for it in queries(page)] == ["app.answer.duration", "app.answers"]
    page.reload()
    expect(panel(page, "app.answers")).to_be_visible()
    panel(page, "app.answers").get_by_role("button", name="Remove app.answers").click()
    expect(panel(page, "app.answers")).to_have_count(0)
    assert [it["name"] for it in queries(page)] == ["app.answer.duration"]


def test_a_histogram_is_grouped_and_drawn_as_a_heat_map(page: Page, server: ServerProcess) -> None:
    """Lines are told apart by an attribute that the metric has; the heat map shows the histogram's own buckets."""
    send_metrics(server.port, "ab" * 16)
    opened(page, server, {"name": "app.answer.duration"})
    shown = panel(page, "app.answer.duration")
    shown.get_by_label("Group by").click()
    page.get_by_role("option", name="attributes.model").click()
    expect(shown).to_contain_text("by attributes.model")
    for name in ("p95 · small", "p95 · large"):
        expect(shown.get_by_role("button", name=name)).to_be_visible()
    shown.get_by_label("Aggregation").click()
    page.get_by_role("option", name="heat map").click()
    expect(shown.get_by_role("group", name=re.compile("heat map"))).to_be_visible()
    chart = shown.get_by_role("group", name=re.compile("heat map"))
    chart.focus()
    page.keyboard.press("Home")
    expect(chart.get_by_text(re.compile("≤ 1 s: 8"))).to_be_attached()
    assert queries(page)[0]["aggregation"] == "heat map"


def test_exemplars_lead_to_their_trace(page: Page, server: ServerProcess) -> None:
    """The largest observations say which trace they came from, and the link opens it."""
    trace_id = send_conversation(server.port, "Where is my order?")
    send_metrics(server.port, trace_id)
    opened(page, server, {"name": "app.answer.duration"})
    link = panel(page, "app.answer.duration").get_by_role("link", name="2.5 s").first
    link.click()
    expect(page).to_have_url(re.compile(f"/traces/{trace_id}"))


def test_a_question_is_kept_on_a_new_dashboard(page: Page, server: ServerProcess) -> None:
    """The panel has the metric, its grouping and its filter."""
    send_metrics(server.port, "ab" * 16)
    opened(page, server, {"name": "app.answers", "filter": "service:support-bot", "by": ["environment"]})
    page.get_by_role("button", name="Add app.answers to a dashboard").click()
    page.get_by_role("menuitem", name="A new one").click()
    expect(page.get_by_text("Added to app.answers")).to_be_visible()
    base = f"http://127.0.0.1:{server.port}/api/v1/dashboards"
    [made] = [it for it in page.request.get(base).json()["dashboards"] if not it["is_delivered"]]
    [kept] = page.request.get(f"{base}/{made['id']}").json()["document"]["panels"]
    assert (kept["query"]["name"], kept["query"]["filter"], kept["query"]["group_by"]) == (
        "app.answers", "service:support-bot", ["environment"],
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_page_passes_the_accessibility_checks(page: Page, server: ServerProcess, scheme: Any, width: int) -> None:
    """axe finds nothing serious, in either colour scheme, on a desk and on a phone."""
    send_metrics(server.port, "ab" * 16)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened(page, server, {"name": "app.answer.duration", "by": ["attributes.model"]}, {"name": "app.queue"})
    expect(panel(page, "app.queue").get_by_role("group", name=re.compile("Latest: avg 3"))).to_be_visible()
    assert serious_findings(page) == []
