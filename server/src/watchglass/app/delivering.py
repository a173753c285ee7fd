"""What delivers stored rows elsewhere, wired."""

from platform import node
from secrets import token_hex

from watchglass.clock import Clock
from watchglass.outlets.configuration import read_outlets
from watchglass.outlets.outlet import Row
from watchglass.outlets.runner import Outlets
from watchglass.prometheus.model_calls import ModelCalls
from watchglass.prometheus.points import points
from watchglass.query.reader import Reader
from watchglass.settings import Settings, variable
from watchglass.store.control.database import ControlDatabase
from watchglass.store.engine import Engine
from watchglass.telemetry import Telemetry

EMBEDDED = "embedded"
"""The holder's name of an embedded store's only server, which takes its outlets again at once after a crash."""


def build_outlets(
    settings: Settings,
    clock: Clock,
    engine: Engine,
    control: ControlDatabase,
    telemetry: Telemetry,
    model_calls: ModelCalls,
) -> Outlets:
    """Read the file of outlets, if there is one, and prepare them; nothing runs yet.

    Raises:
        InvalidInput: Something in the file is wrong; the field says what.
    """
    configured = read_outlets(settings.outlets_file, variable) if settings.outlets_file else []
    reader = Reader(engine, settings.query_max_time_s, settings.query_max_memory_bytes)
    holder = EMBEDDED if settings.store == "embedded" else token_hex(16)
    started_ns, instance = clock.now_ns(), f"{node()}:{settings.port}"

    def points_of(project: str | None) -> list[Row]:
        return list(points(model_calls.counts(), project, instance, started_ns, clock.now_ns()))

    outlets = Outlets(configured, reader, control, clock, telemetry, points_of, holder=holder)
    for labels, read in outlets.lags():
        telemetry.watch("watchglass_outlet_lag_seconds", "Age of the oldest row that an outlet has not delivered", read, **labels)
    return outlets
