"""Take the pictures of docs/images from a running server that has data, such as `watchglass up --demo` after some minutes.

    python web/scripts/screenshots.py --url http://127.0.0.1:4318 --out docs/images
"""

import argparse
import json
import shutil
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}
SHOWN_OFTEN = ("overview", "traces", "trace")
"""Pictures that are taken sharper, and in both colour schemes."""

NOTHING_LOADS = """() => [...document.querySelectorAll('main .mantine-Skeleton-root')]
    .every((it) => it.getBoundingClientRect().top > window.innerHeight)"""
"""That nothing in sight is being loaded; panels further down are, once they are seen."""

METRICS = json.dumps([{"name": "shop.support.turn.duration"}, {"name": "shop.support.turns", "by": ["service_name"]}])

PAGES = {
    "overview": "/?start=-6h",
    "traces": "/traces?start=-6h",
    "sessions": "/sessions?start=-6h",
    "users": "/users?start=-6h",
    "models": "/models?start=-6h",
    "compare": "/compare?start=-6h&dimension=release&left=2.7.1&right=2.8.0",
    "alerts": "/alerts?tab=rules",
    "incidents": "/incidents?start=-6h",
    "logs": "/logs?start=-6h",
    "metrics": f"/explore?start=-1h&queries={quote(METRICS)}",
    "serving": "/serving?start=-15m",
    "hosts": "/hosts?start=-15m",
    "dashboards": "/dashboards",
    "dashboard-operations": "/dashboards/operations?start=-6h",
    "dashboard-ml": "/dashboards/ml?start=-6h",
    "dashboard-product-and-cost": "/dashboards/product-and-cost?start=-6h",
    "settings-keys": "/settings/keys",
    "settings-retention": "/settings/retention",
}
"""Every page that can be named; one trace, one session, one user, one rule and one incident are found first."""


def find_pages(context: BrowserContext) -> dict[str, str]:
    """The addresses of one trace, two traces compared, one session, one user, the newest rule and the newest incident (when there is one)."""
    api = context.request
    traces = api.get("/api/v1/traces?start=-6h&end=-3m&limit=100").json()["traces"]
    # a traceback would tell of the machine; a young trace may fail after it was chosen
    good = sorted((it for it in traces if not it["error_count"]), key=lambda it: -it["span_count"])
    sessions = [it for it in api.get("/api/v1/sessions?start=-6h&limit=100").json()["sessions"] if not it["error_count"]]
    session = max(sessions, key=lambda it: it["trace_count"])
    user = max(api.get("/api/v1/users?start=-6h&limit=50").json()["users"], key=lambda it: it["trace_count"])
    rules = api.get("/api/v1/rules").json()["rules"]
    incidents = api.get("/api/v1/incidents?start=-6h&limit=1").json()["incidents"]
    alike = [it for it in good if it["name"] == good[0]["name"]]
    return {
        "trace": f"/traces/{good[0]['trace_id']}",
        "trace-compare": f"/traces/compare?left={alike[0]['trace_id']}&right={alike[-1]['trace_id']}",
        "rule": f"/alerts/rules/{rules[-1]['id']}?start=-6h",
        **({"incident": f"/incidents/{incidents[0]['id']}"} if incidents else {}),
        "session": f"/sessions/{quote(session['session_id'], safe='')}?start=-6h",
        "user": f"/users/{quote(user['user_id'], safe='')}?start=-6h",
    }


def take(browser: Browser, url: str, out: Path, name: str, path: str, scheme: str, *, is_phone: bool = False) -> None:
    """Take one page in one colour scheme (light or dark)."""
    scale = 2 if name in SHOWN_OFTEN else 1
    context = browser.new_context(base_url=url, viewport=PHONE if is_phone else DESK, color_scheme=scheme, device_scale_factor=scale)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(path)
    settle(page)
    page.screenshot(path=out / f"{name}{'-phone' if is_phone else ''}-{scheme}.png")
    context.close()


def settle(page: Page) -> None:
    """Wait until nothing is being loaded any more and what was loaded is drawn."""
    page.locator("main h1").first.wait_for(timeout=30_000)
    page.wait_for_function(NOTHING_LOADS, timeout=30_000)
    page.wait_for_timeout(2500)


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
        pages = {**PAGES, **find_pages(browser.new_context(base_url=arguments.url))}
        for name, path in pages.items():
            take(browser, arguments.url, arguments.out, name, path, "light")
            if name in SHOWN_OFTEN:
                take(browser, arguments.url, arguments.out, name, path, "dark")
                take(browser, arguments.url, arguments.out, name, path, "light", is_phone=True)
        browser.close()


if __name__ == "__main__":
    main()
