"""The screens in a real browser: how soon a page can be used, how smoothly it scrolls, and how long its requests take."""

import gzip
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from figures import Figure, percentile
from fill import fill
from large_trace import SPANS as LARGE_SPANS
from large_trace import large_trace
from playwright.sync_api import Browser, Page, Request, Response, sync_playwright
from server_run import ServerRun, running_server

SPANS = 10_000_000
OVERVIEW_SPANS = 1_000_000
RUNS = 7
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
PATHS = {
    "Overview": "/",
    "Traces": "/traces",
    "Traces, a filter and a text": "/traces?filter=model%3Agpt-4o%20status_code%3Aerror",
    "Sessions": "/sessions",
    "Sessions by tokens": "/sessions?by=tokens",
    "One session": "/sessions/session-55",
    "Users": "/users",
    "Users by tokens": "/users?by=tokens",
    "One user": "/users/user-77",
    "Models": "/models",
    "Models compared": "/compare?dimension=model&left=gpt-4o&right=gpt-4o-mini",
    "Logs": "/logs",
    "Metrics": "/explore",
    "Dashboards": "/dashboards",
    "Operations": "/dashboards/operations",
    "ML": "/dashboards/ml",
    "Product and cost": "/dashboards/product-and-cost",
    "Settings, health": "/settings/health",
    "Settings, retention": "/settings/retention",
}
"""Every page, by its path; each is opened as it comes, over the last day."""

READY = """() => document.querySelector('main h1') !== null
    && [...document.querySelectorAll('main .mantine-Skeleton-root, main [aria-busy="true"]')]
        .every((it) => it.getBoundingClientRect().top > window.innerHeight)"""
"""That nothing in sight is still being loaded; panels further down are loaded once they are seen."""

SCROLL = """async () => {
    const tree = document.querySelector('[role="tree"]');
    const gaps = [];
    let last = performance.now();
    for (let step = 0; step < 240; step++) {
        tree.scrollTop += 900;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        gaps.push(now - last);
        last = now;
    }
    return gaps;
}"""


ALONE_RUNS = 5
"""How often each request is asked again by itself."""


@dataclass(frozen=True)
class Asked:
    """A request of a page.

    Attributes:
        path: What for.
        taken_ms: How long it took by itself, median of ALONE_RUNS.
        among_others_ms: How long it took while the page asked its other questions and was drawn.
    """

    path: str
    taken_ms: float
    among_others_ms: float


def measure(seconds: float) -> tuple[list[Figure], dict[str, object]]:
    """Open pages over a store of a million spans and of many more; return figures and facts."""
    figures = []
    with _browser() as browser:
        with tempfile.TemporaryDirectory(prefix="watchglass-bench-") as name:
            fill(Path(name), OVERVIEW_SPANS)
            with running_server(Path(name)) as server:
                server.settle()
                figures += [_script_figure(browser, server), _overview_figure(browser, server)]
                figures += _large_trace_figures(browser, server)
        with tempfile.TemporaryDirectory(prefix="watchglass-bench-") as name:
            filled = fill(Path(name), SPANS)
            with running_server(Path(name)) as server:
                server.settle(timeout_s=900)
                paths = {**PATHS, "Trace": f"/traces/{filled.trace_ids[0]}"}
                asked = {title: _requests(browser, server, path) for title, path in paths.items()}
    figures += [_slowest_figure(title, requests) for title, requests in asked.items()]
    return figures, {"spans": SPANS, "overview_spans": OVERVIEW_SPANS, "requests": {title: [vars(it) for it in them] for title, them in asked.items()}}


def _script_figure(browser: Browser, server: ServerRun) -> Figure:
    """What a browser loads of script for the overview; the library that draws the charts comes last."""
    packed: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if response.url.endswith(".js"):
            packed[response.url.rpartition("/")[2]] = len(gzip.compress(response.body()))

    with _page(browser, server) as page:
        page.on("response", weigh)
        page.goto("/")
        page.locator("main canvas").first.wait_for()
    charts = sum(size for name, size in packed.items() if name.startswith("engine-"))
    before = sum(packed.values()) - charts
    return Figure("script before the first page can be used, gzip", before / 1000, "kB", 300, "less", f"{len(packed) - 1} files; then {charts / 1000:.0f} kB that draw the charts")


def _overview_figure(browser: Browser, server: ServerRun) -> Figure:
    times_ms = []
    for _ in range(RUNS):
        with _page(browser, server) as page:
            page.goto("/")
            page.wait_for_function(f"() => ({READY})() && document.querySelectorAll('main canvas').length > 0")
            times_ms.append(page.evaluate("() => performance.now()"))
    note = f"median of {RUNS}, worst {max(times_ms):,.0f} ms; {OVERVIEW_SPANS:,} spans, empty cache"
    return Figure("Overview with all its figures and charts", percentile(times_ms, 0.5), "ms", 1500, "less", note)


def _large_trace_figures(browser: Browser, server: ServerRun) -> list[Figure]:
    trace_id, body = large_trace()
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/v1/traces", body, {"content-type": "application/x-protobuf"})
    urllib.request.urlopen(request).read()
    times_ms, gaps_ms = [], []
    for _ in range(RUNS):
        with _page(browser, server) as page:
            page.goto(f"/traces/{trace_id}")
            page.locator('[role="treeitem"]').first.wait_for()
            times_ms.append(page.evaluate("() => performance.now()"))
            page.wait_for_function(READY)
            gaps_ms.append(max(page.evaluate(SCROLL)))
    return [
        Figure(f"a trace of {LARGE_SPANS:,} spans opens", percentile(times_ms, 0.5), "ms", 1000, "less", f"median of {RUNS}, worst {max(times_ms):,.0f} ms"),
        Figure("  its longest frame while scrolling", percentile(gaps_ms, 0.5), "ms", 100, "less", f"median of {RUNS}, worst {max(gaps_ms):,.0f} ms"),
    ]


def _slowest_figure(title: str, requests: list[Asked]) -> Figure:
    slowest = max(requests, key=lambda it: it.taken_ms)
    at_once_ms = max(it.among_others_ms for it in requests)
    note = f"`{slowest.path[:90]}`; {len(requests)} requests, of which all at once none took over {at_once_ms:,.0f} ms"
    return Figure(f"slowest request of {title}", slowest.taken_ms, "ms", 300, "less", note)


def _requests(browser: Browser, server: ServerRun, path: str) -> list[Asked]:
    """Open a page twice, as a server in use has met its questions before, and ask each question of the second time by itself."""
    _open(browser, server, path)
    asked = _open(browser, server, path)
    if not asked:
        raise RuntimeError(f"{path} asked nothing")
    return [Asked(_question(request), _alone_ms(server, request), among_others_ms) for request, among_others_ms in asked]


def _open(browser: Browser, server: ServerRun, path: str) -> list[tuple[Request, float]]:
    """The requests of a page, each with how long it took in ms; but for the stream, which does not end."""
    asked: list[tuple[Request, float]] = []

    def finished(request: Request) -> None:
        if _question(request):
            asked.append((request, request.timing["responseEnd"] - request.timing["requestStart"]))

    with _page(browser, server) as page:
        page.on("requestfinished", finished)
        page.goto(path)
        page.wait_for_function(READY, timeout=60_000)
        page.wait_for_timeout(1500)
    return asked


def _question(request: Request) -> str:
    """What is asked of the API; empty for all else."""
    return request.url.partition("/api/v1")[2]


def _alone_ms(server: ServerRun, request: Request) -> float:
    """How long the same request takes while nothing else is asked."""
    body = request.post_data.encode() if request.post_data else None
    headers = {"content-type": "application/json"} if body else {}
    times_ms = []
    for _ in range(ALONE_RUNS):
        again = urllib.request.Request(request.url, body, headers, method=request.method)
        started_s = time.perf_counter()
        urllib.request.urlopen(again).read()
        times_ms.append((time.perf_counter() - started_s) * 1e3)
    return percentile(times_ms, 0.5)


@contextmanager
def _browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def _page(browser: Browser, server: ServerRun) -> Iterator[Page]:
    context = browser.new_context(base_url=f"http://127.0.0.1:{server.port}", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()
