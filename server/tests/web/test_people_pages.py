"""Sessions, users, models and comparisons in a real browser, over a real server that real OTLP was sent to."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from doubles.server_process import ServerProcess
from web.built_server import started_server
from web.conversations import HOSTILE
from web.people_traces import send_calls, send_turn

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def address(server: ServerProcess, path: str) -> str:
    """Where a path of the server is."""
    return f"http://127.0.0.1:{server.port}{path}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with two conversations, of which one went wrong, and with calls of two releases."""
    with started_server(tmp_path_factory.mktemp("shop")) as server:
        first = ("user", "My parcel never came.")
        send_turn(server.port, "chat/7", "ada", [first], ago_s=300, answer="Which order is it?")
        said = [first, ("assistant", "Which order is it?"), ("user", f"The torn rucksack {HOSTILE}")]
        send_turn(server.port, "chat/7", "ada", said, ago_s=240, answer=f"It is lost. {HOSTILE}", tool="track_parcel")
        send_turn(server.port, "chat 8", "bob", [("user", "Hello")], ago_s=100, answer="Hi.", model="house-model")
        send_calls(server.port, "1.0.0", 60, duration_s=1, output_tokens=100)
        send_calls(server.port, "2.0.0", 60, duration_s=2, output_tokens=200)
        yield server


def test_the_session_of_a_complaining_user_is_found_by_a_phrase_and_replayed(page: Page, shop: ServerProcess) -> None:
    """A phrase finds one session; its turns come in order with what the tool did, and lead to their traces."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address(shop, "/sessions"))
    table = page.get_by_role("table", name="Sessions")
    expect(table.get_by_role("row")).to_have_count(3)
    page.keyboard.press("/")
    page.keyboard.type('"torn rucksack"')
    page.keyboard.press("Enter")
    expect(table.get_by_role("row")).to_have_count(2)
    for text in ("My parcel never came.", "chat/7", "ada", "2k in", "200 out"):
        expect(table.get_by_role("row").nth(1)).to_contain_text(text)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    turns = page.get_by_role("list", name="Turns").locator("> li")
    expect(turns).to_have_count(2)
    for text in ("My parcel never came.", "Which order is it?"):
        expect(turns.nth(0)).to_contain_text(text)
        expect(turns.nth(1)).not_to_contain_text(text)
    for text in ("after 1 m 00 s", f"The torn rucksack {HOSTILE}", "It is lost.", "track_parcel", "failed",
                 "the warehouse did not answer", "1k in, 100 out", "3 s"):  # fmt: skip
        expect(turns.nth(1)).to_contain_text(text)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(turns.nth(1)).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(r"/sessions/chat%2F7\?.*turn=[0-9a-f]{32}"))
    page.reload()
    expect(turns.nth(1)).to_have_attribute("aria-current", "true")
    assert page.evaluate("window.wasHacked") is None
    assert page.locator("main img, main iframe, a[href*=evil]").count() == 0
    assert [url for url in asked if not url.startswith((f"http://127.0.0.1:{shop.port}/", "data:"))] == []
    turns.nth(1).get_by_role("link", name="Open trace").click()
    expect(page.get_by_role("tree")).to_be_visible()


def test_a_session_plays_to_its_end(page: Page, shop: ServerProcess) -> None:
    """p chooses one turn after the other and stops at the last."""
    page.goto(address(shop, "/sessions/chat%2F7"))
    turns = page.get_by_role("list", name="Turns").locator("> li")
    expect(turns).to_have_count(2)
    page.keyboard.press("p")
    expect(turns.nth(0)).to_have_attribute("aria-current", "true")
    expect(turns.nth(1)).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_user_leads_to_what_it_cost_over_time_and_to_the_sessions(page: Page, shop: ServerProcess) -> None:
    """The costliest is first, without those that cost nothing; one user has totals, charts and sessions."""
    page.goto(address(shop, "/users"))
    table = page.get_by_role("table", name="Users")
    expect(table.get_by_role("row")).to_have_count(3)
    table.get_by_role("button", name="Cost").click()
    expect(page).to_have_url(re.compile("by=cost_usd"))
    expect(table.get_by_role("row")).to_have_count(2)
    row = table.get_by_role("row").nth(1)
    for text in ("ada", "$0.00"):
        expect(row).to_contain_text(text)
    row.click()
    for title in ("Cost", "Tokens", "Calls and errors"):
        expect(page.get_by_role("figure").filter(has_text=title)).to_have_count(1)
    expect(page.get_by_role("group", name=re.compile("^Tokens: sum, each"))).to_be_visible()
    expect(page.get_by_role("table", name="Sessions").get_by_role("row")).to_have_count(2)
    expect(page.get_by_text("2k in, 200 out")).to_be_visible()


def test_models_are_measured_and_those_without_a_price_lead_to_one(page: Page, shop: ServerProcess) -> None:
    """The table sorts by any column, what is drawn is chosen and stays in the address, a price is a click away."""
    page.goto(address(shop, "/models"))
    table = page.get_by_role("table", name="Models")
    expect(table.get_by_role("row").nth(1)).to_contain_text("gpt-4o")
    expect(table.get_by_role("row").filter(has_text="house-model")).to_contain_text("no price")
    link = page.get_by_role("link", name="Set a price")
    expect(link).to_have_attribute("href", "/settings/prices?model=house-model&provider=openai")
    table.get_by_role("button", name="Calls").click()
    expect(table.get_by_role("row").nth(1)).to_contain_text("house-model")
    page.get_by_text("Duration p95", exact=True).click()
    expect(page).to_have_url(re.compile("measure=duration_p95_ns"))
    expect(page.get_by_role("group", name=re.compile("^Duration p95 by model: 95th percentile of a call's duration, each"))).to_be_visible()
    table.get_by_role("link", name="Compare gpt-4o with another model").click()
    expect(page).to_have_url(re.compile("/compare.*dimension=model&left=gpt-4o"))
    expect(page.get_by_role("region", name="What changed")).to_contain_text("house-model against gpt-4o")


def test_what_a_release_changed_in_cost_and_latency(page: Page, shop: ServerProcess) -> None:
    """The newer release is on the right; words, intervals and numbers say what got worse, and the sides can be swapped."""
    page.goto(address(shop, "/compare"))
    words = page.get_by_role("region", name="What changed")
    for text in ("2.0.0 against 1.0.0", "A call is", "dearer", "A typical call is", "slower: 2.1", "The output is", "longer",
                 "60 calls of 2.0.0"):  # fmt: skip
        expect(words).to_contain_text(text)
    expect(page.get_by_role("group", name=re.compile(r"^Difference of 2.0.0 to 1.0.0: .*Duration, median \+"))).to_be_visible()
    row = page.get_by_role("table", name="Measures").get_by_role("row").filter(has_text="Duration, median")
    for text in ("2.1", "to +", "100% of pairs", "worse", "p < 0.001"):
        expect(row).to_contain_text(text)
    page.keyboard.press("x")
    expect(words).to_contain_text("1.0.0 against 2.0.0")
    expect(words).to_contain_text("faster")
    expect(page).to_have_url(re.compile("left=2.0.0&right=1.0.0"))


def test_empty_pages_say_what_to_do(page: Page, server: ServerProcess) -> None:
    """Without data each page says what to send or to change, and a filter that cannot be read is marked."""
    for path, text in (("sessions", "session.id"), ("users", "user.id"), ("models", "longer time range"), ("compare", "longer time range")):
        page.goto(address(server, f"/{path}"))
        expect(page.locator("main")).to_contain_text(text)
        page.goto(address(server, f"/{path}?filter=(model:x"))
        expect(page.get_by_role("alert").locator("mark")).to_have_text("(")
    page.goto(address(server, "/sessions/nobody"))
    expect(page.get_by_role("alert")).to_contain_text("there is no session 'nobody'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_all_pages_pass_the_accessibility_checks(page: Page, shop: ServerProcess, scheme: Any, width: int) -> None:
    """axe finds nothing serious, in either colour scheme, on a desk and on a phone; nothing is wider than the screen."""
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    pages = {
        "/sessions": "a[data-row]", "/sessions/chat%2F7": "li[data-turn]", "/users": "a[data-row]", "/users/ada": "a[data-row]",
        "/models": "a[data-row]", "/compare": "[role=table] [role=row]",
    }  # fmt: skip
    for path, ready in pages.items():
        page.goto(address(shop, path))
        page.locator(ready).first.wait_for(state="attached")
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run().then((report) => report.violations)")
        serious = [(path, it["id"], it["nodes"][0]["html"]) for it in found if it["impact"] in ("serious", "critical")]
        assert serious == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
