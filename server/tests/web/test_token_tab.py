"""The tokens of an answer on the page of its trace, in a real browser over a real server that real OTLP was sent to."""

import json
import math
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from doubles.exports import post
from doubles.server_process import ServerProcess
from doubles.spans import trace_request
from web.accessibility import serious_findings

pytestmark = pytest.mark.browser

WORDS = ["The", " parcel", " <i>is</i>", "\n", " lost", "."]
SHARES = [0.95, 0.6, 0.3, 1.0, 0.02, 0.99]


def send_answer(server: ServerProcess, number: int, times: int) -> str:
    """Send a span whose answer is WORDS, so many times, and return the trace's id."""
    trace_id = (0xB0000 + number).to_bytes(16, "big")
    told = {
        "tokens": WORDS * times,
        "token_logprobs": [math.log(share) for share in SHARES] * times,
        "top_logprobs": [{word: math.log(share), " late": math.log(0.97 - share)} if share < 0.9 else {word: math.log(share)}
                         for word, share in zip(WORDS, SHARES, strict=True)] * times,
    }  # fmt: skip
    attributes: dict[str, Any] = {"gen_ai.operation.name": "chat", "watchglass.stream.logprobs": json.dumps(told)}
    span = {"name": "chat", "trace_id": trace_id, "attributes": attributes, "start_ns": time.time_ns() - 60 * 10**9}
    status, _, body = post(server.port, trace_request([span]).SerializeToString())
    assert status == 200, body
    return trace_id.hex()


def test_tokens_are_coloured_and_told_by_pointer_and_keys(page: Page, shared_server: ServerProcess) -> None:
    """What surprised most is reached by one key; its alternatives are told; markup in a token stays text."""
    trace_id = send_answer(shared_server, 1, 1)
    page.goto(f"http://127.0.0.1:{shared_server.port}/traces/{trace_id}")
    panel = page.get_by_role("region", name="Chosen span")
    expect(panel).to_contain_text("Perplexity")
    page.get_by_role("tab", name="Tokens 6").click()
    text = panel.get_by_role("listbox", name="Tokens of the answer")
    expect(text).to_have_text("The parcel <i>is</i>⏎\n lost.", use_inner_text=False)
    expect(text.locator("i")).to_have_count(0)
    levels = text.get_by_role("option").evaluate_all("them => them.map((it) => it.dataset.level)")
    assert levels == ["0", "1", "2", "0", "4", "0"]
    text.focus()
    page.keyboard.press("ArrowDown")
    expect(text.get_by_role("option", selected=True)).to_have_text(" lost")
    expect(panel.get_by_role("list", name="Likeliest tokens here").get_by_role("listitem")).to_have_count(2)
    expect(panel.get_by_role("list", name="Likeliest tokens here").get_by_role("listitem").first).to_contain_text("“ late”95%")
    text.get_by_role("option").nth(1).hover()
    expect(panel).to_contain_text("Token 2 “ parcel”")


def test_long_answers_come_page_by_page(page: Page, shared_server: ServerProcess) -> None:
    """Five hundred tokens at first, and more when they are asked for; the address keeps the tab."""
    trace_id = send_answer(shared_server, 2, 150)
    page.goto(f"http://127.0.0.1:{shared_server.port}/traces/{trace_id}?tab=tokens")
    options = page.get_by_role("listbox", name="Tokens of the answer").get_by_role("option")
    expect(options).to_have_count(500)
    page.get_by_role("button", name="Show 400 more of 400").click()
    expect(options).to_have_count(900)
    expect(page.get_by_role("button", name="more of")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_tokens_pass_the_accessibility_checks(page: Page, shared_server: ServerProcess, scheme: Any, width: int) -> None:
    """axe finds nothing serious, contrast of every colour among it, in either colour scheme, on a desk and on a phone."""
    trace_id = send_answer(shared_server, 3, 3)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"http://127.0.0.1:{shared_server.port}/traces/{trace_id}?tab=tokens")
    page.get_by_role("listbox", name="Tokens of the answer").focus()
    page.get_by_text("probable", exact=False).first.wait_for()
    assert serious_findings(page) == []
