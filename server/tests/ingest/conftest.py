"""The real ingest over a real, empty store."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from doubles.house import House, MakeHouse, admit_all
from doubles.spans import NoPrices
from watchglass.app.ingest import Ingest, build_ingest
from watchglass.clock import SystemClock
from watchglass.ingest.otlp_http import Admit
from watchglass.settings import Settings
from watchglass.store.engine import Engine
from watchglass.telemetry import Telemetry

hypothesis.settings.register_profile("house", deadline=None, max_examples=60)
hypothesis.settings.load_profile("house")


@pytest.fixture
def make_house(engine: Engine) -> Iterator[MakeHouse]:
    """Build a house; arguments are settings, and `admit`."""
    opened: list[Ingest] = []

    def make(admit: Admit = admit_all, store: Engine = engine, **settings: Any) -> House:
        telemetry = Telemetry()
        chosen = Settings(**settings)
        ingest = build_ingest(chosen, SystemClock(), store, telemetry, NoPrices(), admit, lambda project_id: None)
        ingest.start()
        opened.append(ingest)
        return House(store, ingest, telemetry, chosen)

    yield make
    for ingest in opened:
        ingest.stop(timeout_s=20)


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    """A house with the default settings that lets everyone in."""
    return make_house()
