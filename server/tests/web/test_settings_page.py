"""The settings in a real browser, over a real server."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from doubles.server_process import ServerProcess
from web.accessibility import serious_findings
from web.built_server import started_server
from web.conversations import send_conversation
from web.telemetry_sent import send_logs, send_metrics

pytestmark = pytest.mark.browser


def opened(page: Page, server: ServerProcess, section: str, query: str = "") -> None:
    """Open a section."""
    page.goto(f"http://127.0.0.1:{server.port}/settings/{section}{query}")


def test_a_project_is_made_and_renamed(page: Page, server: ServerProcess) -> None:
    """A wrong id is refused before it is sent, one that is taken by the server in its words; a new name stands in the list."""
    opened(page, server, "projects")
    expect(page.get_by_role("row", name=re.compile("default"))).to_contain_text("shown now")
    page.get_by_role("button", name="New project").click()
    page.get_by_role("textbox", name="Id").fill("No Id")
    expect(page.get_by_text("beginning with a letter or digit")).to_be_visible()
    page.get_by_role("textbox", name="Id").fill("default")
    page.get_by_role("button", name="Make the project").click()
    expect(page.get_by_role("alert")).to_contain_text("exists already")
    page.get_by_role("textbox", name="Id").fill("shop")
    page.get_by_role("button", name="Make the project").click()
    page.get_by_role("button", name="Rename shop").click()
    page.get_by_role("textbox", name="Name").fill("Shop of things")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("row", name=re.compile("Shop of things"))).to_contain_text("shop")


def test_a_key_is_shown_once_and_revoked_after_a_question(page: Page, server: ServerProcess) -> None:
    """The token is there to copy when it is made and never again; revoking asks first."""
    opened(page, server, "keys")
    expect(page.get_by_text("There is no key yet")).to_be_visible()
    page.get_by_role("button", name="New key").click()
    page.get_by_role("textbox", name="Name").fill("support bot")
    page.get_by_role("button", name="Make the key").click()
    token = page.get_by_label("API key", exact=True).input_value()
    assert token.startswith("wg_") and len(token) > 40
    send_conversation(server.port, "Where is my order?", **{"x-api-key": token})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the key").click()
    assert page.evaluate("navigator.clipboard.readText()") == token
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_role("row", name=re.compile("support bot"))).to_contain_text("ingest")
    assert token not in page.content()
    page.get_by_role("button", name="Revoke support bot").click()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Revoke support bot").click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_role("row", name=re.compile("support bot"))).to_contain_text("revoked")


def test_an_unpriced_model_is_given_a_price(page: Page, server: ServerProcess) -> None:
    """From the list of models without a price to the form with its name in it, to the list of prices; deleting asks first."""
    opened(page, server, "prices", "?model=acme-1&provider=acme")
    expect(page.get_by_role("textbox", name="Model")).to_have_value("acme-1")
    expect(page.get_by_label("Provider")).to_have_value("acme")
    page.get_by_label("Input, USD per million tokens").fill("0.25")
    page.get_by_label("Output, USD per million tokens").fill("1.5")
    page.get_by_role("button", name="Set the price").click()
    row = page.get_by_role("row", name=re.compile("acme-1"))
    for text in ("acme", "all projects", "$0.25", "$1.50", "as input", "always"):
        expect(row).to_contain_text(text)
    expect(page).not_to_have_url(re.compile("model="))
    page.get_by_role("button", name="Delete the price of acme-1").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Nothing is set here")).to_be_visible()


def test_retention_and_health_say_what_the_server_has(page: Page, tmp_path: Path) -> None:
    """Days are the settings'; rows that arrive are counted while the page is looked at."""
    with started_server(tmp_path, retention_logs_days=7) as server:
        opened(page, server, "retention")
        row = page.get_by_role("row", name=re.compile("WATCHGLASS_RETENTION_LOGS_DAYS"))
        expect(row).to_contain_text("7 days")
        opened(page, server, "health")
        expect(page.get_by_text("Ready", exact=True)).to_be_visible()
        send_logs(server.port, [{"body": "one"}, {"body": "two"}])
        expect(page.get_by_role("row", name=re.compile("^Logs"))).to_contain_text("2")
        expect(page.get_by_role("row", name=re.compile("^logs 2"))).to_be_visible()
        expect(page.get_by_text("None since it started")).to_be_visible()


def test_outlets_say_how_far_they_are(page: Page, tmp_path: Path) -> None:
    """One delivers, one has nobody to deliver to and says why; no secret is shown, and axe finds nothing serious."""
    with started_server(tmp_path / "target") as target:
        file = tmp_path / "outlets.yml"
        file.write_text(
            "outlets:\n"
            f"  - {{name: other, kind: otlp, url: 'http://127.0.0.1:{target.port}', signals: [logs]}}\n"
            "  - {name: away, kind: remote_write, url: 'http://127.0.0.1:9/write'}\n"
        )
        with started_server(tmp_path / "source", outlets_file=file) as source:
            send_logs(source.port, [{"body": "one"}, {"body": "two"}])
            send_metrics(source.port, f"{1:032x}")
            opened(page, source, "outlets")
            logs = page.get_by_role("region", name="Outlet other").get_by_role("row", name=re.compile("^Logs"))
            expect(logs).to_contain_text(re.compile("Up to date\\s*none\\s*2"), timeout=20_000)
            metrics = page.get_by_role("region", name="Outlet away").get_by_role("row", name=re.compile("^Metrics"))
            expect(metrics).to_contain_text("Failing", timeout=20_000)
            expect(metrics).to_contain_text(re.compile("refused|connect", re.IGNORECASE))
            for scheme, width in ((scheme, width) for scheme in ("light", "dark") for width in (1280, 390)):
                page.set_viewport_size({"width": width, "height": 844})
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                assert serious_findings(page) == [], (scheme, width)


def test_a_key_without_the_scope_is_told_which_one_it_takes(page: Page, tmp_path: Path) -> None:
    """What takes the scope admin says so to a reader; the rest is shown."""
    command = [sys.executable, "-m", "watchglass.cli", "keys", "create", "app", "--project", "default", "--scope", "read"]
    environment = {**os.environ, "WATCHGLASS_DATA_DIR": str(tmp_path / "data")}
    key = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout.strip()
    with started_server(tmp_path, require_keys=True) as server:
        opened(page, server, "keys")
        page.get_by_label("API key with the read scope").fill(key)
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_text("This part takes a key with the scope admin")).to_be_visible()
        for name, text in (("Health", "scope admin"), ("Retention", "90 days"), ("Projects", "default")):
            page.get_by_role("navigation", name="Settings").get_by_role("link", name=name).click()
            expect(page.locator("main")).to_contain_text(text)
        page.get_by_role("button", name="Rename").first.click()
        page.get_by_role("textbox", name="Name").fill("Other")
        page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        expect(page.get_by_role("alert")).to_contain_text("scope admin")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_sections_pass_the_accessibility_checks(page: Page, server: ServerProcess, scheme: Any, width: int) -> None:
    """axe finds nothing serious in any section, in either colour scheme, on a desk and on a phone."""
    for body in ({"name": "a", "scopes": ["ingest"], "project_id": "default"}, {"name": "b", "scopes": ["admin"]}):
        page.request.post(f"http://127.0.0.1:{server.port}/api/v1/keys", data=body)
    price = {"model": "m", "input_usd_per_mtok": 1, "output_usd_per_mtok": 2}
    page.request.post(f"http://127.0.0.1:{server.port}/api/v1/prices", data=price)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    ready = {"projects": "td", "keys": "td", "prices": "td", "retention": "td", "outlets": "pre", "health": "td", "appearance": "legend"}
    for section, element in ready.items():
        opened(page, server, section)
        page.locator(f"main {element}").first.wait_for()
        assert serious_findings(page) == [], section
    opened(page, server, "prices", "?model=m")
    page.get_by_role("textbox", name="Model").wait_for()
    assert serious_findings(page) == []
