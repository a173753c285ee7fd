"""Take the pictures of docs/images from a running server that has data, such as `watchglass up --demo`.

    python web/scripts/screenshots.py --url http://127.0.0.1:4318 --out docs/images
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
SIZE = {"width": 1280, "height": 760}


def take(browser: Browser, url: str, out: Path, scheme: str) -> None:
    """Take the list and the trace with the most spans in view, in one colour scheme (light or dark)."""
    context = browser.new_context(base_url=url, viewport=SIZE, color_scheme=scheme, device_scale_factor=2)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/traces?start=-6h")
    page.locator("a[data-trace]").first.wait_for(timeout=30_000)
    page.wait_for_timeout(2500)
    page.screenshot(path=out / f"traces-{scheme}.png")
    open_largest(page)
    page.wait_for_timeout(1500)
    page.screenshot(path=out / f"trace-{scheme}.png")
    context.close()


def open_largest(page: Page) -> None:
    """Open the trace that has the most spans, one without an error, since tracebacks tell of the machine.

    Of those that ended minutes ago: a young one may look well in the list and fail after it.
    """
    page.goto("/traces?start=-6h&end=-3m")
    page.locator("a[data-trace]").first.wait_for()
    counts = page.locator("[role=row]:has(a[data-trace])").evaluate_all(
        r"""rows => rows.map(row => row.textContent.endsWith("ok")
            ? Number((/([\d,]+) spans/.exec(row.textContent) ?? ["", "0"])[1].replace(",", "")) : -1)"""
    )
    page.locator("a[data-trace]").nth(counts.index(max(counts))).click()
    page.get_by_role("treeitem").first.wait_for()


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:4318")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for scheme in ("light", "dark"):
            take(browser, arguments.url, arguments.out, scheme)
        browser.close()


if __name__ == "__main__":
    main()
