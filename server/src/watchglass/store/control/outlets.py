"""What is kept of outlets: how far each has come."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from watchglass.model.records import Signal
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.leases import holds
from watchglass.store.control.tables import outlet_places, outlets


@dataclass(frozen=True, slots=True)
class Place:
    """How far one signal of one outlet has come.

    Attributes:
        outlet_name: The outlet.
        signal: The signal.
        through_ms: All that arrived up to this moment is delivered or dropped, milliseconds since 1970 UTC.
        waiting_since_ms: Arrival of the oldest row that is known to wait; None when none is.
        delivered_rows: Rows that the target took.
        dropped_rows: Rows that it never will: refused, too old, or without a form there.
        failure_count: Requests that failed and were tried again.
        last_error: What went wrong last, empty when nothing ever did.
        last_error_at_ns: When, nanoseconds since 1970 UTC.
        last_delivered_at_ns: When rows were last taken.
    """

    outlet_name: str
    signal: Signal
    through_ms: int
    waiting_since_ms: int | None = None
    delivered_rows: int = 0
    dropped_rows: int = 0
    failure_count: int = 0
    last_error: str = ""
    last_error_at_ns: int | None = None
    last_delivered_at_ns: int | None = None


def lease_name(name: str) -> str:
    """Name the lease on delivering an outlet."""
    return f"outlet/{name}"


def begin_outlet(control: ControlDatabase, name: str, signals: Iterable[Signal], now_ms: int) -> None:
    """Let an outlet begin at `now_ms` with what it does not deliver yet; what it does goes on where it was.

    Raises:
        Unavailable: The control database does not answer.
    """
    with control.write() as connection:
        if connection.execute(sa.select(outlets.c.name).where(outlets.c.name == name)).first() is None:
            connection.execute(outlets.insert().values(name=name))
        known = set(
            connection.execute(
                sa.select(outlet_places.c.signal).where(outlet_places.c.outlet_name == name)
            ).scalars()
        )
        for signal in signals:
            if signal.value not in known:
                connection.execute(outlet_places.insert().values(asdict(Place(name, signal, now_ms))))


def read_place(control: ControlDatabase, name: str, signal: Signal) -> Place:
    """Return how far one signal of an outlet has come; `begin_outlet` has been called for it.

    Raises:
        Unavailable: The control database does not answer.
    """
    chosen = (outlet_places.c.outlet_name == name) & (outlet_places.c.signal == signal.value)
    with control.read() as connection:
        row = connection.execute(outlet_places.select().where(chosen)).mappings().one()
    return Place(**{**row, "signal": Signal(row["signal"])})


def save_place(control: ControlDatabase, holder: str, place: Place) -> bool:
    """Keep a place; False when `holder` does not have the outlet any more, and nothing is kept.

    Raises:
        Unavailable: The control database does not answer.
    """
    chosen = (outlet_places.c.outlet_name == place.outlet_name) & (outlet_places.c.signal == place.signal.value)
    values = {**asdict(place), "last_error": place.last_error[:500]}
    with control.write() as connection:
        if not holds(connection, lease_name(place.outlet_name), holder):
            return False
        return connection.execute(outlet_places.update().where(chosen).values(values)).rowcount == 1


def list_places(control: ControlDatabase) -> list[Place]:
    """Return the places of all outlets that there ever were, by outlet and signal.

    Raises:
        Unavailable: The control database does not answer.
    """
    asked = outlet_places.select().order_by(outlet_places.c.outlet_name, outlet_places.c.signal)
    with control.read() as connection:
        return [Place(**{**row, "signal": Signal(row["signal"])}) for row in connection.execute(asked).mappings()]
