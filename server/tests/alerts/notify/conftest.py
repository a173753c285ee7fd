"""A message, a receiver over HTTP, a control database, and targets as the file of targets makes them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from doubles.target import Target, running_target
from watchglass.alerts.notify.configuration import read_targets
from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.message import Chart, Message, MessageKind
from watchglass.alerts.notify.target import ConfiguredTarget
from watchglass.store.control.database import ControlDatabase, sqlite_url

BEGAN_NS = 1_700_000_000 * 10**9
"""2023-11-14T22:13:20Z."""

FIRING = Message(
    MessageKind.FIRING, "shop", "incident_1", "Answers of gpt-4o are slow", "slow-answers", "critical", BEGAN_NS, BEGAN_NS + 125 * 10**9,
    owner="shop", labels={"model": "gpt-4o", "gen_ai.provider": "openai"}, measure="p95 of duration", value=4.2e9, threshold=2e9,
    unit="ns", condition="above 2 s for 5 min", series_count=2, explanations=("release 1.4.2 explains 82% of it",),
    example_trace_ids=("0123456789abcdef0123456789abcdef",), runbook_url="https://runbooks.example.com/slow",
    chart=Chart(
        tuple(BEGAN_NS + minute * 60 * 10**9 for minute in range(-30, 3)), tuple(1e9 if minute < 28 else 4.2e9 for minute in range(33)),
        (0.5e9,) * 33, (1.5e9,) * 33, 2e9,
    ),
)  # fmt: skip
"""A message that says all that one can."""

VARIABLES: dict[str, str] = {"SECRET": "very-secret-key", "TOKEN_URL": "https://hooks.example.com/very-secret-key?k=1"}

MakeTarget = Callable[..., ConfiguredTarget]


@pytest.fixture
def receiver() -> Iterator[Target]:
    """A receiver that takes everything."""
    with running_target() as running:
        yield running


@pytest.fixture
def control(tmp_path: Path) -> Iterator[ControlDatabase]:
    """An empty control database."""
    database = ControlDatabase(sqlite_url(tmp_path))
    yield database
    database.close()


@pytest.fixture
def make_target(tmp_path: Path) -> MakeTarget:
    """Read one target from a file; its variables are VARIABLES and those given."""

    def make(variables: dict[str, str] | None = None, **options: Any) -> ConfiguredTarget:
        path = tmp_path / "targets.yml"
        path.write_text(yaml.safe_dump({"targets": [{"name": "pager", **options}]}), "utf-8")
        found = (VARIABLES | (variables or {})).get
        (target,) = read_targets(path, Links("https://watchglass.example.com/"), found)
        return target

    return make
