"""The page of logs in a real browser, over a real server that real OTLP was sent to."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from doubles.server_process import ServerProcess
from web.accessibility import serious_findings
from web.conversations import HOSTILE, send_conversation
from web.telemetry_sent import send_logs

pytestmark = pytest.mark.browser


def lines(page: Page) -> Locator:
    """The records of the list."""
    return page.locator("[data-log]")


def opened(page: Page, server: ServerProcess, query: str = "") -> None:
    """Open the page."""
    page.goto(f"http://127.0.0.1:{server.port}/logs{query}")


def test_logs_fill_live_and_say_how_to_send_them_before(page: Page, server: ServerProcess) -> None:
    """Without logs the lines to send them name this server; what arrives takes their place without a reload."""
    opened(page, server)
    expect(page.get_by_text(f"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{server.port}")).to_be_visible()
    send_logs(server.port, [{"body": "first order placed"}])
    expect(lines(page)).to_have_count(1)
    send_logs(server.port, [{"body": "second order placed"}])
    expect(lines(page).first).to_contain_text("second order placed")
    expect(lines(page)).to_have_count(2)


def test_levels_are_counted_and_chosen(page: Page, server: ServerProcess) -> None:
    """Each level says how many records it has; choosing some shows those alone, in the list and in the address."""
    records = [{"level": level, "body": f"{level} {number}"} for level, count in (("info", 5), ("error", 2)) for number in range(count)]
    send_logs(server.port, records)
    opened(page, server, "?start=-1h")
    expect(page.get_by_role("button", name="error 2")).to_be_visible()
    expect(page.get_by_role("button", name="info 5")).to_be_visible()
    expect(page.get_by_role("button", name="warn")).to_have_count(0)
    page.get_by_role("button", name="error 2").click()
    expect(lines(page)).to_have_count(2)
    expect(page).to_have_url(re.compile("level=error"))
    page.reload()
    expect(lines(page)).to_have_count(2)
    expect(page.get_by_role("button", name="info 5")).to_be_visible()
    page.get_by_role("button", name="All levels").click()
    expect(lines(page)).to_have_count(7)


def test_a_record_opens_with_all_attributes_and_leads_to_its_span(page: Page, server: ServerProcess) -> None:
    """The record says everything; an attribute narrows the list; the link leads to the span, and the copied one back to the record."""
    trace_id = send_conversation(server.port, "Where is my order?")
    span_id = bytes.fromhex(f"{int(trace_id, 16) * 100 + 1:016x}")
    send_logs(
        server.port,
        [
            {"body": "carrier was slow", "level": "warn", "trace_id": bytes.fromhex(trace_id), "span_id": span_id,
             "attributes": {"carrier": "north", "attempts": 3}},
            {"body": "carrier was fine", "attributes": {"carrier": "south"}},
        ],
    )  # fmt: skip
    opened(page, server, "?start=-1h")
    line = lines(page).filter(has_text="carrier was slow")
    line.click()
    record = page.get_by_role("listitem").filter(has=line)
    for text in ("carrier", "north", "attempts", "support-bot", "WARN (13)", trace_id, "deployment.environment.name"):
        expect(record).to_contain_text(text)
    expect(page).to_have_url(re.compile("log="))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    record.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    record.get_by_role("button", name="Show only attributes.carrier:north").click()
    expect(lines(page)).to_have_count(1)
    page.goto(link)
    expect(lines(page).first).to_have_attribute("aria-expanded", "true")
    expect(lines(page).first).to_contain_text("carrier was slow")
    page.get_by_role("link", name="Open its span").click()
    expect(page).to_have_url(re.compile(f"/traces/{trace_id}.*span={span_id.hex()}"))


def test_older_logs_come_by_scrolling_and_the_keyboard_walks(page: Page, server: ServerProcess) -> None:
    """Pages follow one another without a gap; j moves, Enter opens and closes."""
    for batch in range(3):
        send_logs(server.port, [{"body": f"record {batch * 100 + number}"} for number in range(100)])
    opened(page, server, "?start=-1h&refresh=off")
    expect(lines(page).first).to_be_visible()
    page.keyboard.press("j")
    expect(lines(page).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(lines(page).first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("End")
        page.wait_for_timeout(600)
    expect(page.get_by_text("No older logs in this range")).to_be_visible()
    expect(page.get_by_text("record 99", exact=True)).to_be_visible()
    assert lines(page).count() < 120


def test_filter_is_marked_where_it_is_wrong_and_finds_words(page: Page, server: ServerProcess) -> None:
    """The filter language holds here too: words of the body, fields of logs, and an error at its place."""
    send_logs(server.port, [{"body": "order 88213 was refunded"}, {"body": "order 5 was sent"}])
    opened(page, server, "?start=-1h&filter=model%3Agpt-4o")
    expect(page.get_by_role("alert").first).to_contain_text("unknown field 'model'")
    opened(page, server, "?start=-1h&filter=refunded")
    expect(lines(page)).to_have_count(1)
    expect(lines(page).first).to_contain_text("88213")


def test_what_applications_wrote_stays_text(page: Page, server: ServerProcess) -> None:
    """Markup in a body or an attribute is read as it was written."""
    send_logs(server.port, [{"body": HOSTILE, "attributes": {"note": HOSTILE}}])
    opened(page, server, "?start=-1h")
    lines(page).first.click()
    expect(page.locator("dd").filter(has_text="evil.example").first).to_be_visible()
    assert page.locator("main img, main script, main iframe").count() == 0
    assert page.locator('a[href*="evil"]').count() == 0
    assert page.evaluate("window.wasHacked") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_page_passes_the_accessibility_checks(page: Page, server: ServerProcess, scheme: Any, width: int) -> None:
    """axe finds nothing serious, in either colour scheme, on a desk and on a phone, with a record open."""
    send_logs(server.port, [{"level": level, "body": f"{level} happened", "attributes": {"a": 1}} for level in ("info", "warn", "error", "debug")])
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened(page, server, "?start=-1h")
    lines(page).first.click()
    expect(page.locator("dt").first).to_be_visible()
    assert serious_findings(page) == []
