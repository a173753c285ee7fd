"""What the routes work with, made once by the wiring."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request

from watchglass.alerts.notify.runner import Notifications
from watchglass.alerts.rule_list import RuleList
from watchglass.clock import Clock
from watchglass.ingest.scrape.scraper import Scraper
from watchglass.model.records import Principal
from watchglass.outlets.configuration import ConfiguredOutlet
from watchglass.outlets.model_metrics import Progress
from watchglass.prometheus.model_calls import ModelCalls
from watchglass.settings import Settings
from watchglass.store.changes import Changes
from watchglass.store.control.database import ControlDatabase
from watchglass.store.engine import Engine
from watchglass.store.scores import ScoreWriter
from watchglass.telemetry import Telemetry

Identify = Callable[[Mapping[str, str]], Principal]
"""Request headers (lower-case names) in, who asks out; raises Unauthorized. See ingest.doors.Doors.identify."""


@dataclass(frozen=True, slots=True)
class Services:
    """The server's parts that routes use.

    Attributes:
        settings: All settings.
        clock: Source of the present.
        engine: The store.
        control: Projects, keys and prices.
        scores: Writes scores.
        changes: Who is told that something was stored.
        identify: Tells who asks.
        project_ids: All projects, as this server knows them at the moment.
        telemetry: The server's own metrics.
        model_calls: Model calls as metrics.
        scraper: Scrapes metrics; None when no file says what.
        outlets: What is delivered elsewhere, as the file of outlets has it.
        notifications: Tells people, as the file of targets has it.
        rules: All alert rules.
        model_metrics: How far the metrics of model calls are, by outlet, as this server sends them.
        not_ready: Why the server cannot do its work now, one sentence a cause; empty when it can.
    """

    settings: Settings
    clock: Clock
    engine: Engine
    control: ControlDatabase
    scores: ScoreWriter
    changes: Changes
    identify: Identify
    project_ids: Callable[[], frozenset[str]]
    telemetry: Telemetry
    model_calls: ModelCalls
    scraper: Scraper | None
    outlets: Sequence[ConfiguredOutlet]
    notifications: Notifications
    rules: RuleList
    model_metrics: Callable[[], Mapping[str, Progress]]
    not_ready: Callable[[], list[str]]


def get_services(request: Request) -> Services:
    """Return the services of the application that answers `request`; a FastAPI dependency."""
    services: Services = request.app.state.services
    return services
