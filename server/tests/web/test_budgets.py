"""What the screens may weigh; their times are measured by bench/screens.py, as machines are noisy."""

import gzip

import pytest
from playwright.sync_api import Page, Response

from doubles.server_process import ServerProcess
from web.measured_calls import send_answers

pytestmark = pytest.mark.browser

MOST_BYTES = 300_000


def test_first_page_needs_less_script_than_its_budget(page: Page, server: ServerProcess) -> None:
    """Everything that runs before the overview can be used is under 300 kB; the library that draws charts comes after it."""
    send_answers(server.port, 3, minutes_ago=5)
    packed: dict[str, int] = {}
    plain: list[str] = []

    def weigh(response: Response) -> None:
        name = response.url.rpartition("/")[2]
        if name.endswith(".js"):
            packed[name] = len(gzip.compress(response.body()))
            if response.header_value("content-encoding") != "gzip" and packed[name] > 1000:
                plain.append(name)

    page.on("response", weigh)
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.locator("main canvas").first.wait_for()
    charts = [name for name in packed if name.startswith("engine-")]
    assert len(charts) == 1, sorted(packed)
    assert plain == []
    assert 100_000 < sum(packed.values()) - packed[charts[0]] < MOST_BYTES
