"""Rules, what they fire, silences and incidents in a real browser, over a real server that evaluates."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from doubles.server_process import ServerProcess
from web.accessibility import serious_findings
from web.built_server import started_server
from web.measured_calls import send_answers

pytestmark = pytest.mark.browser

FIRED_WITHIN_MS = 45_000
"""A rule is evaluated every ten seconds, and the page asks every ten seconds."""

RULE = {
    "name": "calls-take-long", "project": "default", "brief": "A model takes over half a second to answer.",
    "query": {"source": "usage", "measures": ["duration_p95_ns"], "group_by": ["model"], "filter": "is_model_call:true"},
    "when": {"kind": "threshold", "above": 5e8}, "window_s": 600, "every_s": 10, "delay_s": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server whose model answers in a second, which the rule RULE is about."""
    with started_server(tmp_path_factory.mktemp("alerts")) as server:
        for minutes_ago in (30, 1):
            send_answers(server.port, 8, minutes_ago=minutes_ago)
        yield server


def opened(page: Page, server: ServerProcess, path: str) -> None:
    """Open a page; the rule RULE is there."""
    known = page.request.get(f"http://127.0.0.1:{server.port}/api/v1/rules").json()["rules"]
    if all(entry["rule"]["name"] != RULE["name"] for entry in known):
        made = page.request.post(f"http://127.0.0.1:{server.port}/api/v1/rules", data=RULE)
        assert made.ok, made.text()
    page.goto(f"http://127.0.0.1:{server.port}{path}")


def open_incident(page: Page, server: ServerProcess) -> None:
    """Wait until the rule fired, and open its incident."""
    opened(page, server, "/incidents")
    page.get_by_role("link", name=RULE["brief"]).click(timeout=FIRED_WITHIN_MS)
    page.get_by_role("region", name="Timeline").wait_for()


def test_a_rule_is_tried_over_the_past_made_and_fires(page: Page, watched: ServerProcess) -> None:
    """A bound is typed in seconds; the try-out says what it would have done; once made it fires by itself."""
    opened(page, watched, "/alerts?tab=rules")
    page.get_by_role("link", name="New rule").click()
    make = page.get_by_role("button", name="Make the rule")
    expect(make).to_be_disabled()
    page.get_by_role("textbox", name="Name", exact=True).fill("Slow Answers")
    expect(page.get_by_text("beginning with a letter")).to_be_visible()
    page.get_by_role("textbox", name="Name", exact=True).fill("slow-answers")
    page.get_by_label("Kind").select_option("threshold")
    page.get_by_role("textbox", name="Over", exact=True).fill("0.8")
    expect(page.get_by_text("over 5 minutes: over 0.8 s")).to_be_visible()
    for name, length in (("Each value is read over", "10m"), ("Looked at every", "10s"), ("Waits for late data", "0s")):
        page.get_by_label(name).fill(length)
        page.get_by_label(name).blur()
    page.get_by_label("How much of the past").select_option("-6h")
    page.get_by_role("button", name="Try it over").click()
    expect(page.get_by_role("status")).to_contain_text("would have fired")
    page.locator('[aria-roledescription="chart"] canvas').first.wait_for()
    make.click()
    expect(page).to_have_url(re.compile("/alerts/rules/rule_"))
    expect(page.get_by_text("Firing", exact=True)).to_be_visible(timeout=FIRED_WITHIN_MS)
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("textbox", name="Over", exact=True)).to_have_value("0.8 s")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Delete the rule").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("link", name="model-calls-fail")).to_be_visible()
    expect(page.get_by_role("link", name="slow-answers")).to_have_count(0)


def test_an_incident_is_taken_talked_about_and_written_up(page: Page, watched: ServerProcess) -> None:
    """The overview leads to it; comments are text, whatever they look like; the post-mortem is exported with the timeline."""
    open_incident(page, watched)
    page.goto(f"http://127.0.0.1:{watched.port}/")
    page.get_by_role("region", name="Recent incidents").get_by_role("link", name=RULE["brief"]).click()
    timeline = page.get_by_role("region", name="Timeline")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("button", name="Give back")).to_be_visible()
    expect(timeline).to_contain_text("Acknowledged")
    timeline.get_by_label("Comment").fill("<b>The provider</b> is slow")
    timeline.get_by_role("button", name="Add").click()
    expect(timeline.get_by_text("<b>The provider</b> is slow")).to_be_visible()
    page.get_by_role("button", name="Write it").click()
    page.get_by_label("Post-mortem, Markdown").fill("## What happened\n\nA rollout of theirs.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A rollout of theirs.")).to_be_visible()
    expect(page.get_by_text("##")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Markdown").click()
    exported = Path(download.value.path()).read_text("utf-8")
    assert "A rollout of theirs." in exported
    assert "The provider" in exported


def test_an_alert_is_silenced_and_told_again(page: Page, watched: ServerProcess) -> None:
    """The silence begins with the labels of what fires, and takes a reason; it ends after a question."""
    opened(page, watched, "/alerts")
    page.get_by_role("button", name=f"Silence {RULE['name']} for gpt-4o").click(timeout=FIRED_WITHIN_MS)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Value of label 1")).to_have_value(str(RULE["name"]))
    expect(dialog.get_by_label("Value of label 2")).to_have_value("gpt-4o")
    dialog.get_by_label("Why").fill("The provider repairs it")
    dialog.get_by_role("button", name="Silence").click()
    expect(dialog).to_have_count(0)
    page.get_by_text("Silences", exact=True).click()
    row = page.get_by_role("row", name=re.compile("The provider repairs it"))
    expect(row).to_contain_text("Silences now")
    row.get_by_role("button", name=re.compile("End the silence")).click()
    page.get_by_role("button", name="End it").click()
    expect(row).to_contain_text("Over")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_pass_the_accessibility_checks(page: Page, watched: ServerProcess, scheme: Any, width: int) -> None:
    """axe finds nothing serious in any of the pages, in either colour scheme, on a desk and on a phone."""
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_incident(page, watched)
    page.locator("main h2").first.wait_for()
    assert serious_findings(page) == []
    page.get_by_role("link", name=str(RULE["name"])).click()
    page.get_by_role("button", name="Edit").wait_for()
    assert serious_findings(page) == []
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Try it over").click()
    page.get_by_role("status").wait_for()
    assert serious_findings(page) == []
    for path in ("/alerts", "/alerts?tab=rules", "/incidents"):
        opened(page, watched, path)
        page.locator("main [data-row]").first.wait_for()
        assert serious_findings(page) == [], path
    opened(page, watched, "/")
    page.get_by_role("region", name="Recent incidents").wait_for()
    assert serious_findings(page) == []
    opened(page, watched, "/alerts?tab=silences")
    page.get_by_role("button", name="New silence").click()
    page.get_by_role("dialog").get_by_label("Why").wait_for()
    assert serious_findings(page) == []
