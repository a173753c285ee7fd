"""The real application over a real, empty store, without a socket."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from watchglass.alerts.notify.runner import Notifications
from watchglass.alerts.notify.target import ConfiguredTarget
from watchglass.alerts.rule_files import RuleFiles
from watchglass.alerts.rule_list import RuleList
from watchglass.api.application import build_api
from watchglass.api.services import Services
from watchglass.clock import FixedClock
from watchglass.model.records import KeyScope, Principal
from watchglass.outlets.configuration import ConfiguredOutlet
from watchglass.outlets.model_metrics import Progress
from watchglass.prometheus.model_calls import ModelCalls
from watchglass.settings import Settings
from watchglass.store.changes import Changes
from watchglass.store.control.database import ControlDatabase, sqlite_url
from watchglass.store.control.follower import Follower
from watchglass.store.engine import Engine
from watchglass.store.scores import ScoreWriter
from watchglass.telemetry import Telemetry

NOW_NS = 1_700_000_000_000_000_000
"""The present in these tests: 2023-11-14T22:13:20Z."""

MakeClient = Callable[..., TestClient]


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at NOW_NS."""
    return FixedClock(NOW_NS)


@pytest.fixture
def control(tmp_path: Path) -> Iterator[ControlDatabase]:
    """A control database with the default project and nothing else."""
    database = ControlDatabase(sqlite_url(tmp_path))
    yield database
    database.close()


@pytest.fixture
def make_client(engine: Engine, control: ControlDatabase, clock: FixedClock) -> Iterator[MakeClient]:
    """Build clients of the application; by default everybody may do everything."""
    opened: list[TestClient] = []
    follower = Follower(control)

    def make(
        principal: Principal | None = None,
        outlets: Sequence[ConfiguredOutlet] = (),
        targets: Sequence[ConfiguredTarget] = (),
        rule_files: RuleFiles | None = None,
        model_metrics: Mapping[str, Progress] | None = None,
        **settings: object,
    ) -> TestClient:
        everyone = principal or Principal(None, frozenset({KeyScope.ADMIN}))
        services = Services(
            settings=Settings(**settings),  # type: ignore[arg-type]
            clock=clock,
            engine=engine,
            control=control,
            scores=ScoreWriter(engine, clock),
            changes=Changes(max_listeners=2),
            identify=lambda headers: everyone,
            project_ids=lambda: follower.snapshot.project_ids,
            telemetry=Telemetry(),
            model_calls=ModelCalls(max_label_sets=100),
            scraper=None,
            outlets=outlets,
            notifications=Notifications(targets, control, clock, Telemetry(), holder="me", log_s=1e6),
            rules=RuleList(control, rule_files),
            model_metrics=lambda: model_metrics or {},
            not_ready=list,
        )
        client = TestClient(build_api(services), base_url="http://localhost", raise_server_exceptions=False)
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """A client that may do everything."""
    return make_client()
