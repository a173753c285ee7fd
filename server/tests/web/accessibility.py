"""What axe finds wrong with a page that is open."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def serious_findings(page: Page) -> list[tuple[str, str]]:
    """The serious and critical violations, each as its rule and the first element; and a page wider than its window."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run().then((report) => report.violations)")
    serious = [(it["id"], it["nodes"][0]["html"]) for it in found if it["impact"] in ("serious", "critical")]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        serious.append(("wider than the window", page.url))
    return serious
