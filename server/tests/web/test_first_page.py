"""The first page in a real browser, over a real server that real OTLP was sent to."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from doubles.server_process import ServerProcess
from web.built_server import started_server
from web.conversations import HOSTILE, send_conversation, send_wide_trace

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def address(server: ServerProcess, path: str = "/") -> str:
    """Where a path of the server is."""
    return f"http://127.0.0.1:{server.port}{path}"


def rows(page: Page) -> Any:
    """The links of the list, one a trace."""
    return page.locator("a[data-trace]")


def test_a_new_user_sees_how_to_connect_and_then_the_first_trace_without_touching_anything(
    page: Page, server: ServerProcess
) -> None:
    """The empty page names this server's own address; a trace that arrives takes its place, with tokens and cost."""
    page.set_viewport_size({"width": 1440, "height": 800})
    page.goto(address(server, "/traces"))
    expect(page.get_by_text(f"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{server.port}")).to_be_visible()
    expect(page.get_by_text("watchglass demo")).to_be_visible()
    send_conversation(server.port, "Where is my order?")
    row = page.get_by_role("row").filter(has_text="Where is my order?")
    expect(row).to_be_visible(timeout=15_000)
    for text in ("support-bot · 3 spans", "→ It arrives tomorrow.", "gpt-4o", "1,234 in", "56 out", "3 s", "ok"):
        expect(row).to_contain_text(text)
    expect(row).to_contain_text(re.compile(r"\$0\.00\d+"))


def test_a_click_leads_to_the_tree_and_to_the_messages_of_the_model_call(page: Page, shared_server: ServerProcess) -> None:
    """The model call is chosen at once; choosing the tool shows its arguments; the address keeps the choice."""
    send_conversation(shared_server.port, "Where is my order?")
    page.goto(address(shared_server, "/traces"))
    rows(page).first.click()
    tree = page.get_by_role("tree")
    expect(tree.get_by_role("treeitem")).to_have_count(3)
    expect(tree.get_by_role("treeitem", selected=True)).to_contain_text("chat gpt-4o")
    panel = page.get_by_role("region", name="Chosen span")
    for text in ("Where is my order?", "calls lookup_order", '"order": 88213', "in transit", "It arrives tomorrow."):
        expect(panel).to_contain_text(text)
    tree.get_by_role("treeitem").filter(has_text="execute_tool").click()
    expect(panel).to_contain_text("Arguments")
    expect(page).to_have_url(re.compile(r"span=[0-9a-f]{16}"))
    page.reload()
    expect(tree.get_by_role("treeitem", selected=True)).to_contain_text("execute_tool")


def test_what_users_and_models_wrote_stays_text(page: Page, shared_server: ServerProcess) -> None:
    """Markup in a prompt and in an answer is read as it was written: nothing runs, loads or links anywhere."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    trace_id = send_conversation(shared_server.port, HOSTILE, HOSTILE)
    page.goto(address(shared_server, "/traces"))
    expect(page.get_by_role("row").nth(1)).to_contain_text(HOSTILE)
    page.goto(address(shared_server, f"/traces/{trace_id}?text=plain"))
    panel = page.get_by_role("region", name="Chosen span")
    expect(panel.get_by_text(HOSTILE)).to_have_count(2)
    for name in ("Attributes", "JSON"):
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tabpanel")).to_be_visible()
    assert page.locator("main img, main script, main iframe").count() == 0
    assert page.locator('a[href*="evil"]').count() == 0
    assert page.evaluate("window.wasHacked") is None
    assert [url for url in asked if not url.startswith((f"http://127.0.0.1:{shared_server.port}/", "data:"))] == []


def test_ten_thousand_spans_open_and_scroll_without_drawing_them_all(page: Page, shared_server: ServerProcess) -> None:
    """Only the rows in view exist, and the last one is a key away."""
    trace_id = send_wide_trace(shared_server.port, 10_000)
    page.goto(address(shared_server, f"/traces/{trace_id}"))
    tree = page.get_by_role("tree")
    expect(tree.get_by_role("treeitem").first).to_be_visible()
    tree.focus()
    page.keyboard.press("End")
    expect(tree.get_by_text("step 9999", exact=True)).to_be_visible()
    assert tree.get_by_role("treeitem").count() < 100


def test_a_server_that_wants_a_key_is_opened_by_one(page: Page, tmp_path: Path) -> None:
    """The page asks for a key, says when it is wrong, and shows the traces with the right one, kept for this tab."""
    command = [sys.executable, "-m", "watchglass.cli", "keys", "create", "app", "--project", "default"]
    command += ["--scope", "read", "--scope", "ingest"]
    environment = {**os.environ, "WATCHGLASS_DATA_DIR": str(tmp_path / "data")}
    made = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60)
    key = made.stdout.strip()
    with started_server(tmp_path, require_keys=True) as server:
        send_conversation(server.port, "Where is my order?", **{"x-api-key": key})
        page.goto(address(server, "/traces"))
        field = page.get_by_label("API key with the read scope")
        field.fill("wg_wrong")
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_text("The server does not know this key")).to_be_visible()
        field.fill(key)
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("row").filter(has_text="Where is my order?")).to_be_visible()
        page.reload()
        expect(rows(page)).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_both_pages_pass_the_accessibility_checks(page: Page, shared_server: ServerProcess, scheme: Any, width: int) -> None:
    """axe finds nothing serious, in either colour scheme, on a desk and on a phone."""
    trace_id = send_conversation(shared_server.port, "Where is my order?")
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for path, ready in (("/traces", "a[data-trace]"), (f"/traces/{trace_id}", "[role=tabpanel] li")):
        page.goto(address(shared_server, path))
        page.locator(ready).first.wait_for()
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run().then((report) => report.violations)")
        serious = [(it["id"], it["nodes"][0]["html"]) for it in found if it["impact"] in ("serious", "critical")]
        assert serious == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
