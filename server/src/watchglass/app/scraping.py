"""What scrapes, wired: the targets of the file that the settings name, and the way to the committer."""

from functools import partial

import structlog

from watchglass.app.ingest import Ingest
from watchglass.clock import Clock
from watchglass.ingest.scrape.outbox import Outbox
from watchglass.ingest.scrape.scraper import Scraper
from watchglass.ingest.scrape.targets import TargetList
from watchglass.model.records import Signal
from watchglass.settings import Settings
from watchglass.telemetry import Telemetry

log = structlog.get_logger(__name__)


def build_scraper(settings: Settings, clock: Clock, ingest: Ingest, telemetry: Telemetry) -> Scraper | None:
    """Wire the scraper that the settings ask for; nothing runs yet. None when they ask for none.

    Raises:
        InvalidInput: The file cannot be used; the field is `scrape_file`.
    """
    if settings.scrape_file is None:
        return None
    targets = TargetList(settings.scrape_file.expanduser())
    targets.load()
    outbox = Outbox(ingest.telling[Signal.METRICS], settings.scrape_project, clock)
    scraper = Scraper(targets, outbox, clock, limit_bytes=settings.scrape_max_body_bytes)
    for health in ("up", "down", "unknown"):
        telemetry.watch(
            "watchglass_scrape_targets", "Targets that are scraped, by how they are",
            partial(scraper.count, health), health=health,
        )  # fmt: skip
    telemetry.watch("watchglass_scrape_waiting_bytes", "Bytes of scrapes that wait for their commit", lambda: float(outbox.size_bytes))
    telemetry.watch("watchglass_scrape_dropped_bytes", "Bytes of scrapes that were given up", lambda: float(outbox.dropped_bytes))
    return scraper


def stop_scraper(scraper: Scraper | None, timeout_s: float) -> None:
    """Scrape no more and commit what was scraped, within `timeout_s` seconds."""
    if scraper is not None and not scraper.stop(timeout_s):
        log.error("not all scrapes were committed in time")
